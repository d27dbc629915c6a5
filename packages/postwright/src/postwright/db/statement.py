"""SQL that is built once and run thousands of times a minute.

A query that is put together anew for each call, and whose rows become objects, costs a worker
several times what PostgreSQL needs to answer it. What every publication goes through is text, goes
straight to the driver, in the session's transaction, and is read as plain rows.
"""

import re
from collections import namedtuple
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.pq.abc import PGresult
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.held import LINE, held_by
from postwright.db.line import Asked, Line, Refusal

_NAME = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")


class Statement:
    """One statement, with `:names` where its values go.

    One that has a `refusal` may call `refuse(detail)`: then all that was done in the transaction is
    undone, and the refusal is raised with the detail. Nobody has to wait for what it gives.

    Its errors are those of any other statement in a session, and each comes with the next
    statement that somebody waits for, or at the commit. Rows are named tuples.
    """

    __slots__ = ("_make_row", "_names", "_refusal", "_sql", "text")

    def __init__(self, sql: str, *, refusal: Refusal | None = None) -> None:
        self.text = sql
        self._refusal = refusal
        self._names = tuple(dict.fromkeys(_NAME.findall(sql)))
        places = {name: f"${place}" for place, name in enumerate(self._names, start=1)}
        self._sql = _NAME.sub(lambda found: places[found[1]], sql).encode()
        self._make_row: Callable[[Sequence[Any]], Any] | None = None

    async def run(self, session: AsyncSession, values: Mapping[str, Any]) -> None:
        """Have it run in the session's transaction, after what was run before."""
        await self.ask(session, values)

    async def rows(self, session: AsyncSession, values: Mapping[str, Any]) -> Sequence[Any]:
        """Run it; all that it gives."""
        return await (await self.ask(session, values)).rows()

    async def first(self, session: AsyncSession, values: Mapping[str, Any]) -> Any | None:
        """Run it; the first row, or None."""
        return await (await self.ask(session, values)).first()

    async def ask(self, session: AsyncSession, values: Mapping[str, Any]) -> "Coming":
        """Have it run, and read what it gives later: it goes with the next that is waited for."""
        held = held_by(session)
        line = held.line or await session.run_sync(held.take)
        given = [values[name] for name in self._names]
        return Coming(self, line.ask(self._sql, given, self._refusal), line)

    def read(self, result: PGresult, line: Line) -> Sequence[Any]:
        """Make rows of what it gave."""
        if self._make_row is None:
            names = [(result.fname(n) or b"").decode() for n in range(result.nfields)]
            made = namedtuple("Row", names, rename=True)  # pyright: ignore[reportUntypedNamedTuple]  # as the statement names them
            self._make_row = made._make
        return line.read(result, self._make_row)


class Coming:
    """What a statement gives, once it has been run."""

    __slots__ = ("_asked", "_line", "_statement")

    def __init__(self, statement: Statement, asked: Asked, line: Line) -> None:
        self._statement = statement
        self._asked = asked
        self._line = line

    async def rows(self) -> Sequence[Any]:
        """All rows."""
        return self._statement.read(await self._asked.answer(), self._line)

    async def first(self) -> Any | None:
        """The first row, or None."""
        rows = await self.rows()
        return rows[0] if rows else None


def send_before(connection: Any) -> None:
    """Run what is to be run before another statement goes to a connection of SQLAlchemy's."""
    line: Line = connection.info[LINE]
    if line.is_waiting:

        def send(_: AsyncConnection[Any]) -> Awaitable[None]:
            return line.send()

        connection.connection.dbapi_connection.run_async(send)
