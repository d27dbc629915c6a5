"""Apps and creators as they are written in a seed file or sent to the control plane."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, cast

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from tiktok_emulator.clock import EARLIEST, LATEST
from tiktok_emulator.display.state import SeededVideo, Statistics
from tiktok_emulator.errors import SeedInvalid
from tiktok_emulator.oauth.redirects import registration_problem
from tiktok_emulator.oauth.state import App, AppState, Kind
from tiktok_emulator.posting.state import AccountState, Creator, Privacy
from tiktok_emulator.pull.properties import Kind as PropertyKind
from tiktok_emulator.pull.properties import Property, property_problem
from tiktok_emulator.webhooks.address import callback_problem

Text = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._]{2,24}$")]
SCOPES = (
    "user.info.basic",
    "user.info.profile",
    "user.info.stats",
    "video.list",
    "video.publish",
    "video.upload",
)
MAX_REDIRECTS = 10
MAX_PROPERTIES = 100
MAX_TARGET_USERS = 10
Total = Annotated[int, Field(ge=0, lt=2**62)]
Count32 = Annotated[int, Field(ge=0, lt=2**31)]


def _known_scope(scope: str) -> str:
    if scope not in SCOPES:
        raise ValueError(f"{scope!r} is no scope this emulator knows: {', '.join(SCOPES)}")
    return scope


Scope = Annotated[str, AfterValidator(_known_scope)]


class PropertySeed(BaseModel):
    """A URL property; verified unless it says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: PropertyKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=2_048)]
    is_verified: bool = True

    def made(self) -> Property:
        """As the app holds it."""
        return Property(self.kind, self.value, self.is_verified)


class AppSeed(BaseModel):
    """An app. Only `client_key` is needed for a change; a new one also needs a secret.

    spec: oauth.redirect.count, oauth.scopes.names, oauth.sandbox.targets
    Source: login kit web, scopes and sandbox pages, 2026.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    client_key: Text
    client_secret: Text | None = Field(default=None, repr=False)
    kind: Kind = "desktop"
    redirect_uris: list[Text] = Field(default=[], max_length=MAX_REDIRECTS)
    scopes: list[Scope] = ["user.info.basic", "video.publish", "video.upload"]
    audited: bool = False
    sandbox: bool = False
    active_user_cap: int | None = Field(default=None, ge=1)
    state: AppState = "live"
    target_users: list[Username] = Field(default=[], max_length=MAX_TARGET_USERS)
    webhook_url: Text | None = None
    properties: list[PropertySeed] = Field(default=[], max_length=MAX_PROPERTIES)
    allow_localhost_urls: bool = False


class CreatorSeed(BaseModel):
    """A creator; the username may be written with its @."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    username: Username
    nickname: Text | None = None
    private: bool = False
    banned: bool = False
    too_many_posts: bool = False
    max_video_post_duration_sec: int = Field(default=600, ge=1, le=86_400)
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False
    daily_post_cap: int = Field(default=15, ge=0)
    old_app_version: bool = False
    pending_share_cap: int = Field(default=5, ge=0)
    account: AccountState = "active"
    bio_description: str = Field(default="", max_length=512)
    is_verified: bool = False
    follower_count: Total = 0
    following_count: Total = 0
    likes_count: Total | None = None
    video_count: Total | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_at(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        facts = cast("dict[str, object]", data)
        name = facts.get("username")
        return facts | {"username": name.removeprefix("@")} if isinstance(name, str) else facts


def _in_calendar(at: datetime) -> datetime:
    if not EARLIEST <= at < LATEST:
        raise ValueError("must be between the years 1970 and 3000")
    return at.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_calendar)]


class VideoSeed(BaseModel):
    """A video that was published long ago, by hand. `created_at` needs an offset; default: now."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    username: Username
    title: str = Field(default="", max_length=2_200)
    privacy_level: Privacy = Privacy.PUBLIC
    created_at: Moment | None = None
    duration_s: int = Field(default=15, ge=1, le=86_400)
    width: int = Field(default=720, ge=16, le=4_096)
    height: int = Field(default=1_280, ge=16, le=4_096)
    view_count: Total = 0
    like_count: Count32 = 0
    comment_count: Count32 = 0
    share_count: Count32 = 0


class Seed(BaseModel):
    """What a seed file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    apps: list[AppSeed] = []
    creators: list[CreatorSeed] = []
    videos: list[VideoSeed] = []


def new_app(old: App | None, seed: AppSeed) -> App:
    """The app after the change.

    Raises:
        SeedInvalid: no secret for a new app, or a redirect address TikTok would not register.
    """
    given = seed.model_dump(exclude_unset=True)
    if old is None and not given.get("client_secret"):
        raise SeedInvalid(f"app {seed.client_key!r} is new and needs a client_secret")
    facts: dict[str, object] = {
        "client_key": seed.client_key,
        "client_secret": given.get("client_secret") or (old.client_secret if old else ""),
    }
    properties = tuple(each.made() for each in seed.properties)
    facts["properties"] = old.properties if old and "properties" not in given else properties
    for name in AppSeed.model_fields.keys() - facts.keys():
        value = getattr(old, name) if old is not None and name not in given else getattr(seed, name)
        facts[name] = tuple(cast("list[str]", value)) if isinstance(value, list) else value
    app = App(**facts)  # pyright: ignore[reportArgumentType]  # both models have validated them
    for uri in app.redirect_uris:
        if problem := registration_problem(app.kind, uri):
            raise SeedInvalid(f"app {app.client_key!r}: redirect {uri!r} {problem}")
    for owned in app.properties:
        if problem := property_problem(owned.kind, owned.value):
            why = f"the {owned.kind} {owned.value!r} {problem}"
            raise SeedInvalid(f"app {app.client_key!r}: {why}")
    if app.webhook_url is not None and (problem := callback_problem(app.webhook_url)):
        raise SeedInvalid(f"app {app.client_key!r}: webhook_url {app.webhook_url!r} {problem}")
    return app


def new_creator(old: Creator | None, seed: CreatorSeed) -> Creator:
    """The creator after the change."""
    given = seed.model_dump(exclude_unset=True)
    facts = {
        name: getattr(old, name) if old is not None and name not in given else getattr(seed, name)
        for name in CreatorSeed.model_fields
    }
    facts["nickname"] = facts["nickname"] or seed.username
    return Creator(**facts)


def new_video(seed: VideoSeed, post_id: int, now: datetime) -> SeededVideo:
    """The video as it is listed; its numbers are those of now."""
    return SeededVideo(
        post_id=post_id,
        username=seed.username,
        title=seed.title,
        is_public=seed.privacy_level is Privacy.PUBLIC,
        duration_s=seed.duration_s,
        width=seed.width,
        height=seed.height,
        created_at=seed.created_at or now,
        counted=Statistics(seed.view_count, seed.like_count, seed.comment_count, seed.share_count),
        counted_at=now,
    )


def read_seed_file(path: Path) -> Seed:
    """A seed file: JSON with `apps`, `creators` and `videos`.

    Raises:
        SeedInvalid: not there, not JSON, or not of that shape; the message names the place.
    """
    try:
        return Seed.model_validate(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise SeedInvalid(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        what = problems(error) if isinstance(error, ValidationError) else str(error)
        raise SeedInvalid(f"{path}: {what}") from error


def problems(error: ValidationError) -> str:
    """What is wrong with some input, in one line: where, and why."""
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'body'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False)
    )


DEMO = Seed(
    apps=[
        AppSeed(
            client_key="demo-desktop-key",
            client_secret="demo-desktop-secret",  # noqa: S106  # guards nothing, printed in the docs
            redirect_uris=["http://127.0.0.1:*/callback/"],
            scopes=list(SCOPES),
            audited=True,
        ),
        AppSeed(
            client_key="demo-unaudited-key",
            client_secret="demo-unaudited-secret",  # noqa: S106  # as above
            redirect_uris=["http://127.0.0.1:*/callback/"],
        ),
    ],
    creators=[
        CreatorSeed(
            username="demo",
            nickname="Demo Creator",
            bio_description="Here to try things out.",
            follower_count=1_280,
            following_count=64,
        ),
        CreatorSeed(username="private.pia", nickname="Private Pia", private=True),
        CreatorSeed(username="banned.ben", nickname="Banned Ben", banned=True),
    ],
)
