"""How much media a workspace may have and how long it keeps what nobody uses, if it says so itself.

What it does not say the installation's settings do.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.workspaces import audit
from postwright.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """A workspace's own; None leaves it to the installation.

    Attributes:
        quota_bytes: most bytes of files and their pictures.
        retention_days: days after its last use that an unneeded file is removed, 1 or more.
    """

    quota_bytes: int | None
    retention_days: int | None


async def own_limits(session: AsyncSession, workspace_id: str) -> OwnLimits:
    """What a workspace has set, locked until the transaction ends."""
    workspace = await _locked(session, workspace_id)
    return OwnLimits(workspace.media_quota_bytes, workspace.media_retention_days)


async def set_own_limits(
    session: AsyncSession, workspace_id: str, limits: OwnLimits, *, actor: str
) -> None:
    """Set both. Nothing is removed by it: the next sweep goes by it, and the next file added."""
    workspace = await _locked(session, workspace_id)
    workspace.media_quota_bytes = limits.quota_bytes
    workspace.media_retention_days = limits.retention_days
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="media.limited",
        subject=workspace_id,
        **asdict(limits),
    )


async def _locked(session: AsyncSession, workspace_id: str) -> Workspace:
    found = await session.scalars(
        select(Workspace).where(Workspace.id == workspace_id).with_for_update()
    )
    return found.one()
