"""SQL that is built once and run thousands of times a minute.

A query that is put together anew for each call, and whose rows become objects, costs a worker
several times what PostgreSQL needs to answer it. What every publication goes through is text, goes
straight to the driver, in the session's transaction, and is read as plain rows.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_NAME = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")
_DRIVER = "driver"


class Statement:
    """One statement, with `:names` where its values go.

    Its errors are those of any other statement in a session. Rows are named tuples.
    """

    __slots__ = ("_sql",)

    def __init__(self, sql: str) -> None:
        self._sql = _NAME.sub(r"%(\1)s", sql.replace("%", "%%")).encode()

    async def run(self, session: AsyncSession, values: Mapping[str, Any]) -> None:
        """Run it in the session's transaction."""
        await self._execute(session, values)

    async def rows(self, session: AsyncSession, values: Mapping[str, Any]) -> Sequence[Any]:
        """Run it; all that it gives."""
        return await (await self._execute(session, values)).fetchall()

    async def first(self, session: AsyncSession, values: Mapping[str, Any]) -> Any | None:
        """Run it; the first row, or None."""
        return await (await self._execute(session, values)).fetchone()

    async def _execute(
        self, session: AsyncSession, values: Mapping[str, Any]
    ) -> psycopg.AsyncCursor[Any]:
        connection = session.info.get(_DRIVER) or await session.run_sync(_driver)
        try:
            return await connection.cursor(row_factory=namedtuple_row).execute(self._sql, values)
        except psycopg.Error as error:
            raise _as_any_other(error, connection) from error


def _driver(session: Session) -> psycopg.AsyncConnection[Any]:
    """The driver's connection under a session, whose transaction has begun."""
    connection: Any = session.connection().connection.driver_connection
    session.info[_DRIVER] = connection
    return connection


def _as_any_other(error: psycopg.Error, connection: psycopg.AsyncConnection[Any]) -> Exception:
    return DBAPIError.instance(
        None,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=connection.closed,
    )
