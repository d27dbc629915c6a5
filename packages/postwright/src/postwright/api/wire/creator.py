"""What a creator may do now, on the wire."""

from pydantic import ConfigDict, Field

from postwright.api.wire.base import Out, example


class Creator(Out):
    """The creator."""

    nickname: str | None = Field(description="What people see.")
    username: str | None = Field(description="Their name at the network, without an @.")
    avatar_url: str | None = Field(
        default=None,
        description="Their picture. The address is good for two hours; null if TikTok has not told "
        "one lately.",
    )
    is_verified: bool | None = Field(default=None, description="TikTok does not say: null.")
    can_post_more: bool = Field(description="Whether they may post more for now.")


class PrivacyLevel(Out):
    """Who may see a post."""

    value: str = Field(description="As `tiktokSettings.privacyLevel` takes it.")
    label: str = Field(description="For people.")


class Interaction(Out):
    """What others may do with a post."""

    available: bool = Field(description="Whether the creator's own settings allow it.")
    default: bool = Field(description="Always off: TikTok wants people to choose it.")


class Interactions(Out):
    """What others may do with a post."""

    comment: Interaction = Field(description="Comment on it.")
    duet: Interaction | None = Field(description="Make a duet with it; null for photos.")
    stitch: Interaction | None = Field(description="Stitch it; null for photos.")


class PostingLimits(Out):
    """How much a post may be."""

    max_video_duration_sec: int | None = Field(description="Longest video, in seconds.")
    interaction_settings: Interactions | None = Field(description="What others may do with it.")


class CommercialContentType(Out):
    """A way to disclose that a post promotes something."""

    value: str = Field(description="As `tiktokSettings.commercialContentType` takes it.")
    label: str = Field(description="For people.")
    requires: list[str] = Field(
        description="Privacy levels that it goes with; empty: with all that the creator has."
    )


class CreatorInfo(Out):
    """What a creator may do now, as TikTok says it; at most five minutes old."""

    model_config = ConfigDict(
        json_schema_extra=example(
            creator={"nickname": "Ada", "username": "ada", "canPostMore": True},
            privacyLevels=[{"value": "PUBLIC_TO_EVERYONE", "label": "Everyone"}],
            postingLimits={"maxVideoDurationSec": 600, "interactionSettings": None},
            commercialContentTypes=[
                {"value": "none", "label": "Promotes nothing", "requires": []},
            ],
        )
    )

    creator: Creator = Field(description="The creator.")
    privacy_levels: list[PrivacyLevel] = Field(
        description="Who may see posts of this creator; there is no default."
    )
    posting_limits: PostingLimits = Field(description="How much a post may be.")
    commercial_content_types: list[CommercialContentType] = Field(
        description="How to disclose what is promoted."
    )
    message: str | None = Field(
        default=None, description="Why no more may be posted for now; null if it may."
    )
