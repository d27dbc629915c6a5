"""Forgets old webhooks. What is forgotten is too old to be taken in again."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, text

from postwright.db.database import Database

KEPT = timedelta(days=90)

_BATCH = 5_000

_FORGET = text("""
    DELETE FROM webhook_events WHERE id IN (
        SELECT id FROM webhook_events WHERE received_at < app_now() - CAST(:kept AS interval)
        ORDER BY received_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
""")


async def forget(database: Database) -> int:
    """Remove webhooks that came more than three months ago; how many."""
    removed = 0
    while True:
        async with database.transaction() as session:
            result = await session.execute(_FORGET, {"kept": KEPT, "most": _BATCH})
        gone = cast("CursorResult[Any]", result).rowcount
        removed += gone
        if gone < _BATCH:
            return removed
