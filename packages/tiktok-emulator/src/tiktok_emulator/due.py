"""What happens later, by the emulator's clock: told here, done when its moment has come.

A slice registers what it has: when its next thing is due, read from the state, and what does it.
Nothing is stored but the state itself, so a state that was loaded has its future with it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktok_emulator.store import World

# The ticker looks at least so often, in real seconds; whoever forgets to wake it loses no more.
LONGEST_NAP_S = 0.25
# Real seconds that one step of a moved clock waits for work that it started.
PATIENCE_S = 10
MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Due:
    """One kind of thing that happens later.

    `next_at` tells the moment of the next one, None for never. `run` does all whose moment has
    come and returns within real seconds; afterwards `next_at` must be later, or None. `settle`
    waits for what `run` has begun and others have to answer; only a moved clock waits for that.
    """

    name: str
    next_at: "Callable[[World], datetime | None]"
    run: "Callable[[World], Awaitable[None]]"
    settle: "Callable[[World], Awaitable[None]] | None" = None


class Agenda:
    """Everything that is registered for one world. One event loop uses it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._entries: dict[str, Due] = {}
        self._lock = asyncio.Lock()
        self._woken = asyncio.Event()
        self.is_ticking = False

    def register(self, due: Due) -> None:
        """Take this into account from now on; a second one of the same name takes its place."""
        self._entries[due.name] = due

    def wake(self) -> None:
        """Look anew when the next thing is due."""
        self._woken.set()

    def next_at(self) -> datetime | None:
        """The moment of the next thing, maybe past; None if nothing is to come."""
        moments = (entry.next_at(self._world) for entry in self._entries.values())
        return min((at for at in moments if at is not None), default=None)

    async def run_now(self) -> None:
        """Do everything whose moment has come."""
        at = self.next_at()
        if at is not None and at <= self._world.clock.now():
            async with self._lock:
                await self._run()

    async def advance(self, by: timedelta) -> None:
        """Move the clock; forward it goes from moment to moment, so that each thing has its own.

        Raises:
            ClockOutOfRange: before 1970 or after 2999; then it was not moved.
        """
        clock = self._world.clock
        clock.check(by)
        async with self._lock:
            target = clock.now() + by
            await self._settled()
            await self._answered()
            for _ in range(MOST_STEPS):
                at = self.next_at()
                if at is None or at > target:
                    break
                before = at
                clock.advance(max(timedelta(), at - clock.now()))
                await self._run()
                await self._answered()
                if self.next_at() == before:
                    break  # it cannot be done now; what it waits for is not a matter of time
            # A clock that runs may be there already; it is not turned back.
            if by < timedelta() or clock.now() < target:
                clock.set(target)
            await self._run()
            await self._answered()
        self.wake()

    async def tick(self) -> None:
        """Do things as their moments come, until cancelled."""
        self.is_ticking = True
        try:
            while True:
                await self.run_now()
                self._woken.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._nap_s())
        finally:
            self.is_ticking = False

    def _nap_s(self) -> float:
        at = self.next_at()
        left = None if at is None else self._world.clock.real_seconds_until(at)
        # Never none at all: what is due and could not be done must not spin.
        return LONGEST_NAP_S if left is None else min(max(left, 0.005), LONGEST_NAP_S)

    async def _run(self) -> None:
        for entry in self._entries.values():
            at = entry.next_at(self._world)
            if at is not None and at <= self._world.clock.now():
                await entry.run(self._world)
        await self._settled()

    async def _answered(self) -> None:
        for entry in self._entries.values():
            if entry.settle is not None:
                await entry.settle(self._world)

    async def _settled(self) -> None:
        """Wait for short work in the background, such as the look into an upload."""
        if self._world.tasks:
            await asyncio.wait(set(self._world.tasks), timeout=PATIENCE_S)
