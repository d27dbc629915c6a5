"""The engine and its transactions."""

import asyncio
import math
import os
import select
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import set_json_loads
from pydantic_core import from_json
from sqlalchemy import Connection, DateTime, event, func
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as AllBusy
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

from postwright.db.held import LINE, HeldSession, commit, holding, let_go, undo
from postwright.db.line import Line
from postwright.db.statement import Coming, Statement, send_before
from postwright.errors import Advice, StorageTrouble

_IDLE_S = 2.0

# JSON that is read by the hundred: this reads it in a third of the time.
set_json_loads(from_json)

# The one clock, inside a statement.
NOW = func.app_now(type_=DateTime(timezone=True))
_CLOCK = Statement("SELECT app_now() AS now")


# A process that is frozen inside a transaction must not keep its locks from the others.
SESSION = "-c timezone=utc -c idle_in_transaction_session_timeout=10s"
_ONE_PLAN = " -c plan_cache_mode=force_generic_plan"


class DatabaseGone(StorageTrouble):
    """The database cannot be reached."""

    code = "database_gone"
    advice = Advice.RETRY


class Database:
    """A pool of connections to one PostgreSQL.

    Transactions are the only way in: `async with database.transaction() as session`. They commit
    when the block ends and roll back when it raises, and nothing else commits.

    Args:
        url: where it is.
        pool_size: connections that are kept; as many again are made when they are all busy.
        patience_s: how long to wait for one when those are busy, too.
        name: what this process is, as the server lists its connections behind its number.
        repeats: whether it runs the same statements over and over. Each is then planned once per
            connection: they are steps into an index, whatever their values.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        patience_s: float = 30,
        name: str = "",
        repeats: bool = False,
    ) -> None:
        self.url = normalised(url)
        self._engine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=patience_s,
            pool_use_lifo=True,  # the fewer are in use, the more of their plans are at hand
            pool_reset_on_return=None,  # no transaction leaves one behind that has not ended
            hide_parameters=True,  # an error in a log must not show what a row was to hold
            connect_args={
                "options": SESSION + (_ONE_PLAN if repeats else ""),
                "connect_timeout": 10,
                "prepare_threshold": None,  # what is run often prepares itself; see `line`
            }
            | _called(name),
        )
        _look_at_kept_ones(self._engine)
        _keep_order(self._engine)
        self._sessions = async_sessionmaker(
            self._engine, sync_session_class=HeldSession, expire_on_commit=False
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncSession]:
        """One transaction.

        Raises:
            DatabaseGone: the connection could not be made, or broke; or the server has no room.
        """
        session = self._sessions(info=holding(self._engine.sync_engine))
        try:
            yield session
            await commit(session)
        except BaseException as error:
            # Whoever is told to stop twice does not stop before it has ended.
            await asyncio.shield(asyncio.ensure_future(undo(session)))
            if isinstance(error, AllBusy) or (isinstance(error, DBAPIError) and is_outage(error)):
                raise gone(self.url, error) from error
            raise
        await let_go(session)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    @property
    def conninfo(self) -> str:
        """The same address for plain psycopg."""
        return self.url.replace("postgresql+psycopg://", "postgresql://", 1)


def _look_at_kept_ones(engine: AsyncEngine) -> None:
    """Ask a connection whether it still lives, if it has lain idle for a while.

    One that the server has written to since is asked at once: a server that stops says so, and
    closes its side, so that a restart between two transactions harms none of them.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def put_back(_: Any, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def taken(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        idle_s = time.monotonic() - record.info.get("idle_since", math.inf)
        if idle_s > _IDLE_S or _was_written_to(connection.driver_connection):
            try:
                engine.dialect.do_ping(connection)
            except Exception as error:
                raise DisconnectionError from error


def _keep_order(engine: AsyncEngine) -> None:
    """What was asked of a connection before is done before anything else is."""

    @event.listens_for(engine.sync_engine, "connect")
    def made(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[LINE] = Line(connection.driver_connection)

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def about_to(connection: Connection, *_: Any) -> None:
        send_before(connection)


def _was_written_to(connection: AsyncConnection[Any]) -> bool:
    """Whether something waits to be read from a connection, or it is broken."""
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _called(name: str) -> dict[str, str]:
    # The embedded server tells the connections of this process from others' by how they begin.
    return {"application_name": f"postwright-{os.getpid()} {name}"} if name else {}


def normalised(url: str) -> str:
    """The address with the one driver that is used."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def is_outage(error: DBAPIError) -> bool:
    """Whether the server was not there or could do nothing, as opposed to refusing a statement."""
    if error.connection_invalidated:
        return True
    state = str(getattr(error.orig, "sqlstate", None) or "")
    # 08: connection; 57P: shutdown, crash, cannot connect now; 53: no disk, memory or connection
    # left; 25006: read-only, as a stand-by is; 25P03: idle in a transaction for too long.
    if state.startswith(("08", "53", "57P")) or state in {"25006", "25P03"}:
        return True
    return not state and type(error.orig).__name__ in {"OperationalError", "InterfaceError"}


def gone(url: str, error: Exception) -> DatabaseGone:
    """The message for people. The address is shown without its password."""
    shown = make_url(url).render_as_string(hide_password=True)
    cause = str(getattr(error, "orig", error)).strip().splitlines()
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    there = state.startswith("53") or state == "25006"
    return DatabaseGone(
        "The database can do nothing now." if there else "The database cannot be reached.",
        why=f"{shown}: {cause[0] if cause else type(error).__name__}",
        fix="Free what it lacks. Nothing is lost: what was recorded goes on."
        if there
        else "Is it running? Nothing is lost: what was recorded goes on when it is back.",
    )


async def app_now(session: AsyncSession) -> datetime:
    """The one clock: the database's time, plus an offset that only tests set."""
    return await told_now(await ask_for_now(session))


async def ask_for_now(session: AsyncSession) -> Coming:
    """The same, to be answered together with what is asked next; `told_now` reads it."""
    return await _CLOCK.ask(session, {})


async def told_now(asked: Coming) -> datetime:
    """What `ask_for_now` has brought."""
    row = await asked.first()
    assert row is not None, "it is always some time"
    return row.now
