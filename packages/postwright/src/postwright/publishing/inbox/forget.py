"""Forgets old webhooks. What is forgotten is too old to be taken in again."""

from datetime import timedelta

from sqlalchemy import text

from postwright.db.batches import remove_all
from postwright.db.database import Database

KEPT = timedelta(days=90)

_FORGET = text("""
    DELETE FROM webhook_events WHERE id IN (
        SELECT id FROM webhook_events WHERE received_at < app_now() - CAST(:kept AS interval)
        ORDER BY received_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
""")


async def forget(database: Database) -> int:
    """Remove webhooks that came more than three months ago; how many."""
    return await remove_all(database, _FORGET, kept=KEPT)
