"""Watches over which copy of the data goes on, and brings on what was held until that was clear."""

import logging
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.db import guard, pulse
from postwright.db.database import Database
from postwright.db.guard import Looked, Place
from postwright.jobs import lanes
from postwright.publishing.gate import IN_DOUBT
from postwright.workspaces import audit
from postwright.workspaces.models import Workspace

log = logging.getLogger(__name__)

FIX = "See what it means, and say which copy goes on: postwright installation"

_HELD = text("""
    SELECT DISTINCT connection_id FROM publications
    WHERE lane IS NOT NULL AND hold_reason = :reason
""")

_BRING_ON = text("""
    UPDATE publications SET due_at = app_now(), version = version + 1
    WHERE lane IS NOT NULL AND hold_reason = :reason AND connection_id = ANY(:connections)
    RETURNING workspace_id, connection_id, lane
""")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The new epoch, and how many publications were held until now."""

    epoch: int
    brought_on: int


async def watch(database: Database, place: Place, *, starting: bool) -> Looked:
    """Give a worker's sign of life, and look whether this is still the copy that goes on.

    Before it is done for the first time nothing may be taken up: what was missed while nothing
    ran is known afterwards.
    """
    async with database.transaction() as session:
        gap = await pulse.beat(session, starting=starting)
    if gap is not None:
        log.warning("no worker was running from %s to %s", gap.began_at, gap.ended_at)
    return await look(database, place)


async def look(database: Database, place: Place) -> Looked:
    """Look whether this is still the copy that goes on; people are told once if it may not be."""
    async with database.transaction() as session:
        looked = await guard.look(session, place)
        if looked.is_new:
            await _tell_all(session, looked)
    if looked.doubt:
        log.error("nothing is posted and no token is refreshed: %s %s", looked.doubt, FIX)
    return looked


async def _tell_all(session: AsyncSession, looked: Looked) -> None:
    for workspace_id in (await session.scalars(select(Workspace.id))).all():
        await tell(
            session,
            workspace_id,
            Kind.INSTALLATION_DOUBTED,
            looked.installation_id,
            says=f"This may be a copy of the data. {looked.doubt} Nothing is posted and no token "
            f"is refreshed until a person has said that it goes on. {FIX}",
            epoch=looked.epoch,
        )


async def put_in_doubt(
    session: AsyncSession, workspace_id: str, installation_id: str, why: str, *, actor: str
) -> bool:
    """Hold everything because a person says so; False if it was held before."""
    if not await guard.say(session, why):
        return False
    await audit.record(
        session, workspace_id, actor=actor, action="installation.doubted", subject=installation_id
    )
    return True


async def confirm(
    session: AsyncSession,
    place: Place,
    workspace_id: str,
    installation_id: str,
    *,
    restored: bool,
    actor: str,
) -> Confirmed:
    """This copy goes on: what was held is due again, and tokens are refreshed.

    Args:
        session: a transaction of its own.
        place: where this copy is.
        workspace_id: whose audit log notes it.
        installation_id: which.
        restored: whether it may lack what was posted before now: what was due until now then
            stays held, one by one, for a person to look whether it is out.
        actor: who says so.
    """
    connections = list((await session.scalars(_HELD, {"reason": IN_DOUBT})).all())
    await lanes.lock(session, connections)
    epoch = await guard.confirm(session, place, restored=restored)
    values = {"reason": IN_DOUBT, "connections": connections}
    rows = (await session.execute(_BRING_ON, values)).all()
    for workspace, connection_id, lane in sorted(set(map(tuple, rows))):
        await lanes.wake(session, workspace, connection_id, lane)
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="installation.confirmed",
        subject=installation_id,
        epoch=epoch,
        restored=restored,
    )
    return Confirmed(epoch, len(rows))
