"""The one place where settings are read: `POSTWRIGHT_*` variables into one frozen object.

Built in composition roots (`cli`, `worker`) and passed down. Every secret can be given as a file
instead, by the same name with `_FILE` at its end.
"""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from postwright.errors import Misconfigured


class _WithSecrets(BaseModel):
    """Settings of which some may be given as files; `load` reads these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _leave_files_to_load(cls, given: Any) -> Any:
        files = {
            f"{name}_file"
            for name, field in cls.model_fields.items()
            if field.annotation is SecretStr
        }
        if not isinstance(given, dict):
            return given
        values = cast("dict[str, Any]", given)
        return {name: value for name, value in values.items() if name not in files}


class TikTokSettings(_WithSecrets):
    """Where TikTok is. Empty means the real one; the emulator's address is the only other use."""

    base_url: str = Field(
        default="", description="Origin of all TikTok calls and pages; empty: the real TikTok."
    )
    client_key: str = Field(default="", description="Client key of the app registered at TikTok.")
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="Client secret of the app registered at TikTok."
    )
    app_kind: str = Field(
        default="desktop",
        pattern="^(desktop|web)$",
        description="Kind of app at TikTok: 'desktop' (PKCE, loopback redirect) or 'web'.",
    )
    redirect_uri: str = Field(
        default="http://127.0.0.1:*/callback/",
        description="Redirect registered at TikTok; '*' stands for any free port.",
    )
    audited: bool | None = Field(
        default=None, description="Whether TikTok has audited the app; unset: learned."
    )
    source: str = Field(
        default="upload",
        pattern="^(upload|pull)$",
        description="How videos get to TikTok if a post does not say: 'upload', or 'pull' from "
        "the public address. Photos are always pulled.",
    )


class MediaSettings(_WithSecrets):
    """Where media is kept, how much of it, and limits of the probe."""

    folder: Path | None = Field(
        default=None, description="Where media is kept; unset: `media` in the data folder."
    )
    reserve_bytes: int = Field(
        default=256 * 1024 * 1024, ge=0, description="Free bytes to leave on the media disk."
    )
    url: str = Field(
        default="",
        description="Bucket to keep media in instead of the folder: s3://bucket/folder, gs://… or "
        "az://…",
    )
    endpoint: str = Field(
        default="", description="Address of the server, for S3 that is not Amazon's."
    )
    region: str = Field(default="", description="Region of an S3 bucket; unset: AWS_REGION.")
    access_key_id: str = Field(
        default="",
        description="Key id (Azure: account) for the bucket; unset: the cloud's usual variables.",
    )
    secret_access_key: SecretStr = Field(
        default=SecretStr(""),
        description="Secret for the bucket (Google: service account key as JSON).",
    )
    session_token: SecretStr = Field(
        default=SecretStr(""), description="Session token that goes with the key, if it has one."
    )
    timeout_s: float = Field(
        default=120, gt=0, description="Longest time for one request to the bucket, 8 MiB."
    )
    quota_bytes: int | None = Field(
        default=None, ge=0, description="Most bytes of media per workspace; unset: no limit."
    )
    retention_days: int | None = Field(
        default=None,
        ge=1,
        description="Days after its last use that unneeded media is removed; unset: never.",
    )
    sweep_every_s: float = Field(
        default=3600, gt=0, description="Seconds between looks for media that nothing needs."
    )
    probe_timeout_s: float = Field(default=60, gt=0, description="Longest time a probe may take.")
    min_duration_s: float = Field(
        default=3, ge=0, description="Shortest video that preflight lets pass, in seconds."
    )


class WorkerSettings(BaseModel):
    """How a worker shares the work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slots: int = Field(
        default=8, ge=1, le=64, description="Steps that one worker runs at once, per kind."
    )
    fixes: int = Field(default=1, ge=1, le=16, description="Files that one worker mends at once.")
    lease_s: float = Field(
        default=30, ge=2, description="Seconds after which a silent worker loses its lane."
    )
    poll_s: float = Field(
        default=1, gt=0, description="Longest pause between looks at the due lanes."
    )

    @property
    def lease(self) -> timedelta:
        """The lease as a duration."""
        return timedelta(seconds=self.lease_s)


class PublishingSettings(BaseModel):
    """How posts go out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    serves_early: bool = Field(
        default=False,
        description="Serve media that TikTok fetches before its answer with the id is stored. "
        "A lost answer then needs a person to decide.",
    )
    if_missed: str = Field(
        default="publish",
        pattern="^(publish|hold|skip)$",
        description="What to do with a post whose time passed while nothing was running: "
        "'publish' it late, 'hold' it for a person, or 'skip' it.",
    )


class WebSettings(BaseModel):
    """What Postwright serves, and where others reach it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    public_url: str = Field(
        default="",
        description="Address at which the web part is reached from outside, like "
        "https://media.example.com; unset: it is not.",
    )
    host: str = Field(default="127.0.0.1", description="Address on this machine to listen on.")
    port: int = Field(default=8710, ge=0, le=65535, description="Port there; 0: any free one.")
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses of proxies, with commas, whose X-Forwarded-For is believed.",
    )
    tiktok_verification: str = Field(
        default="",
        description="Names or contents of TikTok's URL verification files, with commas.",
    )
    bytes_per_second: int | None = Field(
        default=25_000_000,
        gt=0,
        description="Bytes per second that one media address gives; TikTok takes 12500000.",
    )
    requests_per_address: int = Field(
        default=16, ge=1, description="Requests for one media address that are answered at once."
    )
    downloads: int = Field(default=32, ge=1, description="Media files that are sent at once.")
    connections: int = Field(default=512, ge=1, description="Connections that may be open.")

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (parts.scheme in {"http", "https"} and parts.hostname):
            message = "It must begin with https:// and a host."
            raise ValueError(message)
        if parts.query or parts.fragment or "@" in parts.netloc:
            message = "It must have no user name, no query and no fragment."
            raise ValueError(message)
        return value.rstrip("/")


class AlertSettings(_WithSecrets):
    """Where people are told of what went wrong, besides the log."""

    url: SecretStr = Field(
        default=SecretStr(""),
        description="Address to which alerts are posted as signed webhooks; unset: they are not.",
    )
    secret: SecretStr = Field(
        default=SecretStr(""),
        description="What they are signed with: whsec_ and 24 to 64 random bytes in base64.",
    )
    allow_private: bool = Field(
        default=False,
        description="Whether that address may be in a private network, and plain http.",
    )

    @field_validator("secret")
    @classmethod
    def _a_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not 24 <= len(webhook_key(value)) <= 64:
            message = "It must be whsec_ and 24 to 64 bytes in base64."
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _an_address_and_its_secret(self) -> "AlertSettings":
        url = self.url.get_secret_value()
        if not url:
            return self
        parts = urlsplit(url)
        schemes = {"http", "https"} if self.allow_private else {"https"}
        if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
            message = "The url must begin with https:// and a host, and hold no user name."
            raise ValueError(message)
        if not self.secret.get_secret_value():
            message = "The url needs a secret to sign with; `postwright` sends nothing unsigned."
            raise ValueError(message)
        return self


def webhook_key(secret: SecretStr) -> bytes:
    """The key in a `whsec_…` secret; empty if it is none."""
    text = secret.get_secret_value()
    try:
        return base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        return b""


def _key_folder() -> Path:
    folder = platformdirs.user_config_path("postwright")
    if folder != platformdirs.user_data_path("postwright"):
        return folder
    # On some platforms it is one folder for all; the key has to stay out of a copy of the data.
    return folder.with_name("postwright-key")


class Settings(BaseSettings):
    """Everything that can be set. See docs/reference/configuration.md."""

    model_config = SettingsConfigDict(
        env_prefix="POSTWRIGHT_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
    )

    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL 15 or newer to use instead of the embedded one.",
    )
    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("postwright"),
        description="Folder for the embedded database and the media.",
    )
    key: SecretStr | None = Field(
        default=None, description="Master key, 32 bytes in base64; unset: from the key file."
    )
    key_file: Path = Field(
        default_factory=lambda: _key_folder() / "key",
        description="File with the master key, made on first run; outside the data folder.",
    )
    proxy: SecretStr = Field(
        default=SecretStr(""),
        description="Proxy for all calls to TikTok, and for alerts, like "
        "http://user:password@host:3128.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="How much the worker logs.",
    )
    tiktok: TikTokSettings = TikTokSettings()
    media: MediaSettings = MediaSettings()
    publishing: PublishingSettings = PublishingSettings()
    worker: WorkerSettings = WorkerSettings()
    web: WebSettings = WebSettings()
    alerts: AlertSettings = AlertSettings()

    @model_validator(mode="after")
    def _absolute_folders(self) -> "Settings":
        # A relative folder would mean another one in every shell that runs a command.
        object.__setattr__(self, "data_dir", self.data_dir.expanduser().absolute())
        object.__setattr__(self, "key_file", self.key_file.expanduser().absolute())
        return self

    @property
    def media_folder(self) -> Path:
        """Where media is kept."""
        return self.media.folder or self.data_dir / "media"

    @property
    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is used."""
        return self.database_url is None


_SECRET_FILES = {
    "POSTWRIGHT_DATABASE_URL_FILE": ("database_url",),
    "POSTWRIGHT_PROXY_FILE": ("proxy",),
    "POSTWRIGHT_TIKTOK__CLIENT_SECRET_FILE": ("tiktok", "client_secret"),
    "POSTWRIGHT_ALERTS__URL_FILE": ("alerts", "url"),
    "POSTWRIGHT_ALERTS__SECRET_FILE": ("alerts", "secret"),
    "POSTWRIGHT_MEDIA__SECRET_ACCESS_KEY_FILE": ("media", "secret_access_key"),
    "POSTWRIGHT_MEDIA__SESSION_TOKEN_FILE": ("media", "session_token"),
}

_USUAL_PLACES = {
    "AWS_DEFAULT_REGION": "region",
    "AWS_REGION": "region",
    "AWS_ENDPOINT_URL": "endpoint",
    "AWS_ENDPOINT_URL_S3": "endpoint",
}
_USUAL_KEYS = {
    "AWS_ACCESS_KEY_ID": "access_key_id",
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_SESSION_TOKEN": "session_token",
}


def load(environ: dict[str, str], **overrides: Any) -> Settings:
    """Read the settings.

    Args:
        environ: the process's environment.
        overrides: fields that a command line flag has set.

    Raises:
        Misconfigured: a setting is unknown, malformed, or its file cannot be read.
    """
    given: dict[str, Any] = dict(overrides)
    _take_over_keys(given, environ)
    for name, path in _SECRET_FILES.items():
        if file := environ.get(name):
            _put(given, path, _read_secret(name, file))
    try:
        return Settings(**given)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        name = "POSTWRIGHT_" + "__".join(str(part) for part in problem["loc"]).upper()
        raise Misconfigured(
            f"The setting {name} cannot be used.",
            why=str(problem["msg"]),
            fix="Correct or unset it; `postwright config show` lists all settings.",
        ) from None


def _take_over_keys(given: dict[str, Any], environ: dict[str, str]) -> None:
    """What is said of a bucket on S3 in the usual variables, where ours do not say it."""
    if not environ.get("POSTWRIGHT_MEDIA__URL", "").startswith("s3://"):
        return
    if environ.get("POSTWRIGHT_MEDIA__ACCESS_KEY_ID"):
        environ = {name: value for name, value in environ.items() if name not in _USUAL_KEYS}
    for name, field in {**_USUAL_PLACES, **_USUAL_KEYS}.items():
        ours = f"POSTWRIGHT_MEDIA__{field}".upper()
        if environ.get(name) and not environ.get(ours) and not environ.get(f"{ours}_FILE"):
            _put(given, ("media", field), environ[name])


def _put(given: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    for part in path[:-1]:
        given = given.setdefault(part, {})
    given[path[-1]] = value


def _read_secret(name: str, file: str) -> str:
    try:
        return Path(file).expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"The file {file} of {name} cannot be read.",
            why=_why(error),
            fix="Point it at a readable file, or unset it.",
        ) from None


def _why(error: OSError | UnicodeDecodeError) -> str:
    # What a decoding error says holds the bytes.
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "It is not text."
