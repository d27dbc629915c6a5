"""Brings on what was waiting for an account to be connected again."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import ConnectionState
from postwright.jobs import lanes
from postwright.platforms.answers import Refusal
from postwright.platforms.content import Mode
from postwright.platforms.purpose import Purpose
from postwright.publishing.parked import WAITING

# Of a publication that is in `publications` and its account in `connections`.
_CAN_GO_ON = """
    publications.lane IS NOT NULL AND publications.due_at IS NULL
    AND connections.state = ANY(:usable)
    AND (publications.hold_reason = ANY(:reasons)
         OR publications.hold_reason = :scope
            AND CASE publications.mode WHEN :draft THEN :for_draft ELSE :for_direct END
                = ANY(connections.granted))
"""

_HELD = text(f"""
    {WAITING}
    SELECT connections.id FROM waiting JOIN connections ON connections.id = waiting.id
    WHERE EXISTS (
        SELECT FROM publications
        WHERE publications.connection_id = connections.id AND {_CAN_GO_ON}
    )
""")  # noqa: S608  # put together from constants only

_RESUME = text(f"""
    UPDATE publications SET due_at = app_now(), version = version + 1
    FROM connections
    WHERE connections.id = publications.connection_id AND {_CAN_GO_ON}
      AND connections.id = ANY(:connections)
    RETURNING publications.workspace_id, publications.connection_id, publications.lane
""")  # noqa: S608  # as above


async def resume_reconnected(session: AsyncSession) -> int:
    """Make due again what was held for a connection that can be used now; how many."""
    values = {
        "usable": [state for state in ConnectionState if state.usable],
        "reasons": [Refusal.TOKEN, Refusal.REVOKED],
        "scope": Refusal.SCOPE,
        "draft": Mode.DRAFT,
        "for_draft": Purpose.DRAFT,
        "for_direct": Purpose.PUBLISH,
    }
    connections = list((await session.scalars(_HELD, values)).all())
    if not connections:
        return 0
    await lanes.lock(session, connections)
    rows = (await session.execute(_RESUME, {**values, "connections": connections})).all()
    for workspace_id, connection_id, lane in sorted(set(map(tuple, rows))):
        await lanes.wake(session, workspace_id, connection_id, lane)
    return len(rows)
