"""The groups of settings, one class for each."""

import base64
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class WithSecrets(BaseModel):
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


class TikTokSettings(WithSecrets):
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


class MediaSettings(WithSecrets):
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
    file_bytes: int = Field(
        default=5 * 1024**3,
        gt=0,
        description="Most bytes of one file that is uploaded, or fetched from an address.",
    )
    ingest_timeout_s: float = Field(
        default=3600, gt=0, description="Longest time that fetching a file from an address takes."
    )
    ingest_allow: str = Field(
        default="",
        description="Networks, with commas, that files may be fetched from though they are "
        "private, like 10.1.0.0/16; unset: none.",
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

    @field_validator("ingest_allow")
    @classmethod
    def _networks(cls, value: str) -> str:
        networks(value)
        return value

    @property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """What `ingest_allow` says."""
        return networks(self.ingest_allow)


class WorkerSettings(BaseModel):
    """How a worker shares the work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slots: int = Field(
        default=8, ge=1, le=64, description="Steps that one worker runs at once, per kind."
    )
    fixes: int = Field(default=1, ge=1, le=16, description="Files that one worker mends at once.")
    ingests: int = Field(
        default=4, ge=1, le=64, description="Files that one worker fetches from addresses at once."
    )
    lease_s: float = Field(
        default=30, ge=2, description="Seconds after which a silent worker loses its lane."
    )
    poll_s: float = Field(
        default=1, gt=0, description="Longest pause between looks at the due lanes."
    )
    refresh_s: float = Field(
        default=20, gt=0, description="Pause between looks for tokens that have to be renewed."
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
    uploads: int = Field(default=16, ge=1, description="Files that are taken at once.")
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


class ApiSettings(WithSecrets):
    """How the API treats its callers."""

    requests_per_minute: int = Field(
        default=600,
        ge=1,
        description="Requests a minute that one API key may make, of each web process.",
    )
    docs_url: str = Field(
        default="",
        description="A page that explains errors; an error's `docUrl` is this, # and its code. "
        "Unset: `docUrl` is `/v1/errors/` of this service, and its code.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="Bearer token for /metrics from other machines; unset: from this one only.",
    )


class AlertSettings(WithSecrets):
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


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks that are written with commas between them.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


def webhook_key(secret: SecretStr) -> bytes:
    """The key in a `whsec_…` secret; empty if it is none."""
    text = secret.get_secret_value()
    try:
        return base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        return b""
