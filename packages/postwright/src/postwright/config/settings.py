"""All settings as one object, and how it is read."""

from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from postwright.config.groups import (
    AlertSettings,
    ApiSettings,
    MediaSettings,
    PublishingSettings,
    TikTokSettings,
    WebSettings,
    WorkerSettings,
)
from postwright.errors import Misconfigured


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
    url: str = Field(
        default="",
        description="Address of a service elsewhere that commands are for, like "
        "https://post.example.com; empty: of this machine.",
    )
    api_key: SecretStr = Field(
        default=SecretStr(""), description="API key of the service at POSTWRIGHT_URL."
    )
    allow_http: bool = Field(
        default=False,
        description="Whether the API key may be sent unencrypted to another machine.",
    )
    proxy: SecretStr = Field(
        default=SecretStr(""),
        description="Proxy for calls to TikTok, alerts, and media that is fetched, like "
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
    api: ApiSettings = ApiSettings()
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
    "POSTWRIGHT_API_KEY_FILE": ("api_key",),
    "POSTWRIGHT_PROXY_FILE": ("proxy",),
    "POSTWRIGHT_TIKTOK__CLIENT_SECRET_FILE": ("tiktok", "client_secret"),
    "POSTWRIGHT_API__METRICS_TOKEN_FILE": ("api", "metrics_token"),
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
        if (file := environ.get(name)) and path[0] not in overrides:
            _put(given, path, read_secret(name, file))
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


def read_secret(name: str, file: str) -> str:
    """The secret in a file; `name` is the setting that names the file.

    Raises:
        Misconfigured: it cannot be read.
    """
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
