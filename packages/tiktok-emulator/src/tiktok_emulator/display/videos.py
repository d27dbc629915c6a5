"""The public videos of a creator, newest first, and the pages they are given out in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tiktok_emulator.display.state import SeededVideo, Statistics
from tiktok_emulator.display.statistics import grown, views_gained
from tiktok_emulator.posting.state import Medium, Post, Privacy
from tiktok_emulator.store import World

FOLLOWERS_PER_VIEWS = 250


@dataclass(frozen=True, slots=True)
class Listed:
    """A video as Display sees it, with its numbers at this moment."""

    post_id: int
    username: str
    caption: str
    duration_s: int
    width: int
    height: int
    created_at: datetime
    statistics: Statistics


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list. `cursor_ms` is where the next one goes on."""

    videos: tuple[Listed, ...]
    cursor_ms: int
    has_more: bool


def shelf(world: World, username: str) -> list[Listed]:
    """All public videos of a creator, the newest first; none of a private account.

    Posts count once moderation has let them through and nobody has deleted them.

    spec: display.video-list.public-only, display.video-list.newest-first
    Source: list videos page, 2026; that a private account has no public videos is assumed.
    """
    if world.creators[username].private:
        return []
    now = world.clock.now()
    posted = (
        _listed(world, post)
        for post in world.posts.values()
        if post.username == username and is_public(post, now)
    )
    seeded = (
        _listed(world, video)
        for video in world.videos.values()
        if video.username == username and video.is_public and video.created_at <= now
    )
    return sorted([*posted, *seeded], key=lambda video: (video.created_at, video.post_id))[::-1]


def is_public(post: Post, now: datetime) -> bool:
    """Whether everybody can watch this video right now."""
    return (
        post.medium is Medium.VIDEO
        and post.privacy is Privacy.PUBLIC
        and post.deleted_at is None
        and post.shows_id(now)
    )


def _listed(world: World, video: Post | SeededVideo) -> Listed:
    if isinstance(video, SeededVideo):
        caption, duration_s = video.title, video.duration_s
    else:
        caption, duration_s = video.info.title, max(1, round(video.duration_ms / 1000))
    return Listed(
        post_id=video.post_id,
        username=video.username,
        caption=caption,
        duration_s=duration_s,
        width=video.width,
        height=video.height,
        created_at=video.created_at,
        statistics=numbers_of(world, video),
    )


def numbers_of(world: World, video: Post | SeededVideo) -> Statistics:
    """Views, likes, comments and shares of one video now."""
    counted, counted_at = _counted(video)
    if world.settings.statistics == "still":
        return counted
    return grown(
        counted,
        post_id=video.post_id,
        created_at=video.created_at,
        counted_at=counted_at,
        now=world.clock.now(),
        followers=world.creators[video.username].follower_count,
    )


def _counted(video: Post | SeededVideo) -> tuple[Statistics, datetime]:
    if isinstance(video, SeededVideo):
        return video.counted, video.counted_at
    return Statistics(), video.created_at


def followers_gained(world: World, username: str) -> int:
    """How many followers the views since the numbers were given have brought."""
    if world.settings.statistics == "still":
        return 0
    gained = sum(
        views_gained(
            post_id=video.post_id,
            created_at=video.created_at,
            counted_at=_counted(video)[1],
            now=world.clock.now(),
            followers=world.creators[username].follower_count,
        )
        for video in _videos_of(world, username)
    )
    return gained // FOLLOWERS_PER_VIEWS


def _videos_of(world: World, username: str) -> Iterator[Post | SeededVideo]:
    everything = (*world.posts.values(), *world.videos.values())
    return (video for video in everything if video.username == username)


def page_of(videos: list[Listed], before_ms: int, size: int) -> Page:
    """The newest `size` videos that were posted before a moment; 0 is from the newest on.

    The cursor is the time of the last video given out. Videos of one millisecond are told
    apart, so that none is lost between two pages.

    spec: display.video-list.cursor, display.video-list.has-more
    Source: list videos page, 2026; that a cursor of 0 is none is assumed.
    """
    moments = _moments_ms(videos)
    older = [
        (moment, video)
        for moment, video in zip(moments, videos, strict=True)
        if not before_ms or moment < before_ms
    ]
    part = older[:size]
    return Page(
        videos=tuple(video for _, video in part),
        cursor_ms=part[-1][0] if part else before_ms,
        has_more=len(older) > len(part),
    )


def _moments_ms(videos: list[Listed]) -> list[int]:
    """When each was posted, made to rise from the oldest to the newest."""
    moments: list[int] = []
    last = 0
    for video in reversed(videos):
        last = max(int(video.created_at.timestamp() * 1000), last + 1)
        moments.append(last)
    return moments[::-1]
