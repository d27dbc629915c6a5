"""Apps and creators as they are written in a seed file or sent to the control plane."""

import json
from pathlib import Path
from typing import Annotated, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from tiktok_emulator.errors import SeedInvalid
from tiktok_emulator.oauth.redirects import registration_problem
from tiktok_emulator.oauth.state import App, Kind
from tiktok_emulator.posting.state import Creator

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


def _known_scope(scope: str) -> str:
    if scope not in SCOPES:
        raise ValueError(f"{scope!r} is no scope this emulator knows: {', '.join(SCOPES)}")
    return scope


Scope = Annotated[str, AfterValidator(_known_scope)]


class AppSeed(BaseModel):
    """An app. Only `client_key` is needed for a change; a new one also needs a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    client_key: Text
    client_secret: Text | None = Field(default=None, repr=False)
    kind: Kind = "desktop"
    redirect_uris: list[Text] = Field(default=[], max_length=MAX_REDIRECTS)
    scopes: list[Scope] = ["user.info.basic", "video.publish", "video.upload"]
    audited: bool = False
    sandbox: bool = False
    active_user_cap: int | None = Field(default=None, ge=1)


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

    @model_validator(mode="before")
    @classmethod
    def _without_at(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        facts = cast("dict[str, object]", data)
        name = facts.get("username")
        return facts | {"username": name.removeprefix("@")} if isinstance(name, str) else facts


class Seed(BaseModel):
    """What a seed file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    apps: list[AppSeed] = []
    creators: list[CreatorSeed] = []


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
    for name in ("kind", "redirect_uris", "scopes", "audited", "sandbox", "active_user_cap"):
        value = getattr(old, name) if old is not None and name not in given else getattr(seed, name)
        facts[name] = tuple(cast("list[str]", value)) if isinstance(value, list) else value
    app = App(**facts)  # pyright: ignore[reportArgumentType]  # both models have validated them
    for uri in app.redirect_uris:
        if problem := registration_problem(app.kind, uri):
            raise SeedInvalid(f"app {app.client_key!r}: redirect {uri!r} {problem}")
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


def read_seed_file(path: Path) -> Seed:
    """A seed file: JSON with `apps` and `creators`.

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
            audited=True,
        ),
        AppSeed(
            client_key="demo-unaudited-key",
            client_secret="demo-unaudited-secret",  # noqa: S106  # as above
            redirect_uris=["http://127.0.0.1:*/callback/"],
        ),
    ],
    creators=[
        CreatorSeed(username="demo", nickname="Demo Creator"),
        CreatorSeed(username="private.pia", nickname="Private Pia", private=True),
        CreatorSeed(username="banned.ben", nickname="Banned Ben", banned=True),
    ],
)
