"""What is held without a time to look again, and goes on when the reason for it is gone."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.jobs import lanes
from postwright.publishing.work import START

# SQL: `waiting`, the accounts in which anything is held so. From account to account by the index
# of it: thousands may wait on the same one.
WAITING: Final = """
    WITH RECURSIVE waiting AS (
        SELECT min(connection_id) AS id FROM publications
        WHERE lane IS NOT NULL AND due_at IS NULL
        UNION ALL
        SELECT (SELECT min(connection_id) FROM publications
                WHERE lane IS NOT NULL AND due_at IS NULL AND connection_id > waiting.id)
        FROM waiting WHERE waiting.id IS NOT NULL
    )
"""


class Parked:
    """All that is held for one reason before it was begun.

    Args:
        reason: that.
        may_go_on: SQL, whether the reason is gone; of an account in `connections`, or of all.
    """

    def __init__(self, reason: str, may_go_on: str) -> None:
        self._reason = reason
        self._held = text(f"""
            {WAITING}
            SELECT connections.id FROM waiting JOIN connections ON connections.id = waiting.id
            WHERE EXISTS (
                SELECT FROM publications
                WHERE connection_id = connections.id AND lane IS NOT NULL AND due_at IS NULL
                  AND hold_reason = :reason
            ) AND {may_go_on}
        """)  # noqa: S608  # put together from constants only
        # Each at its own time again, which has passed: so they go out in their order.
        self._resume = text(f"""
            UPDATE publications SET due_at = LEAST(publish_at, app_now()), version = version + 1
            FROM connections
            WHERE connections.id = publications.connection_id AND {may_go_on}
              AND connections.id = ANY(:connections)
              AND lane IS NOT NULL AND due_at IS NULL AND hold_reason = :reason
            RETURNING connections.id, due_at
        """)  # noqa: S608  # as above

    async def bring_on(self, session: AsyncSession) -> int:
        """Make due what may go on again; how many. Locks the lanes of their accounts."""
        held = await session.scalars(self._held, {"reason": self._reason})
        connections = list(held.all())
        if not connections:
            return 0
        await lanes.lock(session, connections)
        values = {"reason": self._reason, "connections": connections}
        rows = await session.execute(self._resume, values)
        due: list[tuple[str, datetime]] = [(connection_id, at) for connection_id, at in rows]
        if due:
            await lanes.wake_all(session, START, due)
        return len(due)
