"""SQL that is built once and run thousands of times a minute."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession


class Statement:
    """One statement, with `:names` where its values go.

    A query that is put together anew for each call costs the worker more than PostgreSQL needs to
    answer it: what every publication goes through is written as text, and read as plain rows.
    """

    __slots__ = ("_text",)

    def __init__(self, sql: str) -> None:
        self._text = text(sql)

    async def run(self, session: AsyncSession, values: Mapping[str, Any]) -> None:
        """Run it in the session's transaction."""
        await session.execute(self._text, values)

    async def rows(self, session: AsyncSession, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Run it; all that it gives."""
        return (await session.execute(self._text, values)).all()

    async def first(self, session: AsyncSession, values: Mapping[str, Any]) -> Row[Any] | None:
        """Run it; the first row, or None."""
        return (await session.execute(self._text, values)).first()
