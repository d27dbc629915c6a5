"""Posts as they are asked for."""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from postwright.api.wire.base import In, example, storable
from postwright.publishing.states import IfMissed

MOST_TARGETS, MOST_MEDIA, MOST_LABELS = 50, 35, 100


_Json = Annotated[dict[str, Any], AfterValidator(storable)]
_Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Labels = Annotated[list[_Label], Field(max_length=MOST_LABELS)]
_Text = Annotated[str, StringConstraints(max_length=10_000)]
_Time = Annotated[
    str,
    StringConstraints(max_length=64),
    Field(
        description="When it goes out, ISO 8601. Without an offset it is read in `timezone`.",
        examples=["2027-01-15T10:00:00Z"],
    ),
]
_TIKTOK: dict[str, Any] = {
    "privacyLevel": "PUBLIC_TO_EVERYONE",
    "allowComment": True,
    "contentPreviewConfirmed": True,
    "expressConsentGiven": True,
}
_URL = "https://postwright.example.com/v1/media/media_7k3m9x2q4d1f/lisbon.mp4"


class MediaItemIn(In):
    """A file of a post."""

    url: str | None = Field(
        default=None,
        max_length=4096,
        description="An address that stands for a file here, as uploads give it; or any other "
        "address on the web, from which the file is fetched first. An item without one is left "
        "out.",
    )
    type: str | None = Field(
        default=None,
        max_length=20,
        description="`image` or `video`. What is in the file counts, as soon as it is here; until "
        "then this, or the ending of the address.",
    )


class TargetIn(In):
    """An account that a post goes to, and what is different there."""

    platform: str = Field(max_length=50, description="The account's network: `tiktok`.")
    account_id: str = Field(max_length=100, description="The account's id.")
    custom_content: _Text | None = Field(
        default=None, description="The text there, in place of `content`."
    )
    custom_media: list[MediaItemIn] | None = Field(
        default=None,
        max_length=MOST_MEDIA,
        description="The files there, in place of `mediaItems`.",
    )
    scheduled_for: _Time | None = Field(
        default=None, description="When it goes out there, in place of the post's `scheduledFor`."
    )
    platform_specific_data: _Json | None = Field(
        default=None,
        description="The network's own settings there: for TikTok those of `tiktokSettings`, which "
        "they win over.",
    )


class PostFields(In):
    """What a post is made of."""

    content: _Text | None = Field(
        default=None,
        description="The text. On TikTok the caption of a video, or the description of photos.",
    )
    title: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        default=None, description="A title. On TikTok that of photos, up to 90 UTF-16 units."
    )
    media_items: list[MediaItemIn] | None = Field(
        default=None,
        max_length=MOST_MEDIA,
        description="One video, or up to 35 photos in the order in which they are shown.",
    )
    platforms: list[TargetIn] | None = Field(
        default=None,
        max_length=MOST_TARGETS,
        description="The accounts it goes to, each once. Only a draft may have none.",
    )
    scheduled_for: _Time | None = Field(
        default=None,
        description="When it goes out, ISO 8601. Without an offset it is read in `timezone`. "
        "With neither this nor `publishNow` it becomes a draft.",
    )
    publish_now: bool | None = Field(
        default=None,
        description="It goes out at once; wins over `scheduledFor`. The answer does not wait for "
        "the network: it says how far it is.",
    )
    is_draft: bool | None = Field(
        default=None, description="It is kept, and goes nowhere; wins over the times."
    )
    if_missed: IfMissed | None = Field(
        default=None,
        description="What to do if nothing runs at its time: `publish` late, `hold` or `skip` it; "
        "unset: as the settings of the installation say.",
    )
    timezone: str | None = Field(
        default=None,
        max_length=64,
        description="IANA name of the zone that times without an offset are in; default UTC.",
    )
    tags: _Labels | None = Field(default=None, description="For your filters; not published.")
    hashtags: _Labels | None = Field(
        default=None, description="Kept with the post; those that are published are in `content`."
    )
    mentions: _Labels | None = Field(
        default=None, description="Kept with the post; those that are published are in `content`."
    )
    metadata: _Json | None = Field(
        default=None,
        description="Yours, kept with the post. `allowDuplicate: true` lets an account get the "
        "same content twice within 24 hours.",
    )
    tiktok_settings: _Json | None = Field(
        default=None,
        description="Settings for all TikTok accounts, in camelCase or snake_case: `draft`, "
        "`privacyLevel` (no default: one that TikTok offers the creator now), `allowComment`, "
        "`allowDuet`, `allowStitch`, `commercialContentType` (`none`, `brand_organic`, "
        "`brand_content`), `brandPartnerPromote`, `isBrandOrganicPost`, `videoCoverTimestampMs`, "
        "`photoCoverIndex` (from 0), `autoAddMusic`, `videoMadeWithAi`, `description` (of photos), "
        "`mediaType`, and the two that have to be true: `contentPreviewConfirmed`, "
        "`expressConsentGiven`. What is not said is off.",
        examples=[_TIKTOK],
    )
    dry_run: bool | None = Field(
        default=None,
        description="Not offered here: `POST /v1/tools/validate/post` checks a post.",
    )
    requires_approval: bool | None = Field(
        default=None, description="Not offered yet; refused, so that nothing goes out unapproved."
    )
    queued_from_profile: str | None = Field(
        default=None, max_length=100, description="Not offered yet; refused."
    )


class PostNew(PostFields):
    """A post to make."""

    client_key: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        default=None,
        description="Your own name for the post, for good: the same again, with the same content, "
        "is the same post, and with another one it is refused with 409.",
    )

    model_config = ConfigDict(
        json_schema_extra=example(
            content="Check out this amazing sunset! #sunset #nature",
            mediaItems=[{"type": "video", "url": _URL}],
            platforms=[{"platform": "tiktok", "accountId": "conn_7k3m9x2q4d1f"}],
            tiktokSettings=_TIKTOK,
            publishNow=True,
        )
    )


class PostChange(PostFields):
    """What to change of a post; what is not sent stays. Lists are replaced as a whole."""

    model_config = ConfigDict(
        json_schema_extra=example(content="Better #sunset", scheduledFor="2027-01-16T10:00:00Z")
    )

    content_version: int | None = Field(
        default=None,
        ge=1,
        description="The content version you have seen of its publications; if one of those that "
        "change has another, nothing is changed.",
    )
