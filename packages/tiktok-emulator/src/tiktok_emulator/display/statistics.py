"""Numbers of videos, and how they grow by the emulator's clock when a switch says so."""

from datetime import datetime, timedelta

from tiktok_emulator.display.state import Statistics

# After this long a video has half of the views that it will ever get.
HALF_WAY = timedelta(hours=24)
INT32_MAX = 2**31 - 1


def grown(
    counted: Statistics,
    *,
    post_id: int,
    created_at: datetime,
    counted_at: datetime,
    now: datetime,
    followers: int,
) -> Statistics:
    """The numbers now, given what they were at `counted_at`.

    Views rise fast at first and ever more slowly; the rest follows them. The same video at the
    same moment always has the same numbers, and no number ever falls.
    """
    views = views_gained(
        post_id=post_id,
        created_at=created_at,
        counted_at=counted_at,
        now=now,
        followers=followers,
    )
    liking, talking, sharing = 40 + post_id % 81, 2 + post_id % 13, 1 + post_id % 7
    return Statistics(
        view_count=counted.view_count + views,
        like_count=min(INT32_MAX, counted.like_count + views * liking // 1000),
        comment_count=min(INT32_MAX, counted.comment_count + views * talking // 1000),
        share_count=min(INT32_MAX, counted.share_count + views * sharing // 1000),
    )


def views_gained(
    *, post_id: int, created_at: datetime, counted_at: datetime, now: datetime, followers: int
) -> int:
    """Views since `counted_at`; never less than none."""
    reach = 200 + (post_id >> 1) % 4_801 + followers // 8
    before = _part(created_at, counted_at, reach)
    return max(0, _part(created_at, now, reach) - before)


def _part(created_at: datetime, at: datetime, reach: int) -> int:
    """How many of all the views that will come had come at a moment."""
    age_s = max(0, int((at - created_at).total_seconds()))
    return reach * age_s // (age_s + int(HALF_WAY.total_seconds()))
