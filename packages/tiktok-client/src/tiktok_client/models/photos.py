"""What a post of photos says about itself, published at once or sent to the inbox as a draft."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from tiktok_client.limits import (
    MAX_DESCRIPTION_UNITS,
    MAX_PHOTO_TITLE_UNITS,
    MAX_PHOTOS,
)

from .posting import PrivacyLevel, utf16_units

__all__ = ["PhotoDraft", "PhotoPost"]


@dataclass(frozen=True, slots=True)
class PhotoPost:
    """A Direct Post of 1 to 35 photos, shown in this order.

    TikTok fetches them: each address must be https, under a domain or prefix that the app has
    verified, reachable until the end, and must not redirect. JPEG or WebP, at most 20 MB each, the
    shorter side at most 1080 pixels; TikTok does not resize, and one bad photo fails the post.

    `title` has at most 90 UTF-16 units, `description` 4,000. `cover_index` counts from 0.
    `auto_add_music` lets TikTok choose a track, which the creator can change later. Comments are
    off unless allowed; the two brand flags and `is_aigc` mean what they do in `VideoPost`.

    Raises ValueError for no photos or too many, a text that is too long, or a cover that is none of
    the photos. Addresses are looked at when the post is opened.

    spec: photo.init.photo-count, photo.init.cover-index, photo.init.cover-index-range
    spec: photo.init.title-length, photo.init.description-length, media.photo.all-or-nothing
    Source: content-posting-api-reference-photo-post, 2026-09-11.
    """

    photo_urls: Sequence[str]
    privacy_level: PrivacyLevel | str
    _: KW_ONLY
    title: str | None = None
    description: str | None = None
    cover_index: int = 0
    allow_comment: bool = False
    auto_add_music: bool = False
    brand_content: bool = False
    brand_organic: bool = False
    is_aigc: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "photo_urls", _photos(self.photo_urls))
        _check(self)


@dataclass(frozen=True, slots=True)
class PhotoDraft:
    """Photos for the creator's inbox, where they finish and publish the post in TikTok's app.

    The same rules as for `PhotoPost`. `title` and `description` are filled in for them; everything
    else they choose themselves. Their app must be version 31.8 or newer.

    Source: content-posting-api-reference-photo-post, 2026-09-11.
    """

    photo_urls: Sequence[str]
    _: KW_ONLY
    title: str | None = None
    description: str | None = None
    cover_index: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "photo_urls", _photos(self.photo_urls))
        _check(self)


def _photos(urls: Sequence[str]) -> tuple[str, ...]:
    if isinstance(urls, str):
        raise ValueError("photo_urls is a list of addresses, not one address")  # noqa: TRY004  # one kind for all
    if not 1 <= len(urls) <= MAX_PHOTOS:
        raise ValueError(f"photo_urls has 1 to {MAX_PHOTOS} addresses, not {len(urls)}")
    return tuple(urls)


def _check(post: PhotoPost | PhotoDraft) -> None:
    for name, text, most in (
        ("title", post.title, MAX_PHOTO_TITLE_UNITS),
        ("description", post.description, MAX_DESCRIPTION_UNITS),
    ):
        units = utf16_units(text or "")
        if units > most:
            raise ValueError(f"the {name} of photos has at most {most} UTF-16 units, not {units}")
    if not 0 <= post.cover_index < len(post.photo_urls):
        raise ValueError(
            f"cover_index is 0 to {len(post.photo_urls) - 1} here, not {post.cover_index}"
        )
