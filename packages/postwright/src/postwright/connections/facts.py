"""What a network last said that it allows a creator: asked anew before a post, kept for minutes."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.db.database import NOW
from postwright.db.statement import Statement

# People look at a form for minutes; what they see there is checked again before the post.
KEPT = timedelta(minutes=5)


_REMEMBER = Statement("""
    UPDATE connections SET facts = CAST(:facts AS jsonb), facts_at = app_now()
    WHERE id = :connection_id AND disconnected_at IS NULL
""")


async def remember(session: AsyncSession, connection_id: str, facts: dict[str, Any]) -> None:
    """Keep what the network has just said. An account that was disconnected keeps nothing."""
    await _REMEMBER.run(session, {"connection_id": connection_id, "facts": json.dumps(facts)})


async def cached(
    session: AsyncSession,
    workspace_id: str,
    connection_id: str,
    *,
    at_most: timedelta = KEPT,
) -> dict[str, Any] | None:
    """What the network said at most so long ago; None if that is longer ago, or never was."""
    return await session.scalar(
        select(Connection.facts).where(
            Connection.workspace_id == workspace_id,
            Connection.id == connection_id,
            Connection.facts_at > NOW - at_most,
        )
    )
