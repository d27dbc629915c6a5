"""How a post is followed: how often to ask, what is told on the way, what comes out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from tiktok_client.limits import RATE_WINDOW, STATUSES_PER_WINDOW

from .posting import PublishStatus

__all__ = ["PollPlan", "PostProgress", "PostResult", "PostStage", "Until"]

# What is waited for: the end of the API's part, or the first public id.
Until = Literal["decided", "public_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """When to ask for a status: at once, after `first_s`, then ever more seldom.

    Pauses grow by `factor` up to `longest_s`; nothing is asked later than `timeout_s` after the
    start. Moderation of a public post takes less than a minute as a rule, and hours at times. The
    default asks ten times in the first five minutes.

    Raises ValueError for pauses that do not grow, and for a plan that by itself would ask more than
    30 times within a minute. Several plans at once share these 30: see `AsyncSlotLimiter`.

    spec: limits.status-per-minute, status.no-deadline
    Source: content-posting-api-reference-get-video-status (2026).
    """

    first_s: float = 5.0
    factor: float = 1.5
    longest_s: float = 60.0
    timeout_s: float = 3600.0

    def __post_init__(self) -> None:
        if not (0 < self.first_s <= self.longest_s and self.factor >= 1):
            raise ValueError("pauses begin above 0, never shrink, and the longest is not the least")
        if self._asked_in(RATE_WINDOW.total_seconds()) > STATUSES_PER_WINDOW:
            raise ValueError(f"TikTok takes {STATUSES_PER_WINDOW} questions a minute, not so many")

    def pauses_s(self) -> Iterator[float]:
        """Yield the pauses, without end."""
        pause_s = self.first_s
        while True:
            yield pause_s
            pause_s = min(pause_s * self.factor, self.longest_s)

    def _asked_in(self, seconds: float) -> int:
        # Pauses never shrink, so no later minute is fuller than the first.
        asked, at = 0, 0.0
        for pause_s in self.pauses_s():
            asked, at = asked + 1, at + pause_s
            if at >= seconds or asked > STATUSES_PER_WINDOW:
                break
        return asked


class PostStage(StrEnum):
    """How far a flow has come."""

    OPENED = "OPENED"  # init has answered: keep the publish_id, there will be no second init
    UPLOADING = "UPLOADING"
    PROCESSING = "PROCESSING"  # nothing is left to send; TikTok was asked for a status


@dataclass(frozen=True, slots=True)
class PostProgress:
    """What a flow tells on its way.

    `sent_bytes` counts what was handed to the network; it can go back after a fault. It and
    `total_bytes` are 0 for media that TikTok fetches: see `status.downloaded_bytes`. `status` is
    there from PROCESSING on.
    """

    publish_id: str
    stage: PostStage
    sent_bytes: int
    total_bytes: int
    status: PublishStatus | None = field(default=None)


@dataclass(frozen=True, slots=True)
class PostResult:
    """What became of a post. Look at `status.state`: it may be FAILED, with `status.advice`."""

    publish_id: str
    status: PublishStatus
