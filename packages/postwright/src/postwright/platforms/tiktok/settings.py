"""What a person chooses for a post on TikTok, and what TikTok lets this creator choose."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

from postwright.platforms.content import Kind, Mode

PRIVACY_LEVELS: Final = (
    "PUBLIC_TO_EVERYONE",
    "MUTUAL_FOLLOW_FRIENDS",
    "FOLLOWER_OF_CREATOR",
    "SELF_ONLY",
)
PUBLIC: Final = PRIVACY_LEVELS[0]
PRIVATE: Final = PRIVACY_LEVELS[3]


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """The settings of one video post, in positive words; the wire's are `disable_…`.

    TikTok wants each of them to be a person's choice: privacy has no default, and everything
    else is off until it is turned on. Of a draft TikTok heeds none; its privacy may be empty.

    Attributes:
        privacy_level: one of the creator's privacy options.
        title: the caption, with its hashtags and mentions.
        allow_comment: others may comment.
        allow_duet: others may make duets with it.
        allow_stitch: others may cut it into their videos.
        cover_timestamp_ms: the picture to use as cover; None takes the first.
        brand_content: a paid partnership with somebody else's brand.
        brand_organic: promotes the creator's own business.
        is_aigc: carries the label "creator labeled as AI-generated".
    """

    privacy_level: str
    title: str = ""
    allow_comment: bool = False
    allow_duet: bool = False
    allow_stitch: bool = False
    cover_timestamp_ms: int | None = None
    brand_content: bool = False
    brand_organic: bool = False
    is_aigc: bool = False

    def to_dict(self) -> dict[str, Any]:
        """All fields under their own names, as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], mode: Mode = Mode.DIRECT) -> Self:
        """Read what `to_dict` wrote; see `read_settings`."""
        return cls(**_own(cls, values, mode))


@dataclass(frozen=True, slots=True)
class PhotoSettings:
    """The settings of one photo post, in positive words; as with videos, each is a choice.

    Of a draft TikTok heeds the texts and the cover; its privacy may be empty.

    Attributes:
        privacy_level: one of the creator's privacy options.
        title: a short line above the text.
        description: the text, with its hashtags and mentions.
        cover_index: which photo is the cover, counted from 0.
        allow_comment: others may comment.
        auto_add_music: TikTok adds music, which the creator can change later.
        brand_content: a paid partnership with somebody else's brand.
        brand_organic: promotes the creator's own business.
        is_aigc: carries the label "creator labeled as AI-generated".
    """

    privacy_level: str
    title: str = ""
    description: str = ""
    cover_index: int = 0
    allow_comment: bool = False
    auto_add_music: bool = False
    brand_content: bool = False
    brand_organic: bool = False
    is_aigc: bool = False

    def to_dict(self) -> dict[str, Any]:
        """All fields under their own names, as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], mode: Mode = Mode.DIRECT) -> Self:
        """Read what `to_dict` wrote; see `read_settings`."""
        return cls(**_own(cls, values, mode))


def read_settings(
    kind: Kind, mode: Mode, values: Mapping[str, Any]
) -> VideoSettings | PhotoSettings:
    """Read the settings of a post of this kind; a field that is missing has its default.

    What only the other kind has is left out: TikTok has no place for it (see `reporting`).

    Raises:
        ValueError: a field is unknown or of another type, or a post that is no draft lacks its
            privacy.
    """
    match kind:
        case Kind.VIDEO:
            return VideoSettings.from_dict(values, mode)
        case Kind.PHOTO:
            return PhotoSettings.from_dict(values, mode)


_VIDEO_NAMES: Final = tuple(field.name for field in fields(VideoSettings))
_PHOTO_NAMES: Final = tuple(field.name for field in fields(PhotoSettings))
NAMES: Final = tuple(dict.fromkeys((*_VIDEO_NAMES, *_PHOTO_NAMES)))
_TEXTS = frozenset({"privacy_level", "title", "description"})


def _own(
    cls: type[VideoSettings | PhotoSettings], values: Mapping[str, Any], mode: Mode
) -> dict[str, Any]:
    if unknown := sorted(values.keys() - set(NAMES)):
        message = f"unknown settings: {', '.join(unknown)}; there are {', '.join(NAMES)}"
        raise ValueError(message)
    for name, value in values.items():
        if wanted := _misfit(name, value):
            message = f"{name} cannot be {value!r}: it is {wanted}"
            raise ValueError(message)
    if not values.get("privacy_level") and mode is Mode.DIRECT:
        message = f"privacy_level is missing; choose one of {', '.join(PRIVACY_LEVELS)}"
        raise ValueError(message)
    own = {field.name for field in fields(cls)}
    return {"privacy_level": "", **{name: values[name] for name in values.keys() & own}}


def _misfit(name: str, value: object) -> str:
    """What the value of a setting has to be, if it is not; empty if it is."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if name in _TEXTS:
        return "" if isinstance(value, str) else "a text"
    if name == "cover_timestamp_ms":
        return "" if value is None or is_number else "a whole number of milliseconds, or none"
    if name == "cover_index":
        return "" if is_number else "a whole number, counted from 0"
    return "" if isinstance(value, bool) else "true or false"


@dataclass(frozen=True, slots=True)
class CreatorLimits:
    """What TikTok allows one creator right now; it can change from one minute to the next.

    Attributes:
        privacy_options: what may be chosen. A public account has PUBLIC_TO_EVERYONE among them.
        max_duration_s: longest video, in seconds; None if TikTok did not say.
        comment_disabled: the creator's own settings turn comments off for everybody.
        duet_disabled: likewise duets, or the account is private.
        stitch_disabled: likewise stitches, or the account is private.
    """

    privacy_options: tuple[str, ...]
    max_duration_s: int | None = None
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """Read them from a network's facts about a creator (plain JSON); the rest is ignored."""
        return cls(
            privacy_options=tuple(facts["privacy_options"]),
            max_duration_s=facts.get("max_duration_s"),
            comment_disabled=bool(facts.get("comment_disabled")),
            duet_disabled=bool(facts.get("duet_disabled")),
            stitch_disabled=bool(facts.get("stitch_disabled")),
        )
