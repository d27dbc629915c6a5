"""Says that a media host serves, and tells whether one does: before a network is sent to fetch.

Each host holds a lock, shared with the others, in the database for as long as it serves. A lock
and not a row with a lease, because PostgreSQL lets go of it in the moment in which the process
dies: in the seconds that a lease still has a network would be sent to nobody, which costs an hour
and a half. There is nothing to renew either, and nothing to tidy away. A machine that is gone
without a word is noticed by the server's keepalives, within ten seconds. A host that hangs is
there, as far as this goes; `doctor` asks it.

The lock belongs to a connection of the host's own: a pooler in between must not lend that to
others after each transaction. Locks of other databases of the same server are not seen.
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg.generators import notifies
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.statement import Statement

log = logging.getLogger(__name__)

# Two numbers, so that it is none of the locks that are named by one.
_AREA, _SERVING = 7_041_776, 1

# SQL: whether any host serves, of this database.
SERVED: Final = f"""EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND classid = {_AREA} AND objid = {_SERVING} AND objsubid = 2
      AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)"""  # noqa: S608  # put together from constants only
_LOOK = Statement(f"SELECT {SERVED} AS is_there")
_HOLD: Final = "SELECT pg_advisory_lock_shared(%s, %s)"

# Either end notices within ten seconds that the other's machine is gone.
_ALERT: Final[dict[str, Any]] = {
    "autocommit": True,
    "connect_timeout": 10,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "options": "-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    " -c idle_session_timeout=0",
}
_AGAIN_S: Final = (0.1, 0.2, 0.5)
_WAKES_S: Final = 60.0  # whoever waits for the end of a connection need not look often
# A host that is there is taken to be there for a moment: nobody asks for each post.
_KNOWN_S: Final = 1.0


@asynccontextmanager
async def present(conninfo: str) -> AsyncGenerator[Callable[[], object]]:
    """Say that a host serves, until the block ends or what it gives is called.

    The block begins when it is said. If the database is away it begins all the same, and it is
    said as soon as that is back.
    """
    tried = asyncio.Event()
    saying = asyncio.ensure_future(_say(conninfo, tried))
    try:
        await tried.wait()
        yield saying.cancel
    finally:
        saying.cancel()
        with suppress(asyncio.CancelledError):
            await saying


async def _say(conninfo: str, tried: asyncio.Event) -> None:
    troubles = 0
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, **_ALERT) as connection:
                await connection.execute(_HOLD, (_AREA, _SERVING))
                if troubles:
                    log.info("workers know again that media are served")
                troubles = 0
                tried.set()
                while True:  # nothing is listened to: it ends with the connection
                    await connection.wait(notifies(connection.pgconn), interval=_WAKES_S)
        except psycopg.Error as error:
            if not troubles:
                log.warning("workers do not know that media are served: %s", str(error).strip())
            tried.set()
        await asyncio.sleep(_AGAIN_S[min(troubles, len(_AGAIN_S) - 1)])
        troubles += 1


class Presence:
    """Whether any host serves, as a worker knows it."""

    __slots__ = ("_clock", "_seen_at")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen_at = -math.inf

    async def is_there(self, session: AsyncSession) -> bool:
        """Look, unless one was there a moment ago."""
        if self._clock() - self._seen_at < _KNOWN_S:
            return True
        row = await _LOOK.first(session, {})
        assert row is not None
        if row.is_there:
            self._seen_at = self._clock()
        return bool(row.is_there)
