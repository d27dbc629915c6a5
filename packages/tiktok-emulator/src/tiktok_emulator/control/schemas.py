"""What the control plane accepts, and how it says what it does not."""

from typing import Annotated, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    model_validator,
)
from starlette.requests import Request

from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.faults import ONLY_FOR, FaultKind
from tiktok_emulator.oauth.state import AppState, Decision, OAuthError
from tiktok_emulator.operations import Operation
from tiktok_emulator.posting.state import AccountState, FailReason
from tiktok_emulator.seeds import PropertySeed, Scope, Text, Total, Username, problems

Model = TypeVar("Model", bound=BaseModel)
Count = Annotated[int, Field(ge=1)]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ResetOrder(_Order):
    """`seed` makes every id that follows repeatable."""

    seed: int | None = None


class ClockOrder(_Order):
    """Move the clock, stop it, or let it run faster. In this order: freeze, rate, to, advance_s.

    Going forward, everything that becomes due on the way happens at its moment.
    """

    advance_s: float | None = Field(default=None, allow_inf_nan=False, le=1e9, ge=-1e9)
    to: AwareDatetime | None = None
    freeze: bool | None = None
    rate: float | None = Field(default=None, gt=0, le=1_000_000, allow_inf_nan=False)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of advance_s, to, freeze, rate")
        return self


class FaultOrder(_Order):
    """One fault; see tiktok_emulator.faults for the meaning of each field.

    `for_s` ends it after so many seconds of the emulator's clock.
    """

    operation: Operation
    kind: FaultKind
    count: Count | None = 1
    skip: int = Field(default=0, ge=0)
    probability: float = Field(default=1, gt=0, le=1)
    delay_s: float = Field(default=0, ge=0, le=3600)
    status: int = Field(default=500, ge=200, le=599)
    code: Text = "internal_error"
    creator: Username | None = None
    client_key: Text | None = None
    match: Text | None = None
    last_chunk: bool | None = None
    bytes_per_second: Count = 1_000_000
    after_bytes: Count = 1
    for_s: float | None = Field(default=None, gt=0, le=1e9)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.operation is not Operation.UPLOAD and self.last_chunk is not None:
            raise ValueError("last_chunk is for the operation 'upload' only")
        only_for = ONLY_FOR.get(self.kind)
        if only_for is not None and self.operation not in only_for:
            names = ", ".join(repr(operation.value) for operation in only_for)
            several = "s" if len(only_for) > 1 else ""
            raise ValueError(f"{self.kind} is for the operation{several} {names} only")
        if self.kind in (FaultKind.DELAY_BEFORE, FaultKind.DELAY_AFTER) and not self.delay_s:
            raise ValueError(f"{self.kind} needs delay_s")
        return self


class ScenarioOrder(_Order):
    """Which scenario to play; `calm` ends any other."""

    name: Text


class ConsentOrder(_Order):
    """A decision for the next `count` authorize requests of an app; null is for ever."""

    client_key: Text
    username: Username
    decision: Decision = "accept"
    scopes: list[Scope] | None = None
    count: Count | None = None
    error: OAuthError = "access_denied"


class CreatorPatch(_Order):
    """Facts of one creator to change."""

    nickname: Text | None = None
    private: bool | None = None
    banned: bool | None = None
    too_many_posts: bool | None = None
    max_video_post_duration_sec: int | None = Field(default=None, ge=1, le=86_400)
    comment_disabled: bool | None = None
    duet_disabled: bool | None = None
    stitch_disabled: bool | None = None
    daily_post_cap: int | None = Field(default=None, ge=0)
    old_app_version: bool | None = None
    pending_share_cap: int | None = Field(default=None, ge=0)
    account: AccountState | None = None
    bio_description: str | None = Field(default=None, max_length=512)
    is_verified: bool | None = None
    follower_count: Total | None = None
    following_count: Total | None = None
    likes_count: Total | None = None
    video_count: Total | None = None


class AppPatch(_Order):
    """Facts of one app to change."""

    audited: bool | None = None
    sandbox: bool | None = None
    active_user_cap: Count | None = None
    scopes: list[Scope] | None = None
    state: AppState | None = None
    target_users: list[Username] | None = None
    webhook_url: Text | None = None
    properties: list[PropertySeed] | None = None
    allow_localhost_urls: bool | None = None


class RevokeOrder(_Order):
    """Whose consent to which app is taken back, as the user would in TikTok's settings."""

    username: Username
    client_key: Text
    reason: int = Field(default=1, ge=0, le=5)


class OutcomeOrder(_Order):
    """What becomes of the next `count` finished uploads: a fail reason, or `stuck`."""

    outcome: FailReason | Annotated[str, Field(pattern="^stuck$")]
    creator: Username | None = None
    count: Count = 1


class AnyObject(RootModel[dict[str, object]]):
    """A JSON object; what may be in it is judged elsewhere."""


class BadOrder(EmulatorError):
    """The control plane was asked for something it does not have; answered with 400."""


async def read(model: type[Model], request: Request) -> Model:
    """The body as this model; an empty body is an empty object.

    Raises:
        BadOrder: not JSON, an unknown field, or a value out of range; the message names it.
    """
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        raise BadOrder(problems(error)) from error
