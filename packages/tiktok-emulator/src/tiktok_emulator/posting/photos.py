"""What the body of content/init must be, as functions without state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.posting.access import DRAFT, PUBLISH
from tiktok_emulator.posting.init import (
    SOURCE_INFO_TEXT,
    bad_param,
    check_brand,
    read_flag,
    read_object,
    read_post_object,
    read_privacy,
    read_text,
)
from tiktok_emulator.posting.state import Aim, Creator, PostInfo
from tiktok_emulator.pull.address import Address, read_address
from tiktok_emulator.settings import Settings

MODE_TEXT = "Invalid media_type or post_mode"
MODES = {"DIRECT_POST": Aim.DIRECT, "MEDIA_UPLOAD": Aim.INBOX}
LONGEST_TITLE = 90
LONGEST_DESCRIPTION = 4_000
MOST_PHOTOS = 35
VIDEO_FIELDS = ("video_url", "video_size", "chunk_size", "total_chunk_count")


@dataclass(frozen=True, slots=True)
class Photos:
    """What was asked for: where the photos lie, in their order, and what becomes of them."""

    aim: Aim
    info: PostInfo
    addresses: tuple[Address, ...]


def scopes_of(body: Mapping[str, object]) -> tuple[str, ...]:
    """Which scope will do: that of the mode, or either one while the mode is none."""
    match body.get("post_mode"):
        case "DIRECT_POST":
            return (PUBLISH,)
        case "MEDIA_UPLOAD":
            return (DRAFT,)
        case _:
            return (PUBLISH, DRAFT)


def read_photos(body: Mapping[str, object], settings: Settings) -> Photos:
    """The whole body; unknown fields are ignored.

    Raises:
        PostingRefusal: 400.

    Source: photo post page, 2026-09-11; texts observed 2026.
    """
    aim = _aim(body, settings)
    addresses, cover_index = _source(body, settings)
    return Photos(aim, _info(body, aim, cover_index, settings), addresses)


def check_app_version(creator: Creator) -> None:
    """That the person's app can open a draft of photos.

    Raises:
        PostingRefusal: 400.

    spec: error.app_version_check_failed
    Source: photo post page, 2026-09-11.
    """
    if creator.old_app_version:
        raise PostingRefusal(
            400,
            "app_version_check_failed",
            "The user's TikTok app must be version 31.8 or later.",
            rule="photo.init.app-version",
            why=f"@{creator.username} has an app older than 31.8; set old_app_version to false, "
            "or use DIRECT_POST.",
        )


def _aim(body: Mapping[str, object], settings: Settings) -> Aim:
    """Where the photos go; a body that is one of a video is told so in TikTok's words."""
    source = read_object(body, "source_info") or {}
    media_type, mode = body.get("media_type"), body.get("post_mode")
    if media_type == "VIDEO" or any(name in source for name in VIDEO_FIELDS):
        raise bad_param(
            settings,
            MODE_TEXT,
            rule="photo.init.video-fields-refused",
            why="this endpoint is for photos; a video goes to video/init or inbox/video/init.",
        )
    if media_type != "PHOTO":
        raise bad_param(
            settings, MODE_TEXT, rule="photo.init.media-type", why="media_type must be PHOTO."
        )
    if not isinstance(mode, str) or mode not in MODES:
        raise bad_param(
            settings,
            MODE_TEXT,
            rule="photo.init.post-mode",
            why="post_mode must be DIRECT_POST or MEDIA_UPLOAD.",
        )
    return MODES[mode]


def _info(body: Mapping[str, object], aim: Aim, cover_index: int, settings: Settings) -> PostInfo:
    """The `post_info`; of a draft only title and description count, and is_aigc.

    spec: photo.init.title, photo.init.description, photo.init.privacy-required-direct
    spec: photo.init.disable-comment, photo.init.auto-add-music, photo.init.brand-content
    spec: photo.init.brand-organic, photo.init.is-aigc
    """
    info = read_post_object(body, settings, rule="photo.init")
    title = read_text(info, "title", LONGEST_TITLE, "photo.init.title", settings)
    description = read_text(
        info, "description", LONGEST_DESCRIPTION, "photo.init.description", settings
    )
    is_aigc = read_flag(body, "is_aigc", "photo.init.is-aigc", settings)
    if aim is Aim.INBOX:
        return PostInfo(
            title=title, description=description, is_aigc=is_aigc, cover_index=cover_index
        )
    privacy = read_privacy(info, "photo.init.privacy-required-direct", settings)
    brand_content = read_flag(info, "brand_content_toggle", "photo.init.brand-content", settings)
    check_brand(privacy, settings, is_brand_content=brand_content)
    return PostInfo(
        privacy=privacy,
        title=title,
        description=description,
        disable_comment=read_flag(info, "disable_comment", "photo.init.disable-comment", settings),
        auto_add_music=read_flag(info, "auto_add_music", "photo.init.auto-add-music", settings),
        brand_content=brand_content,
        brand_organic=read_flag(info, "brand_organic_toggle", "photo.init.brand-organic", settings),
        is_aigc=is_aigc,
        cover_index=cover_index,
    )


def _source(body: Mapping[str, object], settings: Settings) -> tuple[tuple[Address, ...], int]:
    """The addresses and the index of the cover.

    spec: photo.init.cover-index
    """
    source = read_object(body, "source_info")
    if source is None or source.get("source") != "PULL_FROM_URL":
        raise _bad(settings, "photo.init.source", "source_info.source must be PULL_FROM_URL.")
    images = source.get("photo_images")
    if not isinstance(images, list):
        raise _bad(settings, "photo.init.photo-images", "photo_images must be a list of URLs.")
    urls = cast("list[object]", images)
    if not 1 <= len(urls) <= MOST_PHOTOS:
        why = f"there are {len(urls)} photo_images; 1 to {MOST_PHOTOS} are allowed."
        raise _bad(settings, "photo.init.photo-count", why)
    addresses: list[Address] = []
    for number, url in enumerate(urls):
        address = read_address(url)
        if address is None:
            why = f"photo_images[{number}] is no http(s) URL of at most 2048 characters."
            raise _bad(settings, "photo.init.photo-images", why)
        addresses.append(address)
    return tuple(addresses), _cover_index(source, len(urls), settings)


def _cover_index(source: Mapping[str, object], count: int, settings: Settings) -> int:
    index = source.get("photo_cover_index")
    if index is None:
        return 0
    is_number = isinstance(index, int) and not isinstance(index, bool)
    if isinstance(index, int) and is_number and 0 <= index < count:
        return index
    if is_number and settings.cover_index_out_of_range == "first":
        return 0
    why = f"photo_cover_index is {index!r}; with {count} photos it is 0 to {count - 1}."
    raise _bad(settings, "photo.init.cover-index-range", why)


def _bad(settings: Settings, rule: str, why: str) -> PostingRefusal:
    return bad_param(settings, SOURCE_INFO_TEXT, rule=rule, why=why)
