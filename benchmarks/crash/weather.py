"""What goes wrong by itself: lost answers, refusals, webhooks that do not come as they should.

And delays, so that the calls that are over in a moment take long enough to be hit. The emulator's
dice decide which call is hit, so a run is never quite like another.
"""

from collections.abc import Iterator
from typing import Any

from benchmarks.crash.scene import Scene

INITS = ("video.init", "inbox.video.init", "photo.init")
_ASKING = ("creator_info", "status")
CALL_S = 0.6
INIT_S = 0.9
FETCH_S = 1.0

Order = dict[str, Any]


def _often(operation: str, kind: str, probability: float, **more: object) -> Order:
    return {
        "operation": operation,
        "kind": kind,
        "count": None,
        "probability": probability,
        **more,
    }


def _storms() -> Iterator[Order]:
    crowded = {"status": 429, "code": "rate_limit_exceeded"}
    for operation in (*_ASKING, *INITS, "cancel"):
        yield _often(operation, "drop_before", 0.03)
        yield _often(operation, "drop_after", 0.04)
        yield _often(operation, "truncated", 0.02)
        yield _often(operation, "reset_in_answer", 0.02)
        yield _often(operation, "error", 0.02, status=503)
        yield _often(operation, "error", 0.02, **crowded)
        yield _often(operation, "stale_token", 0.01)
    for kind in ("drop_before", "drop_after", "truncated"):
        yield _often("oauth.refresh", kind, 0.04)
    yield _often("upload", "reset_in_body", 0.05, after_bytes=65_536)
    yield _often("upload", "drop_after", 0.04)
    yield _often("upload", "drop_before", 0.02)
    yield _often("upload", "error", 0.04, status=503)
    yield _often("pull", "error", 0.04)
    for kind in ("duplicate", "reorder", "lose", "drop_after", "error"):
        yield _often("webhook", kind, 0.08)


def _delay(operation: str, kind: str, delay_s: float, **more: object) -> Order:
    return {"operation": operation, "kind": kind, "count": None, "delay_s": delay_s, **more}


class Weather:
    """Orders what goes wrong. Creators differ in what is slow with them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._is_hasty = False

    def is_slow_to_answer(self, username: str) -> bool:
        """Whether this creator's inits are done at once and answered late, or the other way round.

        One that TikTok fetches is then asked for before its id is stored.
        """
        return self._number(username) % 2 == 0

    def is_slow_to_fetch(self, username: str) -> bool:
        """Whether TikTok begins to fetch this creator's media late."""
        return self._number(username) % 4 == 1

    def loses_inits(self, username: str) -> bool:
        """Whether the answers to every other init of this creator's pulls are lost."""
        return self._number(username) % 5 == 2

    def _number(self, username: str) -> int:
        return [creator.handle for creator in self._scene.creators].index(username)

    async def begin(self) -> None:
        """From now on."""
        for order in self._orders():
            await self._scene.control("POST", "faults", order)

    async def hasten(self) -> None:
        """From now on nothing takes long; what goes wrong goes wrong as before."""
        self._is_hasty = True
        await self._scene.control("DELETE", "faults")
        await self.begin()

    async def once(self, operation: str, kind: str, **more: object) -> None:
        """Order one more fault, which comes before the others."""
        waiting = (await self._scene.control("GET", "faults"))["faults"]
        once = [fault for fault in waiting if fault["count"] is not None]
        await self._scene.control("DELETE", "faults")
        first = {"operation": operation, "kind": kind, **more}
        kept = [{name: fault[name] for name in (*first, "count")} for fault in once]
        for order in [first, *kept[:2]]:
            await self._scene.control("POST", "faults", order)
        await self.begin()

    def _orders(self) -> Iterator[Order]:
        for username in [creator.handle for creator in self._scene.creators]:
            if self.loses_inits(username):
                more = {"creator": username, "match": "PULL_FROM_URL"}
                yield _often("video.init", "drop_after", 0.4, **more)
                yield _often("photo.init", "drop_after", 0.4, **more)
        yield from _storms()
        if self._is_hasty:
            return
        for username in [creator.handle for creator in self._scene.creators]:
            kind = "delay_after" if self.is_slow_to_answer(username) else "delay_before"
            for operation in INITS:
                yield _delay(operation, kind, INIT_S, creator=username)
            if self.is_slow_to_fetch(username):
                yield _delay("pull", "delay_before", FETCH_S, creator=username)
        yield _delay("status", "delay_after", CALL_S)
        yield _delay("cancel", "delay_after", CALL_S)
        yield _delay("oauth.refresh", "delay_after", INIT_S)
        yield _delay("upload", "delay_after", CALL_S, last_chunk=True)
