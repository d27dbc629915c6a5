"""The workspace of an installation that has only one."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.kit.ids import new_id
from postwright.workspaces.models import Workspace

NAME = "default"


async def default_workspace(session: AsyncSession) -> str:
    """The id of the default workspace, made on first use. Safe when two come at once."""
    found = await session.scalar(select(Workspace.id).where(Workspace.name == NAME))
    if found is not None:
        return found
    await session.execute(
        insert(Workspace)
        .values(id=new_id("ws"), name=NAME, created_at=NOW)
        .on_conflict_do_nothing(index_elements=[Workspace.name])
    )
    return (await session.execute(select(Workspace.id).where(Workspace.name == NAME))).scalar_one()
