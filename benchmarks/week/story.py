"""Plays a script: from one moment to the next, with whatever people and the world do there."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from benchmarks.crash.processes import ProcessFailed
from benchmarks.week.clock import Clock
from benchmarks.week.holds import Holds
from benchmarks.week.items import Act, Deed
from benchmarks.week.log import Log
from benchmarks.week.people import LATER, People
from benchmarks.week.script import Script
from benchmarks.week.times import BEGIN
from benchmarks.week.world import World

_READ_EVERY = 60  # jumps; TikTok's log keeps 20,000 requests
# What a person did last is told by a webhook, or, if that is lost, seen at the next look: an hour
# later, and a tenth more.
_TO_SEE = timedelta(hours=2)
_ENDED = """
    SELECT count(*) FILTER (WHERE state IN ('published', 'delivered', 'failed', 'cancelled')),
           count(*)
    FROM publications
"""


@dataclass(slots=True)
class Story:
    """One play of a script."""

    script: Script
    world: World
    people: People
    clock: Clock
    tell: Callable[[str], None]
    log: Log = field(default_factory=Log)
    holds: Holds = field(default_factory=Holds)
    _last_deed_at: datetime = BEGIN
    _deeds: list[Deed] = field(default_factory=list[Deed])
    _ended: int = 0

    async def play(self) -> None:
        """From the beginning until everything is over, or the last day of grace."""
        self._deeds = list(self.script.deeds)
        heapq.heapify(self._deeds)
        plan = self.script.plan
        last = plan.ends_at + timedelta(days=plan.drain_days)
        await self.world.lose_webhooks()
        for n in itertools.count():
            seen = await self.clock.settled()
            await self.holds.look(self.people.scene, seen.now)
            if n % _READ_EVERY == 0:
                await self.log.read(self.people.scene)
                await self._count_ended()
            if seen.now >= last or await self._is_over(seen.now):
                break
            if dead := self.world.dead():
                raise ProcessFailed(dead)
            next_deed = self._deeds[0].at if self._deeds else last
            await self.clock.pass_on(seen, min(next_deed, last))
            await self._do_what_is_due()
            self.tell(self._status())
        await self.log.read(self.people.scene)

    async def _is_over(self, now: datetime) -> bool:
        """Whether the days have passed, and what came of the last deed is known."""
        if self._deeds or now < max(self.script.plan.ends_at, self._last_deed_at + _TO_SEE):
            return False
        return await self._count_ended()

    async def _count_ended(self) -> bool:
        counted: Any = (await self.people.scene.rows(_ENDED))[0]
        self._ended = counted[0]
        return bool(counted[0] == counted[1])

    def _status(self) -> str:
        passed = self.clock.now() - BEGIN
        hours = passed.total_seconds() / 3600
        return (
            f"day {int(hours // 24) + 1}, {hours % 24:04.1f} h: "
            f"{self._ended} of {len(self.script.items)} over, {self.clock.jumps.total()} jumps "
            f"({sum(self.clock.busy_s.values()):.0f} s busy, {self.clock.moving_s:.0f} s moving)"
        )

    async def _do_what_is_due(self) -> None:
        while self._deeds and self._deeds[0].at <= self.clock.now():
            deed = heapq.heappop(self._deeds)
            await self.clock.settled()
            self._last_deed_at = self.clock.now()
            if not await self._do(deed):
                heapq.heappush(self._deeds, replace(deed, at=self.clock.now() + LATER))

    async def _do(self, deed: Deed) -> bool:
        world, item, account = self.world, deed.item, deed.account
        match deed.act, item, account:
            case Act.AWAY, _, _:
                await world.tiktok_goes()
            case Act.DATABASE, _, _:
                await world.database_goes()
            case Act.CUT, _, _:
                await world.power_fails()
            case Act.DEPLOY, _, _:
                await world.deploy()
            case Act.REVOKE, flying, whose if flying is not None and whose is not None:
                await world.account_goes(flying, whose)
            case Act.CROWD, _, whose if whose is not None:
                await world.tiktok_is_crowded(whose)
            case Act.RECONNECT, _, whose if whose is not None:
                await world.account_returns(whose)
            case _, about, _ if about is not None:
                return await self.people.does(deed, about)
            case _:
                raise ValueError(deed)
        return True
