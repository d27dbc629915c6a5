"""Switches for everything that TikTok leaves open, strict by default."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# A hundred years: no lifetime can lead out of the calendar.
LONGEST_S = 3_155_760_000
Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]
Lifetime = Annotated[int, Field(ge=1, le=LONGEST_S)]
Positive = Annotated[int, Field(ge=1)]
StandIn = Annotated[str, Field(pattern=r"^https?://[^/?#]+$", max_length=253)]


class Processing(BaseModel):
    """When an uploaded video leaves PROCESSING_UPLOAD, counted from the last byte.

    `immediate`: as soon as it is probed; `after_reads`: once status was asked `value` times;
    `after_seconds`: `value` seconds later on the emulator's clock.

    spec: status.no-deadline
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    mode: Literal["immediate", "after_reads", "after_seconds"] = "immediate"
    value: Seconds = 0


class RateLimits(BaseModel):
    """Requests per sliding window, for one user of one app."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    init: Positive = 6
    inbox_init: Positive = 6
    photo_init: Positive = 6
    cancel: Positive = Field(default=30, description="no page says how many")
    creator_info: Positive = 20
    status: Positive = 30
    display: Positive = Field(default=600, description="of each Display endpoint")
    window_s: Annotated[float, Field(gt=0, le=LONGEST_S)] = 60


class Settings(BaseModel):
    """All switches. `PATCH /_control/settings` changes any of them, by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Tokens
    access_token_s: Lifetime = Field(default=7_200, description="86400 in the older documentation")
    refresh_token_s: Lifetime = Field(
        default=15_552_000, description="31536000 in the older documentation"
    )
    client_token_s: Lifetime = 7_200
    rotate_refresh: bool = Field(
        default=True, description="a refresh kills the token that was used"
    )
    rotation_restarts_lifetime: bool = Field(
        default=True, description="a rotated refresh token lives its full time again"
    )
    code_lifetime_s: Seconds = 600
    oauth_error_status: Literal[200, 400] = 200
    verifier_length_check: bool = Field(
        default=True, description="43 to 128 characters, as documented"
    )

    # Init
    param_error_code: Literal["invalid_params", "invalid_param"] = Field(
        default="invalid_params",
        description="live spelling; the reference tables say invalid_param",
    )
    rate_limits: RateLimits = RateLimits()
    min_chunk_bytes: Positive = Field(default=5_242_880, description="5000000 if MB means 10^6")
    max_chunk_bytes: Positive = 67_108_864
    max_last_chunk_bytes: Positive = 134_217_728
    max_video_bytes: Positive = 4_294_967_296
    brand_content_private: Literal["refuse", "accept"] = "refuse"
    unaudited_other_privacy: Literal["store_self_only", "refuse"] = "store_self_only"

    # Upload
    upload_url_s: Seconds = 3_600
    content_range_counts: Literal["count", "last_index"] = "count"
    resent_chunk: Literal["refuse_416", "accept_again"] = "refuse_416"
    intake_bytes_per_second: Positive | None = Field(
        default=None, description="of each PUT, in real seconds; null is as fast as it goes"
    )

    # Pulls and drafts
    pull_timeout_s: Seconds = Field(default=3_600, description="until a download has failed")
    pull_bytes_per_second: Positive | None = Field(
        default=None, description="in real seconds; 12500000 is TikTok's 100 Mbit/s"
    )
    pull_asks: Literal["get", "head_then_get", "ranges"] = Field(
        default="get", description="how a file is asked for from its server"
    )
    pull_stand_ins: dict[str, StandIn] = Field(
        default={},
        description="a base URL to fetch from in place of a host that exists in no DNS, as "
        '{"media.example.com": "http://127.0.0.1:9000"}; ownership is checked all the same',
    )
    fetch_before_answer: bool = Field(
        default=False, description="an init answers when its download is through"
    )
    cover_index_out_of_range: Literal["refuse", "first"] = "refuse"
    warn_of_ignored: bool = Field(
        default=True, description="the log says so when post_info is sent to the inbox"
    )

    # Processing
    processing: Processing = Processing()
    moderation_seconds: Seconds = Field(default=0, description="until a public post shows its id")
    min_duration_check: bool = Field(default=False, description="refuse videos under 3 s")
    content_type_must_match: bool = Field(
        default=True,
        description="video/webm must hold WebM; video/mp4 and quicktime one of these two",
    )
    publish_id_visible_after_s: Seconds = Field(
        default=0, description="until then status says invalid_publish_id, as seen now and then"
    )

    # Consent page
    session_s: Lifetime = Field(
        default=2_592_000, description="how long a browser stays signed in on the consent page"
    )

    # Display
    display_unknown_fields: Literal["ignore", "refuse"] = Field(
        default="ignore", description="names in `fields` that TikTok does not have"
    )
    display_missing_scope: Literal["scope_permission_missed", "scope_not_authorized"] = Field(
        default="scope_permission_missed",
        description="when fields of user/info need a scope the token lacks; 400 or 401",
    )
    short_pages: bool = Field(
        default=False, description="video/list gives half of max_count while there is more"
    )
    cover_url_s: Lifetime = Field(default=21_600, description="how long a cover address works")
    statistics: Literal["still", "growing"] = Field(
        default="still", description="whether views, likes and followers grow with the clock"
    )

    # Webhooks
    webhook_timeout_s: Annotated[float, Field(gt=0, le=600)] = Field(
        default=10, description="real seconds until a receiver has answered"
    )
    webhook_first_retry_s: Annotated[float, Field(gt=0, le=LONGEST_S)] = Field(
        default=15, description="each pause after it is twice as long"
    )
    webhook_retry_s: Seconds = Field(default=259_200, description="72 hours, then dropped")

    # Pages and control plane
    trusted_hosts: tuple[Annotated[str, Field(max_length=253)], ...] = Field(
        default=(), description="further host names that are ours; addresses and local names are"
    )


def changed(settings: Settings, changes: dict[str, object]) -> Settings:
    """The settings with some replaced; groups are merged key by key.

    Raises:
        pydantic.ValidationError: an unknown name or a value out of range.
    """
    merged: dict[str, object] = settings.model_dump()
    for name, value in changes.items():
        current = merged.get(name)
        if isinstance(current, dict) and isinstance(value, dict):
            merged[name] = {**current, **value}
        else:
            merged[name] = value
    return Settings.model_validate(merged)
