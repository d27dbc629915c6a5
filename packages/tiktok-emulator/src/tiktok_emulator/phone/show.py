"""What the phone shows of posts, drafts and everything on its way, whatever it came from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tiktok_emulator.display.state import SeededVideo, Statistics
from tiktok_emulator.display.videos import numbers_of
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import Medium, Post, PostInfo, Privacy
from tiktok_emulator.store import World

PAID = "Paid partnership"
PROMOTION = "Promotional content"


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as it is looked at. `source`, `cover` and `photos` are addresses of ours."""

    key: str
    username: str
    nickname: str
    address: str
    caption: str
    privacy: Privacy
    created_at: datetime
    statistics: Statistics
    description: str = ""
    source: str | None = None
    cover: str | None = None
    cover_at_s: float = 0
    cover_index: int = 0
    photos: tuple[str, ...] = ()
    duration_ms: int = 0
    label: str | None = None
    is_aigc: bool = False
    has_music: bool = False


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """Something in an inbox that a person may post, once or several times."""

    publish_id: str
    client_key: str
    address: str
    caption: str
    description: str
    created_at: datetime
    times_posted: int
    source: str | None
    cover: str | None
    cover_at_s: float
    cover_index: int
    photos: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of an inbox. `waits`: a draft that was never posted."""

    kind: Literal["draft", "posted", "failed"]
    title: str
    caption: str
    client_key: str
    at: datetime
    address: str | None = None
    detail: str | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Underway:
    """A publish that is not decided yet, or has failed."""

    title: str
    doing: str
    received_bytes: int
    expected_bytes: int | None
    fail_reason: str | None
    why: str | None


def brand_label(info: PostInfo) -> str | None:
    """The label of commercial content; a paid one wins.

    Source: content sharing guidelines, 2026-09-11.
    """
    if info.brand_content:
        return PAID
    return PROMOTION if info.brand_organic else None


def shown_post(world: World, post: Post) -> Shown:
    """One post that came through the API or out of a draft."""
    media = f"/media/{post.post_id}"
    is_video = post.medium is Medium.VIDEO
    return Shown(
        key=str(post.post_id),
        username=post.username,
        nickname=world.creators[post.username].nickname,
        address=f"/@{post.username}/{post.medium.value}/{post.post_id}",
        caption=post.info.title,
        description=post.info.description,
        privacy=post.privacy,
        created_at=post.created_at,
        statistics=numbers_of(world, post),
        source=media if is_video else None,
        cover=f"{media}/cover.jpg" if post.cover else None,
        cover_at_s=post.cover_timestamp_ms / 1000,
        cover_index=post.info.cover_index,
        photos=tuple(f"{media}/photo/{number}" for number in range(len(post.photos))),
        duration_ms=post.duration_ms,
        label=brand_label(post.info),
        is_aigc=post.info.is_aigc,
        has_music=post.info.auto_add_music,
    )


def shown_seeded(world: World, video: SeededVideo) -> Shown:
    """One video that was seeded: it has a drawn cover and no bytes."""
    return Shown(
        key=str(video.post_id),
        username=video.username,
        nickname=world.creators[video.username].nickname,
        address=f"/@{video.username}/video/{video.post_id}",
        caption=video.title,
        privacy=Privacy.PUBLIC if video.is_public else Privacy.SELF,
        created_at=video.created_at,
        statistics=numbers_of(world, video),
        cover=f"/media/{video.post_id}/cover.jpg",
        duration_ms=video.duration_s * 1000,
    )


def shown_all(world: World, username: str | None = None) -> list[Shown]:
    """Every post that was not deleted, of one creator or of all, the newest first."""
    posts = [
        shown_post(world, post)
        for post in world.posts.values()
        if post.deleted_at is None and username in (None, post.username)
    ]
    seeded = [
        shown_seeded(world, video)
        for video in world.videos.values()
        if username in (None, video.username)
    ]
    return sorted([*posts, *seeded], key=lambda item: (item.created_at, item.key), reverse=True)


def feed(world: World) -> list[Shown]:
    """What everybody may see: posts for everyone, through moderation, of public accounts."""
    now = world.clock.now()
    hidden = {str(post.post_id) for post in world.posts.values() if not post.shows_id(now)}
    return [
        item
        for item in shown_all(world)
        if item.privacy is Privacy.PUBLIC
        and item.key not in hidden
        and not world.creators[item.username].private
    ]


def shown_draft(publish: Publish) -> ShownDraft:
    """One draft in an inbox."""
    media = f"/media/draft/{publish.publish_id}"
    is_video = publish.medium is Medium.VIDEO
    return ShownDraft(
        publish_id=publish.publish_id,
        client_key=publish.client_key,
        address=f"/@{publish.username}/drafts/{publish.publish_id}",
        caption=publish.info.title,
        description=publish.info.description,
        created_at=publish.finished_at or publish.created_at,
        times_posted=len(publish.post_ids),
        source=media if is_video else None,
        cover=f"{media}/cover.jpg" if publish.cover else None,
        cover_at_s=0,
        cover_index=publish.info.cover_index,
        photos=tuple(f"{media}/photo/{number}" for number in range(len(publish.photos))),
        key="draft",
    )


def drafts_of(world: World, username: str) -> list[ShownDraft]:
    """The drafts of one creator that can be posted, the newest first."""
    found = [shown_draft(each) for each in world.publishes_of(username) if each.is_delivered]
    return found[::-1]


def count_to_finish(drafts: Iterable[ShownDraft]) -> int:
    """How many were never posted yet."""
    return sum(not draft.times_posted for draft in drafts)


def underway(world: World, username: str) -> list[Underway]:
    """What apps are sending right now, and what failed, the newest first."""
    found = [
        Underway(
            title=each.info.title,
            doing=_doing(each),
            received_bytes=each.received_bytes,
            expected_bytes=each.expected_bytes,
            fail_reason=each.fail_reason,
            why=each.why,
        )
        for each in world.publishes_of(username)
        if not each.post_ids and not each.is_delivered and (each.received_bytes or each.fail_reason)
    ]
    return found[::-1]


def _doing(publish: Publish) -> str:
    if publish.is_complete:
        return "Processing"
    return "Uploading" if publish.UNDERWAY == "PROCESSING_UPLOAD" else "Downloading"


def notices(world: World, username: str) -> list[Notice]:
    """What a creator has heard of, the newest first."""
    found = [_notice(world, each) for each in world.publishes_of(username) if each.finished_at]
    return sorted((each for each in found if each), key=lambda each: each.at, reverse=True)


def _notice(world: World, publish: Publish) -> Notice | None:
    thing = "photos" if publish.medium is Medium.PHOTO else "a video"
    at = publish.finished_at or publish.created_at
    caption, app = publish.info.title, publish.client_key
    if publish.fail_reason is not None:
        title = f"{thing.capitalize()} could not be posted"
        return Notice("failed", title, caption, app, at, detail=publish.fail_reason)
    if publish.is_delivered:
        times = len(publish.post_ids)
        return Notice(
            "draft",
            f"{thing.capitalize()} to finish" if not times else f"You posted {thing}",
            caption,
            app,
            at,
            address=shown_draft(publish).address,
            detail=f"posted {times} times" if times > 1 else None,
            waits=not times,
        )
    post = world.posts.get(publish.post_ids[0]) if publish.post_ids else None
    if post is None:
        return None
    if post.deleted_at is not None:
        return Notice("posted", f"{thing.capitalize()}, deleted since", caption, app, at)
    address = shown_post(world, post).address
    return Notice("posted", f"{thing.capitalize()} of yours is up", caption, app, at, address)
