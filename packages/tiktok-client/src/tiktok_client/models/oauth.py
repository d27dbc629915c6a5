"""What authorisation gives and takes."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

__all__ = ["AppKeys", "AuthorizeRequest", "Callback", "ClientToken", "Scope", "TokenGrant"]


class Scope(StrEnum):
    """What a person can let an app do: the scopes of login, posting and reading.

    spec: oauth.scopes.names
    Source: tiktok-api-scopes (2026).
    """

    USER_INFO_BASIC = "user.info.basic"
    USER_INFO_PROFILE = "user.info.profile"
    USER_INFO_STATS = "user.info.stats"
    VIDEO_LIST = "video.list"
    VIDEO_PUBLISH = "video.publish"
    VIDEO_UPLOAD = "video.upload"


@dataclass(frozen=True, slots=True)
class AppKeys:
    """An app's registration at TikTok. Sandbox and production have different keys."""

    client_key: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """Where to send the person, and what to keep until the callback comes.

    `state` and `code_verifier` are secrets of this one attempt; `code_verifier` is None for web
    apps.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    code_verifier: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Callback:
    """What the person's browser brought back. `scopes` can be fewer than were asked for."""

    code: str = field(repr=False)
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Tokens of one person for one app. Store them before using them.

    Lifetimes are what the answer said, counted from when it was made. A refresh gives a new refresh
    token and kills the one that was sent.
    """

    open_id: str
    scopes: frozenset[str]
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: timedelta
    refresh_expires_in: timedelta
    log_id: str | None = None


@dataclass(frozen=True, slots=True)
class ClientToken:
    """A token of the app itself, for APIs that speak for nobody. It cannot be refreshed."""

    access_token: str = field(repr=False)
    expires_in: timedelta
    log_id: str | None = None
