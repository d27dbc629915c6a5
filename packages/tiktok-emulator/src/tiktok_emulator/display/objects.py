"""The user and video objects of Display, cut down to the fields asked for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from tiktok_emulator.display import covers
from tiktok_emulator.display.videos import Listed, followers_gained, shelf
from tiktok_emulator.ids import open_id, union_id
from tiktok_emulator.pages import render
from tiktok_emulator.posting.state import Creator
from tiktok_emulator.store import World
from tiktok_emulator.tls.hosts import page_base

LONGEST_TEXT = 150


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom an object is made: the app, the address it came by, and when."""

    client_key: str
    base_url: str
    now: datetime
    cover_url_s: int

    @property
    def campaign(self) -> str:
        """What TikTok appends to the addresses it gives to an app."""
        return urlencode({"utm_campaign": "tt4d_open_api", "utm_source": self.client_key})


def user_object(
    world: World, creator: Creator, asker: Asker, fields: Iterable[str]
) -> dict[str, object]:
    """The `user` of user/info; fields that were not asked for are left out.

    spec: display.user-info, display.user-info.fields
    Source: get user info page, 2026; the numbers of a creator are those that were seeded.
    """
    avatar = f"{asker.base_url}/avatar/{creator.username}.svg"
    makers: Mapping[str, Callable[[], object]] = {
        "open_id": lambda: open_id(asker.client_key, creator.username),
        "union_id": lambda: union_id(creator.username),
        "avatar_url": lambda: avatar,
        "avatar_url_100": lambda: avatar,
        "avatar_large_url": lambda: avatar,
        "display_name": lambda: creator.nickname,
        "bio_description": lambda: creator.bio_description,
        "profile_deep_link": lambda: f"{page_base(asker.base_url)}/@{creator.username}",
        "is_verified": lambda: creator.is_verified,
        "username": lambda: creator.username,
        "follower_count": lambda: (
            creator.follower_count + followers_gained(world, creator.username)
        ),
        "following_count": lambda: creator.following_count,
        "likes_count": lambda: likes_of(world, creator),
        "video_count": lambda: (
            len(shelf(world, creator.username))
            if creator.video_count is None
            else creator.video_count
        ),
    }
    return {name: makers[name]() for name in fields}


def likes_of(world: World, creator: Creator) -> int:
    """The likes of all public videos, unless a number was given for the creator."""
    if creator.likes_count is not None:
        return creator.likes_count
    return sum(video.statistics.like_count for video in shelf(world, creator.username))


def video_object(video: Listed, asker: Asker, fields: Iterable[str]) -> dict[str, object]:
    """A video; fields that were not asked for are left out.

    The id is text, the time is in seconds. The caption fills both title and description, each
    cut at 150 characters.

    spec: display.video, display.video.id, display.video.create-time-seconds
    spec: display.video.share-url, display.video.title-150, display.video.description-150
    spec: display.video.duration, display.video.size, display.video.embed, display.video.counts
    spec: display.video-list.fields
    Source: video object page, 2026; the form of share_url is from its samples.
    """
    home = f"{page_base(asker.base_url)}/@{video.username}"
    page = f"{home}/video/{video.post_id}?{asker.campaign}"
    text = video.caption[:LONGEST_TEXT]
    makers: Mapping[str, Callable[[], object]] = {
        "id": lambda: str(video.post_id),
        "create_time": lambda: int(video.created_at.timestamp()),
        "cover_image_url": lambda: covers.make(
            asker.base_url, video.post_id, asker.now, asker.cover_url_s
        ),
        "share_url": lambda: page,
        "video_description": lambda: text,
        "duration": lambda: video.duration_s,
        "height": lambda: video.height,
        "width": lambda: video.width,
        "title": lambda: text,
        "embed_html": lambda: render("embed.html", {"video": video, "page": page}).strip(),
        "embed_link": lambda: page,
        "like_count": lambda: video.statistics.like_count,
        "comment_count": lambda: video.statistics.comment_count,
        "share_count": lambda: video.statistics.share_count,
        "view_count": lambda: video.statistics.view_count,
    }
    return {name: makers[name]() for name in fields}
