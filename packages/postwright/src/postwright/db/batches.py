"""Removes many rows a few thousand at a time: nobody waits long for any of them."""

from typing import Any, cast

from sqlalchemy import CursorResult, TextClause

from postwright.db.database import Database

_MOST = 5_000


async def remove_all(database: Database, removal: TextClause, **values: Any) -> int:
    """Repeat a statement that removes `:most` rows at most, until it removes fewer; how many.

    Each time is a transaction of its own.
    """
    removed = 0
    while True:
        async with database.transaction() as session:
            result = await session.execute(removal, {**values, "most": _MOST})
        gone = cast("CursorResult[Any]", result).rowcount
        removed += gone
        if gone < _MOST:
            return removed
