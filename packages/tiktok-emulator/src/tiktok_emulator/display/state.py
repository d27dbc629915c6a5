"""What Display reads besides posts: videos that were seeded, and numbers."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Statistics:
    """The four numbers of a video."""

    view_count: int = 0
    like_count: int = 0
    comment_count: int = 0
    share_count: int = 0


@dataclass(frozen=True, slots=True)
class SeededVideo:
    """A published video that did not come through the API; it has no bytes.

    `counted` is what its numbers were at `counted_at`.
    """

    post_id: int
    username: str
    title: str
    is_public: bool
    duration_s: int
    width: int
    height: int
    created_at: datetime
    counted: Statistics
    counted_at: datetime
