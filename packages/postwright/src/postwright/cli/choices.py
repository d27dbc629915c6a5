"""The options that say how a post is to be, for `check` and `publish`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from postwright.platforms.tiktok.settings import PhotoSettings, VideoSettings

F = TypeVar("F", bound=Callable[..., Any])

_SHORT = {
    "public": "PUBLIC_TO_EVERYONE",
    "friends": "MUTUAL_FOLLOW_FRIENDS",
    "followers": "FOLLOWER_OF_CREATOR",
    "private": "SELF_ONLY",
}


class _Privacy(click.ParamType[str]):
    """TikTok's privacy levels, in any case, or their short names."""

    name = "privacy"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002  # click's signature
        return "|".join(_SHORT)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        level = _SHORT.get(text.lower(), text.upper().replace("-", "_"))
        if level not in _SHORT.values():
            known = ", ".join(f"{short} ({level})" for short, level in _SHORT.items())
            self.fail(f"{text!r} is no privacy. There are {known}.", param, ctx)
        return level


class File(click.ParamType[Path]):
    """A path. What is wrong with it is said by the probe, in the words of all other errors."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002  # click's signature
        path = Path(value)
        return path if path.name.strip(".") else path.resolve()  # "." has no name to speak of


class Words(click.ParamType[str]):
    """What people write, as text that can be stored.

    Args:
        longest: characters; None for no limit here.
    """

    name = "text"

    def __init__(self, *, longest: int | None = None) -> None:
        self._longest = longest

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            self.fail("it is not text in UTF-8.", param, ctx)
        if self._longest is not None and not text.strip():
            self.fail("it is empty; leave the option out, or say something.", param, ctx)
        if self._longest is not None and len(text) > self._longest:
            self.fail(f"it has {len(text):,} characters; {self._longest} are allowed.", param, ctx)
        return text


file_argument = click.argument("file", type=File(), metavar="FILE")
files_argument = click.argument("files", type=File(), metavar="FILE...", nargs=-1, required=True)

_OPTIONS = (
    click.option(
        "--caption", default="", type=Words(), metavar="TEXT", help="With hashtags and mentions."
    ),
    click.option("--cover-ms", type=int, metavar="N", help="Cover: the picture at this time."),
    click.option("--allow-comment", is_flag=True, help="Others may comment."),
    click.option("--allow-duet", is_flag=True, help="Others may make duets."),
    click.option("--allow-stitch", is_flag=True, help="Others may use parts of it."),
    click.option("--brand-organic", is_flag=True, help="It promotes your own business."),
    click.option("--brand-content", is_flag=True, help="It is a paid partnership."),
    click.option("--ai-generated", is_flag=True, help="Label it as made with AI."),
)

_PHOTO_OPTIONS = (
    click.option("--title", default="", type=Words(), metavar="TEXT", help="Title of photos."),
    click.option(
        "--cover-index", type=int, metavar="N", help="Cover of photos: the Nth, counted from 0."
    ),
    click.option("--add-music", is_flag=True, help="TikTok adds music to photos."),
)


def photo_options(function: F) -> F:
    """Add the options that only photos have to a command."""
    for option in reversed(_PHOTO_OPTIONS):
        function = option(function)
    return function


def post_options(*, privacy_required: bool) -> Callable[[F], F]:
    """Add the options of a post to a command."""

    def add(function: F) -> F:
        for option in reversed(_OPTIONS):
            function = option(function)
        privacy = click.option(
            "--privacy",
            type=_Privacy(),
            required=privacy_required,
            help="Who may see it; TikTok's own names work as well.",
        )
        return privacy(function)

    return add


def video_settings(
    *,
    privacy: str,
    caption: str,
    cover_ms: int | None,
    allow_comment: bool,
    allow_duet: bool,
    allow_stitch: bool,
    brand_organic: bool,
    brand_content: bool,
    ai_generated: bool,
) -> VideoSettings:
    """The choices, in the words of the post."""
    return VideoSettings(
        privacy_level=privacy,
        title=caption,
        allow_comment=allow_comment,
        allow_duet=allow_duet,
        allow_stitch=allow_stitch,
        cover_timestamp_ms=cover_ms,
        brand_content=brand_content,
        brand_organic=brand_organic,
        is_aigc=ai_generated,
    )


def photo_settings(
    chosen: VideoSettings, *, title: str, cover_index: int | None, add_music: bool
) -> PhotoSettings:
    """The choices for photos: what they share with those for videos, and what only they have."""
    return PhotoSettings(
        privacy_level=chosen.privacy_level,
        title=title,
        description=chosen.title,
        cover_index=cover_index or 0,
        allow_comment=chosen.allow_comment,
        auto_add_music=add_music,
        brand_content=chosen.brand_content,
        brand_organic=chosen.brand_organic,
        is_aigc=chosen.is_aigc,
    )
