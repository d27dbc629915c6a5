"""Claims lanes that are due and has them run, as many as there are free slots for."""

import asyncio
import logging
from datetime import timedelta
from functools import partial

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import Database
from postwright.db.statement import Coming, Statement
from postwright.jobs import lanes
from postwright.jobs.engine import Engine
from postwright.jobs.lanes import Claim, Turn
from postwright.jobs.timers import Do, surely

log = logging.getLogger(__name__)

# Whether a lane is due, and when one will be: in one look, as an idle worker does nothing else.
# Each part is a step or two into an index: the order makes sure of that, EXISTS would not.
LOOK = Statement("""
    WITH clock AS MATERIALIZED (SELECT app_now() AS now)
    SELECT
        COALESCE((
            SELECT true FROM lanes
            WHERE kind = :kind AND next_at <= (SELECT now FROM clock)
              AND (lease_until IS NULL OR lease_until < (SELECT now FROM clock))
            ORDER BY next_at LIMIT 1
        ), false) AS is_due,
        (
            SELECT next_at - (SELECT now FROM clock) FROM lanes
            WHERE kind = :kind AND next_at > (SELECT now FROM clock) ORDER BY next_at LIMIT 1
        ) AS next_in
""")
_SHORTEST_S = 0.02
_GATHER_S = 0.025


class Dispatcher:
    """One per worker. Wakes on notifications, at the next due time, and every `poll_s`.

    When the database was away `when_back` is done before anything is claimed.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        *,
        lease: timedelta,
        poll_s: float,
        when_back: Do | None = None,
    ) -> None:
        self._database = database
        self._engine = engine
        self._lease = lease
        self._poll_s = poll_s
        self._when_back = when_back
        self._was_away = False
        self._looking = asyncio.Lock()
        self._wake = {kind: asyncio.Event() for kind in engine.kinds}
        self._turns = {kind: Turn() for kind in engine.kinds}
        self._left_over = set[str]()
        engine.when_freed = self._freed

    async def run(self) -> None:
        """Dispatch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            for kind in self._engine.kinds:
                group.create_task(self._dispatch(kind))

    async def _dispatch(self, kind: str) -> None:
        while True:
            await self._see_to_what_is_back()
            pause_s = await surely(
                f"dispatching {kind}", partial(self.once, kind), when_back=self._when_back
            )
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake[kind].wait()
            except TimeoutError:
                continue
            # What is freed and told of in the same moment is claimed in one go.
            await asyncio.sleep(_GATHER_S)
            self._wake[kind].clear()

    async def _see_to_what_is_back(self) -> None:
        async with self._looking:
            if self._was_away and self._when_back is not None:
                self._was_away = False
                await surely("looking at what is back", self._when_back)

    def _freed(self, kind: str) -> None:
        if kind in self._left_over:
            self._wake[kind].set()

    async def once(self, kind: str) -> float:
        """Claim what is due and have it run; the seconds until the next look.

        What there is no slot for stays where it is, and is looked at when a slot is free.
        """
        free = self._engine.free_slots(kind)
        claims = list[Claim]()
        async with self._database.transaction() as session:
            asked = await LOOK.ask(session, {"kind": kind})
            claiming = None
            if kind in self._left_over and free > 0:  # there is something, so both go in one
                claiming = await self._ask_to_claim(session, kind, free)
            look = await asked.first()
            assert look is not None
            if claiming is None and look.is_due and free > 0:
                claiming = await self._ask_to_claim(session, kind, free)
        if claiming is not None:
            claims = await lanes.claimed(claiming, self._turns[kind])
        self._engine.start(claims)
        if look.is_due and len(claims) >= free:
            self._left_over.add(kind)
        else:
            self._left_over.discard(kind)
        if look.next_in is None:
            return self._poll_s
        return min(self._poll_s, max(_SHORTEST_S, look.next_in.total_seconds()))

    async def _ask_to_claim(self, session: AsyncSession, kind: str, most: int) -> Coming:
        turn = self._turns[kind]
        return await lanes.ask_to_claim(session, kind, most=most, lease=self._lease, turn=turn)

    async def _listen(self) -> None:
        """Wake when the database tells of lanes; whoever misses that looks every so often."""
        is_told = False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._database.conninfo, autocommit=True, connect_timeout=10
                ) as connection:
                    await connection.execute("LISTEN postwright_lanes")
                    is_told = False
                    async for notice in connection.notifies():
                        if notice.payload in self._wake:
                            self._wake[notice.payload].set()
            except psycopg.Error as error:
                self._was_away = True
                if not is_told:
                    is_told = True
                    says = " ".join(str(error).split())
                    log.warning("lanes are looked at every %g s only: %s", self._poll_s, says)
                await asyncio.sleep(self._poll_s)
