"""Claims lanes that are due and nudges workers, in one transaction each time."""

import asyncio
import logging
from datetime import timedelta

import psycopg

from postwright.db.database import Database, DatabaseGone
from postwright.jobs import lanes
from postwright.jobs.engine import Engine

log = logging.getLogger(__name__)


class Dispatcher:
    """One per worker. Wakes on notifications, at the next due time, and every `poll_s`."""

    def __init__(
        self, database: Database, engine: Engine, *, lease: timedelta, poll_s: float
    ) -> None:
        self._database = database
        self._engine = engine
        self._lease = lease
        self._poll_s = poll_s
        self._wake = {kind: asyncio.Event() for kind in engine.kinds}

    async def run(self) -> None:
        """Dispatch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            for kind in self._engine.kinds:
                group.create_task(self._dispatch(kind))

    async def _dispatch(self, kind: str) -> None:
        while True:
            pause_s = self._poll_s
            try:
                pause_s = await self.once(kind)
            except DatabaseGone as error:
                log.warning("%s %s", error.what, error.why)
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake[kind].wait()
            except TimeoutError:
                continue
            self._wake[kind].clear()

    async def once(self, kind: str) -> float:
        """Claim and nudge what is due; the seconds until the next look."""
        async with self._database.transaction() as session:
            free = await self._engine.free_slots(session, kind)
            if free > 0:
                for claim in await lanes.claim(session, kind, most=free, lease=self._lease):
                    await self._engine.nudge(session, claim)
            soonest = await lanes.soonest(session, kind)
        if soonest is None:
            return self._poll_s
        return min(self._poll_s, max(0.02, soonest.total_seconds()))

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._database.conninfo, autocommit=True, connect_timeout=10
                ) as connection:
                    await connection.execute("LISTEN postwright_lanes")
                    async for notice in connection.notifies():
                        if notice.payload in self._wake:
                            self._wake[notice.payload].set()
            except psycopg.Error:
                await asyncio.sleep(self._poll_s)
