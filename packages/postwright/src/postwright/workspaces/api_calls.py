"""The answers of calls to the API, kept for a day: where sealed ones belong, and their end."""

from sqlalchemy import text

from postwright.db.batches import remove_all
from postwright.db.database import Database

_FORGET = text("""
    DELETE FROM api_calls WHERE (workspace_id, kind, name) IN (
        SELECT workspace_id, kind, name FROM api_calls WHERE expires_at < app_now()
        ORDER BY expires_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
""")


def answer_context(workspace_id: str, kind: str, name: str) -> str:
    """Where a call's sealed answer belongs."""
    return f"api_calls/{workspace_id}/{kind}/{name}/body"


async def forget_calls(database: Database) -> int:
    """Remove the calls whose time is over; how many."""
    return await remove_all(database, _FORGET)
