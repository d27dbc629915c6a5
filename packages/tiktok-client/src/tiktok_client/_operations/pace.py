"""Slots of a sliding window, and what headers say about waiting. Without a network or a clock.

Source: tiktok-api-v2-rate-limit 2026-08-04 (a sliding window of a minute; over it HTTP 429). No
page documents `Retry-After` or `X-RateLimit-*`.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from tiktok_client.limits import (
    CREATOR_INFOS_PER_WINDOW,
    DISPLAY_PER_WINDOW,
    INITS_PER_WINDOW,
    STATUSES_PER_WINDOW,
)

__all__ = ["SLOTS", "Lane", "read_wait_s"]

# See spec: limits.init-per-minute, limits.creator-info-per-minute, limits.status-per-minute
# See spec: limits.inbox-init-per-minute, limits.photo-init-per-minute, limits.display-per-minute
SLOTS: Mapping[str, int] = MappingProxyType(
    {
        "video.init": INITS_PER_WINDOW,
        "inbox.video.init": INITS_PER_WINDOW,
        "photo.init": INITS_PER_WINDOW,
        "creator_info": CREATOR_INFOS_PER_WINDOW,
        "status": STATUSES_PER_WINDOW,
        "user_info": DISPLAY_PER_WINDOW,
        "video_list": DISPLAY_PER_WINDOW,
        "video_query": DISPLAY_PER_WINDOW,
    }
)
LONGEST_WAIT_S = 86_400.0
# Larger numbers in X-RateLimit-Reset are moments, not durations.
EPOCH_FROM_S = 1_000_000_000.0


@dataclass(slots=True)
class Lane:
    """The slots of one user and operation. Times are seconds of one steady clock.

    A slot is taken from the start of a request until `window_s` after its end: when in between
    TikTok counts it cannot be known, and so it does not matter.

    spec: limits.window
    """

    slots: int
    window_s: float
    under_way: int = 0
    waiting: int = 0
    not_before: float = 0.0
    ended: deque[float] = field(default_factory=deque[float])

    def delay_s(self, now: float) -> float | None:
        """How long until a slot may be free: 0 for now, None for when a request ends."""
        while self.ended and self.ended[0] + self.window_s <= now:
            self.ended.popleft()
        if self.not_before > now:
            return self.not_before - now
        if self.under_way + len(self.ended) < self.slots:
            return 0.0
        return self.ended[0] + self.window_s - now if self.ended else None

    def give_back(self, now: float, *, sent: bool, wait_s: float | None) -> None:
        """A request ended. One that was never sent took no slot."""
        self.under_way -= 1
        if sent:
            self.ended.append(now)
        if wait_s is not None:
            self.not_before = max(self.not_before, now + wait_s)

    def is_idle(self, now: float) -> bool:
        """Whether it can be forgotten."""
        free = self.delay_s(now) == 0.0
        return free and not (self.under_way or self.waiting or self.ended)


def read_wait_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that an answer's headers tell to wait before the next request, or None.

    `Retry-After` in seconds or as a date; `X-RateLimit-Reset` in seconds or as a Unix time, when
    `X-RateLimit-Remaining` is 0. Nonsense is ignored; nothing is longer than a day.

    spec: limits.no-retry-after
    """
    waits = [_retry_after_s(headers.get("retry-after", ""), now)]
    if _number(headers.get("x-ratelimit-remaining", "")) == 0:
        reset = _number(headers.get("x-ratelimit-reset", ""))
        if reset is not None and reset >= EPOCH_FROM_S:
            reset -= now.timestamp()
        waits.append(reset)
    said = [min(max(wait, 0.0), LONGEST_WAIT_S) for wait in waits if wait is not None]
    return max(said, default=None)


def _retry_after_s(value: str, now: datetime) -> float | None:
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()


def _number(value: str) -> float | None:
    whole, _, part = value.strip().partition(".")
    plain = whole.isascii() and whole.isdecimal() and (not part or part.isdecimal())
    return float(value) if plain and len(value) < 20 else None
