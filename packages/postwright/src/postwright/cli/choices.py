"""The options that say how a post is to be, for `check` and `publish`, and what they make of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from postwright.cli.arguments import Words
from postwright.cli.boundary import Usage
from postwright.platforms.content import Kind, Mode
from postwright.platforms.tiktok.settings import PhotoSettings, VideoSettings

F = TypeVar("F", bound=Callable[..., Any])

PRIVACY = {
    "public": "PUBLIC_TO_EVERYONE",
    "friends": "MUTUAL_FOLLOW_FRIENDS",
    "followers": "FOLLOWER_OF_CREATOR",
    "private": "SELF_ONLY",
}
_PLAIN = {level: short for short, level in PRIVACY.items()}
_LEVELS = re.compile("|".join(_PLAIN))
_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s)", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[1-9]\d{0,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cover:
    """What is shown until a post is opened: a time in a video, or a photo, counted from 1."""

    time_ms: int | None = None
    photo: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How the post is to be. What is not said is off, and nobody chooses a privacy for anyone."""

    privacy: str | None = None
    caption: str = ""
    title: str = ""
    cover: Cover | None = None
    allow_comment: bool = False
    allow_duet: bool = False
    allow_stitch: bool = False
    your_brand: bool = False
    paid_partnership: bool = False
    ai: bool = False
    music: bool = False
    draft: bool = False

    @property
    def mode(self) -> Mode:
        """Where it goes."""
        return Mode.DRAFT if self.draft else Mode.DIRECT

    def settings(self, kind: Kind) -> VideoSettings | PhotoSettings:
        """The choices as settings of such a post.

        Raises:
            Usage: one of them is for the other kind.
        """
        match kind:
            case Kind.VIDEO:
                return self._of_video()
            case Kind.PHOTO:
                return self._of_photos()

    def _of_video(self) -> VideoSettings:
        if self.title:
            raise Usage(
                "--title is for photos: a video has no title.", fix="Its text is its caption."
            )
        if self.music:
            raise Usage("--music is for photos: TikTok adds music to photos only.")
        cover = self.cover or Cover()
        if cover.photo is not None:
            raise Usage(
                f"The cover of a video is the picture at a time, and {cover.photo} is none.",
                fix=f"Say it with its unit: --cover {cover.photo}s",
            )
        return VideoSettings(
            privacy_level=self.privacy or "",
            title=self.caption,
            allow_comment=self.allow_comment,
            allow_duet=self.allow_duet,
            allow_stitch=self.allow_stitch,
            cover_timestamp_ms=cover.time_ms,
            brand_content=self.paid_partnership,
            brand_organic=self.your_brand,
            is_aigc=self.ai,
        )

    def _of_photos(self) -> PhotoSettings:
        for name, is_asked in (("duet", self.allow_duet), ("stitch", self.allow_stitch)):
            if is_asked:
                raise Usage(f"--allow-{name} is for videos: TikTok has no such thing for photos.")
        cover = self.cover or Cover(photo=1)
        if cover.photo is None:
            raise Usage(
                "The cover of photos is one of them, and a time is none.",
                fix="Say its number: --cover 2 is the second.",
            )
        return PhotoSettings(
            privacy_level=self.privacy or "",
            title=self.title,
            description=self.caption,
            cover_index=cover.photo - 1,
            allow_comment=self.allow_comment,
            auto_add_music=self.music,
            brand_content=self.paid_partnership,
            brand_organic=self.your_brand,
            is_aigc=self.ai,
        )


def plainly(text: str) -> str:
    """A text with TikTok's names of privacies in the words of `--privacy`."""
    return _LEVELS.sub(lambda found: _PLAIN[found.group()], text)


class _Privacy(click.ParamType[str]):
    """TikTok's privacy levels, in any case, or their short names."""

    name = "privacy"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        level = PRIVACY.get(text.lower(), text.upper().replace("-", "_"))
        if level not in _PLAIN:
            known = ", ".join(f"{short} ({level})" for short, level in PRIVACY.items())
            self.fail(f"{text!r} is no privacy. There are {known}.", param, ctx)
        return level


class _Cover(click.ParamType[Cover]):
    """`3.5s` or `3500ms` for a video, `2` for the second photo."""

    name = "cover"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Cover:
        if isinstance(value, Cover):
            return value
        text = str(value).strip()
        found = _TIME.fullmatch(text)
        if found is None and not _NUMBER.fullmatch(text):
            self.fail(
                f"{text!r} is no cover. Of a video it is a time with its unit, like 3.5s or "
                "3500ms; of photos the number of one, counted from 1.",
                param,
                ctx,
            )
        if found is None:
            return Cover(photo=int(text))
        return Cover(time_ms=round(float(found[1]) * (1 if found[2].lower() == "ms" else 1000)))


_OPTIONS = (
    click.option(
        "--privacy",
        type=_Privacy(),
        metavar="WHO",
        help="Who may see it: public, friends, followers or private.",
    ),
    click.option(
        "--caption", default="", type=Words(), metavar="TEXT", help="With hashtags and mentions."
    ),
    click.option(
        "--title", default="", type=Words(), metavar="TEXT", help="Photos: a line above the text."
    ),
    click.option(
        "--cover",
        type=_Cover(),
        metavar="3.5s|N",
        help="The picture at that time of a video; the Nth photo.",
    ),
    click.option("--allow-comment", is_flag=True, help="Others may comment."),
    click.option("--allow-duet", is_flag=True, help="Video: others may make duets."),
    click.option("--allow-stitch", is_flag=True, help="Video: others may use parts of it."),
    click.option("--your-brand", is_flag=True, help="It promotes your own business."),
    click.option("--paid-partnership", is_flag=True, help="Somebody pays you for it."),
    click.option("--ai", is_flag=True, help="Label it as made with AI."),
    click.option("--music", is_flag=True, help="Photos: TikTok adds music."),
    click.option("--draft", is_flag=True, help="Into TikTok's inbox, where its owner finishes it."),
)


def post_options(function: F) -> F:
    """Add the options of a post to a command; it is given them as the fields of `Choices`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
