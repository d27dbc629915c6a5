"""Lets time pass that nobody has to wait for: pauses, holds, hours of settling, days of looking.

TikTok's clock is the master. It is moved first: a window of its rate limits is then never shorter
than ours.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta

from benchmarks.crash.scene import Scene
from benchmarks.crash.sight import is_pull

_LOOK_S = 0.2
_SHORTEST_S = 0.3
_LONGEST_S = 7_200

_NEXT = """
    SELECT EXTRACT(epoch FROM min(next_at) - app_now())::float FROM lanes
    WHERE kind IN ('start', 'track') AND next_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM lanes WHERE lease_until > app_now())
"""
# Set, not added: after a lost commit it is done again.
_SET = "UPDATE app_clock SET is_test = true, ahead = make_interval(secs => :s) RETURNING 1"


class Clock:
    """The clock of TikTok and of the database. `is_awake` tells whether everybody is.

    What is skipped is skipped in steps of `stride_s` at least.
    """

    def __init__(self, scene: Scene, is_awake: Callable[[], bool]) -> None:
        self._scene = scene
        self._is_awake = is_awake
        self._ahead_s = 0.0
        self.stride_s = 0.0
        self._moves = list[tuple[datetime, float]]()
        self._one = asyncio.Lock()

    def real(self, at: datetime) -> datetime:
        """The real time at which TikTok's clock showed this."""
        n = bisect_right(self._moves, at, key=lambda move: move[0])
        real = at - timedelta(seconds=self._moves[n - 1][1] if n else 0)
        if n == len(self._moves):
            return real
        # While its clock was being moved it was anywhere on the way, and here it was no later.
        shown, ahead_s = self._moves[n]
        return min(real, shown - timedelta(seconds=ahead_s))

    @property
    def ahead_s(self) -> float:
        """How much time was skipped."""
        return self._ahead_s

    async def advance(self, seconds: float) -> None:
        """Move both clocks."""
        async with self._one:
            facts = await self._scene.control("POST", "clock", {"advance_s": seconds})
            self._ahead_s = facts["offset_s"]
            self._moves.append((datetime.fromisoformat(facts["now"]), self._ahead_s))
            await self._scene.rows(_SET, s=self._ahead_s)

    async def run(self) -> None:
        """Skip every pause in which nobody does anything, until cancelled."""
        await self.advance(0)
        while True:
            await self.skip()
            await asyncio.sleep(_LOOK_S)

    async def skip(self) -> bool:
        """Skip to what is due next, if nobody does anything; whether it did."""
        if not self._is_awake() or await self.is_fetching():
            return False
        [(left_s,)] = await self._scene.rows(_NEXT)
        if left_s is None or left_s < _SHORTEST_S:
            return False
        await self.advance(min(max(left_s, self.stride_s), _LONGEST_S))
        return True

    async def is_fetching(self) -> bool:
        """Whether TikTok fetches something: in real time, however fast its clock is moved."""
        uploads = (await self._scene.control("GET", "state"))["uploads"]
        return any(is_pull(each) and each["state"] == "receiving" for each in uploads)
