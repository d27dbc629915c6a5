"""Deals the blows: when, to whom, and where they landed."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks.crash.processes import Fleet, ProcessFailed, Worker
from benchmarks.crash.provoke import Provoker
from benchmarks.crash.scene import Scene
from benchmarks.crash.sight import InHand, Sight, look
from benchmarks.crash.windows import (
    Victim,
    Window,
    hardest,
    of_database,
    of_web,
    of_worker,
    windows_of,
)
from postwright.db.database import DatabaseGone

_LOOK_S = 0.02
_CUT_OFF_S = 3.0
_REFRESH_S = 1.3
_READY_S = 60
# How long after a window was seen open the blow comes, at most; longer where the window is.
_LATER_S = {Window.NOT_STORED: 0.2, Window.INTENT: 0.3, Window.TRACKING: 0.3, Window.LAST: 0.8}
# How long the database stays away.
_AWAY_S = (0.0, 1.2)

_CONNECTED = """
    SELECT DISTINCT split_part(application_name, ' ', 1) FROM pg_stat_activity
    WHERE datname = current_database()
"""

Found = list[tuple[str, Window]]


@dataclass(frozen=True, slots=True)
class Kind:
    """Whom a blow hits, and how: `kill` is kill -9; `stop` is SIGSTOP past the lease.

    Of the database `stop` is an immediate stop: it says no word to anybody.
    """

    victim: Victim
    how: str


@dataclass(frozen=True, slots=True)
class Blow:
    """One blow and what its victim had in hand, each with its window. `at` is real time."""

    kind: Kind
    landed: Window
    hands: tuple[tuple[str, Window], ...]
    at: datetime


@dataclass(slots=True)
class Dealer:
    """Deals blows drawn from `chance`. `aimed` is the share of them that wait for a window."""

    scene: Scene
    workers: Fleet
    web: Fleet
    provoker: Provoker
    chance: random.Random
    pause_s: tuple[float, float]
    patience_s: float
    aimed: float = 0.75
    blows: list[Blow] = field(default_factory=list[Blow])
    database_is_up: bool = True
    _asleep: asyncio.TaskGroup = field(init=False)
    _read: int = 0

    def tally(self) -> Counter[Window]:
        """How many blows have landed in each window."""
        return Counter(blow.landed for blow in self.blows)

    def is_awake(self) -> bool:
        """Whether nobody is stopped, and the database is there."""
        stopped = any(worker.stopped for worker in (*self.workers.workers, *self.web.workers))
        return self.database_is_up and not stopped

    async def deal(self, kinds: list[Kind], before_each: Callable[[], Awaitable[None]]) -> None:
        """Deal one blow after the other. Raises nothing of the victims' doing."""
        async with asyncio.TaskGroup() as asleep:
            self._asleep = asleep
            for kind in kinds:
                await before_each()
                await asyncio.sleep(self.chance.uniform(*self.pause_s))
                await self._blow(kind)

    async def _blow(self, kind: Kind) -> None:
        aims = self._aims(kind.victim) if self.chance.random() < self.aimed else []
        if kind.how == "stop" and kind.victim is not Victim.DATABASE:
            await self._until_all_are_connected()
        if not aims:
            await self._strike(kind, await self._anybody(kind.victim), await self._sight())
            return
        async with self.provoker.bring_about(aims[0]):
            worker, sight = await self._wait_for(kind.victim, aims)
            await self._strike(kind, worker or await self._anybody(kind.victim), sight)

    def _aims(self, victim: Victim) -> list[Window]:
        """The windows that were hit least, in a random order."""
        tally, mine = self.tally(), windows_of(victim)
        least = min(tally[window] for window in mine)
        aims = [window for window in mine if tally[window] == least]
        self.chance.shuffle(aims)
        return aims

    async def _wait_for(self, victim: Victim, aims: list[Window]) -> tuple[Worker | None, Sight]:
        """Wait until a victim has something in one of these, and a little longer."""
        later = self.chance.random()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience_s
        while True:
            sight = await self._sight()
            for worker, found in self._everybody(victim, sight):
                seen = {window for _, window in found} & set(aims)
                if seen:
                    delay_s = later * _LATER_S.get(min(seen, key=list(Window).index), 0)
                    await asyncio.sleep(delay_s)
                    return worker, await self._sight() if delay_s else sight
            if loop.time() > deadline:
                return None, sight
            await asyncio.sleep(_LOOK_S)

    def _everybody(self, victim: Victim, sight: Sight) -> list[tuple[Worker | None, Found]]:
        match victim:
            case Victim.WORKER:
                return [(each, self._of_worker(sight, each)) for each in self.workers.running]
            case Victim.WEB:
                return [(each, of_web(sight)) for each in self.web.running]
            case Victim.DATABASE:
                return [(None, of_database(sight))]

    def _of_worker(self, sight: Sight, worker: Worker) -> Found:
        refreshing: Found = [("", Window.REFRESHING)] if sight.refreshing else []
        return of_worker(sight, worker.pid) + refreshing

    async def _anybody(self, victim: Victim) -> Worker | None:
        if victim is Victim.DATABASE:
            return None
        fleet = self.workers if victim is Victim.WORKER else self.web
        running = fleet.running
        while not running:  # it is stopped, and goes on by itself
            await asyncio.sleep(_LOOK_S)
            running = fleet.running
        return self.chance.choice(running)

    async def _strike(self, kind: Kind, worker: Worker | None, before: Sight) -> None:
        found: Found
        at = datetime.now(UTC)
        if worker is None:
            found = of_database(before)
            await self._away(kind.how)
        else:
            self._read = await self._journal_end()
            fleet = self.workers if kind.victim is Victim.WORKER else self.web
            at = datetime.now(UTC)
            if kind.how == "kill":
                fleet.kill(worker)
            else:
                fleet.stop(worker)
                asleep_s = self.scene.settings.worker.lease_s + self.chance.uniform(0.5, 2.5)
                self._asleep.create_task(self._wake(fleet, worker, asleep_s))
            found = of_web(before)
            if kind.victim is Victim.WORKER:
                found = await self._had_in_hand(worker, kind.how)
        landed = hardest(window for _, window in found)
        self.blows.append(Blow(kind, landed, tuple(found), at))

    async def _wake(self, fleet: Fleet, worker: Worker, after_s: float) -> None:
        await asyncio.sleep(after_s)
        fleet.go_on(worker)

    async def _away(self, how: str) -> None:
        """End the database, and bring it back, as `postwright up` does."""
        postmaster = self.scene.postmaster
        self.database_is_up = False
        if how == "kill":
            postmaster.kill()
        else:
            await asyncio.to_thread(postmaster.stop)
        await asyncio.sleep(self.chance.uniform(*_AWAY_S))
        await asyncio.to_thread(postmaster.start)
        self.database_is_up = True

    async def _until_all_are_connected(self) -> None:
        """One that is just starting has nothing in hand: to stop it would show nothing."""
        missing = {"everybody"}
        try:
            async with asyncio.timeout(_READY_S):
                while missing:
                    await asyncio.sleep(_LOOK_S)
                    there = {str(row[0]) for row in await self.scene.rows(_CONNECTED)}
                    missing = {f"postwright-{each.pid}" for each in self.workers.running} - there
                    if self.web.running and not await self.scene.is_served():
                        missing.add("the web part")
        except TimeoutError:
            raise ProcessFailed(f"not there after {_READY_S} s: {', '.join(missing)}") from None

    async def _had_in_hand(self, worker: Worker, how: str) -> Found:
        sight = await self._sight()
        hands = [seen for seen in sight.hands if seen.pid == worker.pid]
        sending = await self._cut_off(hands) if how == "kill" else None
        found = of_worker(sight, worker.pid, sending)
        if sight.refreshing:
            await asyncio.sleep(_REFRESH_S)
            # The other one's is through by now.
            if sight.refreshing & (await self._sight()).unrefreshed:
                found.append(("", Window.REFRESHING))
        return found

    async def _sight(self) -> Sight:
        while True:
            try:
                return await look(self.scene)
            except DatabaseGone:
                await asyncio.sleep(_LOOK_S)

    async def _journal_end(self) -> int:
        entries = (await self.scene.control("GET", f"requests?after={self._read}"))["requests"]
        return entries[-1]["n"] if entries else self._read

    async def _cut_off(self, hands: list[InHand]) -> set[str | None]:
        """The publish ids of which the emulator saw a range break off because of this kill.

        It notices when it has taken what was still in the connection's buffers.
        """
        wanted = {
            seen.publish_id for seen in hands if seen.stage == "open" and not seen.last_byte_sent
        }
        found = set[str | None]()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _CUT_OFF_S
        while wanted - found and loop.time() < deadline:
            log = await self.scene.control("GET", f"requests?after={self._read}")
            found = {
                entry["publish_id"]
                for entry in log["requests"]
                if entry["operation"] == "upload" and "connection broke" in (entry["why"] or "")
            }
            await asyncio.sleep(_LOOK_S * 2)
        return found & wanted
