"""Deals the blows: when, to which worker, and where they landed."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from benchmarks.crash.processes import Fleet, Worker
from benchmarks.crash.scene import Scene
from benchmarks.crash.windows import (
    NAMED,
    InHand,
    Window,
    hardest,
    in_hand,
    stray_uploads,
    window_of,
)

_LOOK_S = 0.02
_CUT_OFF_S = 3.0
# How long after a window was seen open the blow comes, at most; longer where the window is.
_LATER_S = {
    Window.NOT_STORED: 0.2,
    Window.INTENT: 0.3,
    Window.TRACKING: 0.3,
    Window.LAST: 1.5,
    Window.MID: 3.0,
}


@dataclass(frozen=True, slots=True)
class Blow:
    """One blow and what the worker had in hand, each with its window."""

    kind: str
    landed: Window
    hands: tuple[tuple[str, Window], ...]


@dataclass(slots=True)
class Dealer:
    """Deals blows drawn from `chance`. `aimed` is the share of them that wait for a window.

    `provoke` is asked to bring a window about before it is waited for.
    """

    scene: Scene
    fleet: Fleet
    chance: random.Random
    pause_s: tuple[float, float]
    patience_s: float
    provoke: Callable[[Window], Awaitable[None]]
    aimed: float = 0.7
    blows: list[Blow] = field(default_factory=list[Blow])
    _asleep: asyncio.TaskGroup = field(init=False)
    _read: int = 0

    def tally(self, kind: str) -> Counter[Window]:
        """How many blows of a kind have landed in each window."""
        return Counter(blow.landed for blow in self.blows if blow.kind == kind)

    async def deal(self, kinds: list[str], before_each: Callable[[], Awaitable[None]]) -> None:
        """Deal one blow after the other. Raises nothing of the workers' doing."""
        async with asyncio.TaskGroup() as asleep:
            self._asleep = asleep
            for kind in kinds:
                await before_each()
                await asyncio.sleep(self.chance.uniform(*self.pause_s))
                await self._blow(kind)

    async def _blow(self, kind: str) -> None:
        aims = self._aims(kind) if self.chance.random() < self.aimed else []
        worker = await self._wait_for(aims) if aims else None
        while worker is None:
            running = self.fleet.running
            worker = self.chance.choice(running) if running else None
            await asyncio.sleep(_LOOK_S)
        self._read = await self._journal_end()
        if kind == "kill":
            await self._kill(worker)
        else:
            await self._stop(worker)

    def _aims(self, kind: str) -> list[Window]:
        """The windows that were hit least, in a random order."""
        tally = self.tally(kind)
        least = min(tally[window] for window in NAMED)
        aims = [window for window in NAMED if tally[window] == least]
        self.chance.shuffle(aims)
        return aims

    async def _wait_for(self, aims: list[Window]) -> Worker | None:
        """Wait until a running worker has something in one of these, and a little longer."""
        later = self.chance.random()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience_s
        await self.provoke(aims[0])
        while loop.time() < deadline:
            for seen in await in_hand(self.scene):
                worker = self.fleet.by_pid(seen.pid)
                window = await self._guess(seen)
                if worker is not None and window in aims:
                    await asyncio.sleep(later * _LATER_S[window])
                    return worker if worker.lives else None
            await asyncio.sleep(_LOOK_S)
        return None

    async def _guess(self, seen: InHand) -> Window:
        """The window that a publication seems to be in, asking no more than needed."""
        strays = await stray_uploads(self.scene) if seen.stage == "intent" else []
        return window_of(seen, strays, [seen.publish_id])

    async def _kill(self, worker: Worker) -> None:
        self.fleet.kill(worker)
        hands = [seen for seen in await in_hand(self.scene) if seen.pid == worker.pid]
        strays = await stray_uploads(self.scene) if hands else []
        cut_off = await self._cut_off(hands)
        self._note("kill", [(seen, window_of(seen, strays, cut_off)) for seen in hands])

    async def _stop(self, worker: Worker) -> None:
        """Stop a worker for longer than its lease; it goes on by itself later."""
        self.fleet.stop(worker)
        hands = [seen for seen in await in_hand(self.scene) if seen.pid == worker.pid]
        strays = await stray_uploads(self.scene) if hands else []
        sending = [seen.publish_id for seen in hands if seen.in_flight_bytes]
        self._note("stop", [(seen, window_of(seen, strays, sending)) for seen in hands])
        asleep_s = self.scene.settings.worker.lease_s + self.chance.uniform(0.5, 2.5)
        self._asleep.create_task(self._wake(worker, asleep_s))

    async def _wake(self, worker: Worker, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self.fleet.go_on(worker)

    def _note(self, kind: str, found: list[tuple[InHand, Window]]) -> None:
        self.blows.append(
            Blow(
                kind,
                hardest(window for _, window in found),
                tuple((seen.publication_id, window) for seen, window in found),
            )
        )

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
