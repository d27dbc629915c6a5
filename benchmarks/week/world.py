"""What the world does: TikTok and the database go away, the power fails, workers are replaced."""

import asyncio
import signal
import subprocess
import time
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.crash.processes import Fleet, ProcessFailed
from benchmarks.week.clock import Clock
from benchmarks.week.items import Account, Item
from benchmarks.week.plan import Plan, Span
from benchmarks.week.town import Town

CALLED = (
    "oauth.authorize", "oauth.token", "oauth.refresh", "oauth.revoke", "creator_info",
    "video.init", "inbox.video.init", "photo.init", "upload", "status", "cancel",
)  # fmt: skip
_CROWDED = ("creator_info", "video.init", "inbox.video.init", "photo.init", "status")
_POLITE_S = 30
_STEP = timedelta(minutes=4)
_SLOW_S = 0.8
_LOOK_S = 0.01
_WORDS = 2_000
_IN_HAND = "SELECT count(*) FROM lanes WHERE lease_until > app_now()"
_FETCHING = """
    SELECT count(*) FROM attempts
    WHERE publication_id = :id AND live AND publish_id IS NOT NULL
"""
_WAITING = """
    SELECT count(*) FROM publications
    WHERE connection_id = :id AND lane IS NOT NULL AND due_at IS NULL
      AND hold_reason IN ('revoked', 'reconnect')
"""


@dataclass(slots=True)
class World:
    """The large events. `in_hand` is what workers had in hand when they were told to go."""

    plan: Plan
    town: Town
    clock: Clock
    workers: Fleet
    web: Fleet
    in_hand: int = 0
    impolite: int = 0

    def dead(self) -> str:
        """Which process has ended by itself, and its last words; empty if none has."""
        for fleet in (self.workers, self.web):
            for each in fleet.workers:
                if not each.lives:
                    says = fleet.log.read_text(errors="replace")[-_WORDS:]
                    return f"a {fleet.kind} ended with {each.process.returncode}:\n{says}"
        return ""

    async def rise(self) -> None:
        """Start everything of the service: the web part first, as `postwright up` does.

        What a worker announces is fetched from the web part at once, and a fetch that finds
        nobody there is a failure at TikTok, which is tried again an hour and a half later.
        """
        self.web.start()
        deadline = time.monotonic() + _POLITE_S
        while not await self.town.scene.is_served():
            if time.monotonic() > deadline:
                raise ProcessFailed(f"the web part does not answer: {self.dead() or 'no word'}")
            await asyncio.sleep(_LOOK_S)
        self.workers.start(self.plan.workers)

    async def lose_webhooks(self) -> None:
        """Some webhooks never come, some come twice or late, from now on."""
        for kind, probability in (("lose", 0.08), ("duplicate", 0.05), ("reorder", 0.05)):
            await self._fault("webhook", kind, probability=probability)

    async def tiktok_goes(self) -> None:
        """Nothing answers but a gateway, until the span is over."""
        left_s = self._left_s(self.plan.away)
        for operation in CALLED:
            await self._fault(operation, "html", status=503, for_s=left_s)

    async def tiktok_is_crowded(self, account: Account) -> None:
        """It says 429 to everything of a creator."""
        more = {"status": 429, "code": "rate_limit_exceeded", "creator": account.username}
        for operation in _CROWDED:
            await self._fault(operation, "error", for_s=self._left_s(self.plan.crowd), **more)

    def _left_s(self, span: Span) -> float:
        """Until it is over: it begins a moment late, and what is due at its end is not in it."""
        return (span.ends_at - self.clock.now()).total_seconds()

    async def database_goes(self) -> None:
        """It stops without a word, and comes back; everybody else keeps running."""
        self.town.scene.postmaster.stop()
        await self._pass_without_database(self.plan.database.hours)
        self.town.scene.postmaster.start()
        await self.clock.follow()

    async def power_fails(self) -> None:
        """Workers, web part and database are gone at once; later all of them start."""
        self.workers.close()
        self.web.close()
        self.town.scene.postmaster.stop()
        await self._pass_without_database(self.plan.cut.hours)
        self.town.scene.postmaster.start()
        await self.clock.leap()
        await self.rise()

    async def _pass_without_database(self, hours: float) -> None:
        end = self.clock.now() + timedelta(hours=hours)
        while (now := self.clock.now()) < end:
            await self.clock.move_tiktok(min(end, now + _STEP))
            await asyncio.sleep(_LOOK_S)

    async def deploy(self) -> None:
        """Tell all workers to go while they have posts in hand; then new ones start."""
        for operation, kind in (("video.init", "delay_after"), ("upload", "delay_before")):
            await self._fault(operation, kind, count=6, delay_s=_SLOW_S)
        await self.clock.go_to(self.clock.now() + timedelta(seconds=45))
        await self._until(_IN_HAND)
        await asyncio.sleep(_SLOW_S / 4)
        self.in_hand = (await self.town.scene.rows(_IN_HAND))[0][0]
        going = [worker.process for worker in self.workers.workers]
        self.workers.workers.clear()
        for process in going:
            process.send_signal(signal.SIGTERM)
        for process in going:
            self.impolite += await asyncio.to_thread(_ended, process) != 0
        self.workers.start(self.plan.workers)

    async def account_goes(self, flying: Item, account: Account) -> None:
        """Its person takes the consent back while TikTok fetches a post of it."""
        slow = {"creator": account.username, "delay_s": _SLOW_S, "count": 1}
        await self._fault("pull", "delay_before", **slow)
        await self.clock.go_to(self.clock.now() + timedelta(seconds=45))
        await self._until(_FETCHING, id=self.town.publications[flying.number])
        order = {"client_key": account.app, "username": account.username}
        await self.town.scene.control("POST", "grants/revoke", order)

    async def account_returns(self, account: Account) -> None:
        """Its person consents again; what waited for that is due again within seconds."""
        await self.town.consent(account)
        deadline = time.monotonic() + _POLITE_S
        name = self.town.connections[account].id
        while (await self.town.scene.rows(_WAITING, id=name))[0][0]:
            if time.monotonic() > deadline:
                raise TimeoutError("nobody brought on what waited for the account")
            await asyncio.sleep(_LOOK_S)

    async def _until(self, count: str, **values: object) -> None:
        deadline = time.monotonic() + _POLITE_S
        while (await self.town.scene.rows(count, **values))[0][0] == 0:
            if time.monotonic() > deadline:
                raise TimeoutError("nobody took anything up")
            await asyncio.sleep(_LOOK_S)

    async def _fault(self, operation: str, kind: str, **more: object) -> None:
        order = {"operation": operation, "kind": kind, "count": None, **more}
        await self.town.scene.control("POST", "faults", order)


def _ended(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait(_POLITE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
