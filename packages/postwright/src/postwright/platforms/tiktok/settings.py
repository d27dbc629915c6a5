"""What a person chooses for a video on TikTok, and what TikTok lets this creator choose."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

PRIVACY_LEVELS = (
    "PUBLIC_TO_EVERYONE",
    "MUTUAL_FOLLOW_FRIENDS",
    "FOLLOWER_OF_CREATOR",
    "SELF_ONLY",
)


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """The settings of one video post, in positive words; the wire's are `disable_…`.

    TikTok wants each of them to be a person's choice: privacy has no default, and everything
    else is off until it is turned on.

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
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; a field that is missing has its default.

        Raises:
            ValueError: a field is unknown, missing without a default, or of another type.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(values.keys() - known):
            message = f"unknown settings: {', '.join(unknown)}"
            raise ValueError(message)
        if "privacy_level" not in values:
            message = "privacy_level is missing"
            raise ValueError(message)
        for name, value in values.items():
            if not _fits(name, value):
                message = f"{name} cannot be {value!r}"
                raise ValueError(message)
        return cls(**values)


def _fits(name: str, value: object) -> bool:
    if name in {"privacy_level", "title"}:
        return isinstance(value, str)
    if name == "cover_timestamp_ms":
        return value is None or (isinstance(value, int) and not isinstance(value, bool))
    return isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class PhotoSettings:
    """The settings of one photo post, in positive words; as with videos, each is a choice.

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
