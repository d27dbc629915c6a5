"""Brings on what was waiting for an account to be connected again."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import ConnectionState
from postwright.jobs import lanes
from postwright.platforms.base import Refusal

_HELD = text("""
    SELECT DISTINCT publications.connection_id FROM publications
    JOIN connections ON connections.id = publications.connection_id
    WHERE publications.lane IS NOT NULL AND publications.due_at IS NULL
      AND publications.hold_reason = ANY(:reasons)
      AND connections.state = ANY(:usable)
""")

_RESUME = text("""
    UPDATE publications SET due_at = app_now(), version = version + 1
    FROM connections
    WHERE connections.id = publications.connection_id
      AND publications.lane IS NOT NULL AND publications.due_at IS NULL
      AND publications.hold_reason = ANY(:reasons)
      AND connections.state = ANY(:usable)
      AND connections.id = ANY(:connections)
    RETURNING publications.workspace_id, publications.connection_id, publications.lane
""")


async def resume_reconnected(session: AsyncSession) -> int:
    """Make due again what was held for a connection that can be used now; how many."""
    values: dict[str, list[str]] = {
        "reasons": [Refusal.TOKEN, Refusal.REVOKED, Refusal.SCOPE],
        "usable": [state for state in ConnectionState if state.usable],
    }
    connections = list((await session.scalars(_HELD, values)).all())
    if not connections:
        return 0
    await lanes.lock(session, connections)
    rows = (await session.execute(_RESUME, {**values, "connections": connections})).all()
    for workspace_id, connection_id, lane in sorted(set(map(tuple, rows))):
        await lanes.wake(session, workspace_id, connection_id, lane)
    return len(rows)
