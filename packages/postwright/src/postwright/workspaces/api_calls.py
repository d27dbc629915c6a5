"""The answers of calls to the API, kept for a day: where sealed ones belong, and their end."""

from typing import Any, cast

from sqlalchemy import CursorResult, text

from postwright.db.database import Database

_BATCH = 5_000

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
    removed = 0
    while True:
        async with database.transaction() as session:
            result = await session.execute(_FORGET, {"most": _BATCH})
        gone = cast("CursorResult[Any]", result).rowcount
        removed += gone
        if gone < _BATCH:
            return removed
