"""How many requests a key may make: so many a minute, counted in this process."""

import math
import time
from dataclasses import dataclass

WINDOW_S = 60.0
_KEYS = 8192


@dataclass(frozen=True, slots=True)
class Standing:
    """How a key stands: what it may, what is left, and the Unix time when all is there again."""

    limit: int
    remaining: int
    reset_at_s: int
    is_over: bool

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As every answer says it."""
        return [
            (b"x-ratelimit-limit", str(self.limit).encode()),
            (b"x-ratelimit-remaining", str(self.remaining).encode()),
            (b"x-ratelimit-reset", str(self.reset_at_s).encode()),
        ]

    @property
    def retry_after_s(self) -> int:
        """Seconds until then, 1 to 60."""
        return max(1, min(int(WINDOW_S), math.ceil(self.reset_at_s - time.time())))


class RequestLimits:
    """Counts the requests of each key, in windows of a minute that begin with its first one.

    Several web processes count each for itself: behind a balancer a key may make that many times
    as many.
    """

    __slots__ = ("_counts", "_limit")

    def __init__(self, per_minute: int) -> None:
        self._limit = per_minute
        self._counts: dict[str, tuple[float, int]] = {}

    def take(self, key_id: str) -> Standing:
        """Count one request, and say how the key stands with it."""
        now = time.monotonic()
        began, count = self._counts.get(key_id, (now, 0))
        if now - began >= WINDOW_S:
            began, count = now, 0
        if key_id not in self._counts and len(self._counts) >= _KEYS:
            self._forget(now)
        self._counts[key_id] = (began, count + 1)
        ends_at = time.time() + began + WINDOW_S - now
        left = max(0, self._limit - count - 1)
        return Standing(self._limit, left, math.ceil(ends_at), count >= self._limit)

    def _forget(self, now: float) -> None:
        running = {k: each for k, each in self._counts.items() if now - each[0] < WINDOW_S}
        while len(running) >= _KEYS:
            running.pop(next(iter(running)))
        self._counts = running
