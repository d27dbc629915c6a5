"""What a transaction holds: one connection, which leaves the pool with its first statement.

Statements of ours go to it directly, on its line. What SQLAlchemy is asked for goes over the same
connection, and only then is anything of SQLAlchemy's made for it: its session, connection and
transaction cost a worker more than what most of its transactions do.
"""

from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection

from postwright.db.line import Line, as_any_other

LINE = "line"
_HELD = "held"


class Held:
    """The connection of one transaction."""

    __slots__ = ("_connection", "_engine", "_is_over", "_taken", "line")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._taken: PoolProxiedConnection | None = None
        self._connection: Connection | None = None
        self._is_over = False
        self.line: Line | None = None

    def take(self, _: Session | None = None) -> Line:
        """Take a connection from the pool, if there is none yet; its line.

        Raises:
            DBAPIError: none could be made.
        """
        if self.line is not None:
            return self.line
        if self._is_over:
            raise RuntimeError("The transaction has ended.")
        try:
            self._taken = self._engine.raw_connection()
        except psycopg.Error as error:
            raise as_any_other(error, is_broken=True) from error
        line: Line = self._taken.info[LINE]
        self.line = line
        return line

    def as_sqlalchemy(self) -> Connection:
        """The same connection, as SQLAlchemy has it."""
        if self._connection is None:
            self.take()
            self._connection = Connection(self._engine, connection=self._taken)
        return self._connection

    def put_back(self, session: Session) -> None:
        """End the session, and give the connection back to the pool."""
        taken, self._taken, self.line, self._is_over = self._taken, None, None, True
        try:
            with suppress(DBAPIError):  # of a connection that broke: there is nothing to undo
                session.close()
        finally:
            if taken is not None:
                taken.close()


class HeldSession(Session):
    """A session whose statements go over the connection of its transaction."""

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """That connection."""
        return self.info[_HELD].as_sqlalchemy()


def holding(engine: Engine) -> dict[str, Held]:
    """What a session is made with."""
    return {_HELD: Held(engine)}


def held_by(session: AsyncSession) -> Held:
    """What the session's transaction holds."""
    return session.info[_HELD]


async def commit(session: AsyncSession) -> None:
    """Run what is still to be run, and commit with it."""
    if session.new or session.dirty or session.deleted:
        await session.flush()
    held = held_by(session)
    if held.line is not None:
        await held.line.send(commits=True)
    if session.in_transaction():
        await session.commit()  # nothing is left for the server to do


async def let_go(session: AsyncSession) -> None:
    """Give the connection back, and end the session."""
    await session.run_sync(held_by(session).put_back)


async def undo(session: AsyncSession) -> None:
    """Roll back, and let go."""
    held = held_by(session)
    try:
        if held.line is not None:
            await held.line.undo()
    finally:
        await let_go(session)
