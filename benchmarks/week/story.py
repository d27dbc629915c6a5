"""Plays a script: from one moment to the next, with whatever people and the world do there."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from benchmarks.crash.scene import Scene
from benchmarks.week.clock import Clock
from benchmarks.week.items import Act, Deed
from benchmarks.week.people import LATER, People
from benchmarks.week.script import Script
from benchmarks.week.times import BEGIN
from benchmarks.week.world import World

_READ_EVERY = 60  # jumps; TikTok's log keeps 20,000 requests
_ENDED = """
    SELECT count(*) FILTER (WHERE state IN ('published', 'delivered', 'failed', 'cancelled')),
           count(*)
    FROM publications
"""


@dataclass(slots=True)
class Log:
    """TikTok's log of requests, counted.

    Attributes:
        refusals: by operation, status and code; those that a fault ordered have `ordered` set.
        refreshes: by creator and app.
        dead: refreshes that were refused because the token was dead, by creator.
        calls: by operation.
    """

    refusals: Counter[tuple[str, str, bool]] = field(default_factory=Counter[tuple[str, str, bool]])
    refreshes: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    dead: Counter[str] = field(default_factory=Counter[str])
    calls: Counter[str] = field(default_factory=Counter[str])
    last: int = 0
    missed: int = 0

    async def read(self, scene: Scene) -> None:
        """Go on reading where it was left."""
        entries = (await scene.control("GET", f"requests?after={self.last}"))["requests"]
        for entry in entries:
            self.missed += entry["n"] - self.last - 1
            self.last = entry["n"]
            self._note(entry)

    def _note(self, entry: dict[str, Any]) -> None:
        operation, status = str(entry["operation"]), entry["status"]
        self.calls[operation] += 1
        if operation == "oauth.refresh" and status == 200 and entry["code"] is None:
            self.refreshes[entry["username"], entry["client_key"]] += 1
        if status is None or status >= 400 or entry["code"] not in {None, "ok"}:
            said = f"{status or ''} {entry['code'] or 'broken off'}".strip()
            self.refusals[operation, said, entry["fault"] is not None] += 1
        if entry["code"] == "invalid_grant":
            self.dead[entry["username"]] += 1


@dataclass(slots=True)
class Story:
    """One play of a script."""

    script: Script
    world: World
    people: People
    clock: Clock
    tell: Callable[[str], None]
    log: Log = field(default_factory=Log)
    _deeds: list[Deed] = field(default_factory=list[Deed])
    _ended: int = 0

    async def play(self) -> None:
        """From the beginning until everything is over, or the last day of grace."""
        self._deeds = list(self.script.deeds)
        heapq.heapify(self._deeds)
        plan = self.script.plan
        last = plan.ends_at + timedelta(days=plan.drain_days)
        await self.world.lose_webhooks()
        while (now := self.clock.now()) < last:
            if now >= plan.ends_at and not self._deeds and await self._is_over():
                break
            next_deed = self._deeds[0].at if self._deeds else last
            await self.clock.pass_until(min(next_deed, last))
            await self._do_what_is_due()
            if self.clock.jumps % _READ_EVERY == 0:
                await self.log.read(self.people.scene)
                await self._is_over()
            self.tell(self._status())
        await self.clock.settled()
        await self.log.read(self.people.scene)

    async def _is_over(self) -> bool:
        counted: Any = (await self.people.scene.rows(_ENDED))[0]
        self._ended = counted[0]
        return bool(counted[0] == counted[1])

    def _status(self) -> str:
        passed = self.clock.now() - BEGIN
        hours = passed.total_seconds() / 3600
        return (
            f"day {int(hours // 24) + 1}, {hours % 24:04.1f} h: "
            f"{self._ended} of {len(self.script.items)} over, {self.clock.jumps} jumps "
            f"({self.clock.busy_s:.0f} s busy, {self.clock.moving_s:.0f} s moving)"
        )

    async def _do_what_is_due(self) -> None:
        while self._deeds and self._deeds[0].at <= self.clock.now():
            deed = heapq.heappop(self._deeds)
            await self.clock.settled()
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
