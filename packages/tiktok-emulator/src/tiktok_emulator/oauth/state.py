"""What Login Kit remembers."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Literal

from tiktok_emulator.pull.properties import Property

Kind = Literal["desktop", "web"]
Decision = Literal["accept", "refuse"]
AppState = Literal["live", "draft"]
OAuthError = Literal[
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
]


class Removal(IntEnum):
    """Why a user is no longer connected to an app, as `authorization.removed` says it.

    spec: webhook.removed-reasons
    Source: webhooks events page, 2026.
    """

    UNKNOWN = 0
    USER_DISCONNECTED = 1
    ACCOUNT_DELETED = 2
    AGE_CHANGED = 3
    ACCOUNT_BANNED = 4
    DEVELOPER_REVOKED = 5


@dataclass(slots=True)
class App:
    """A registered app. `active_user_cap` None: no cap when audited, 5 users when not.

    `state` is that of the production key: a draft cannot be used for login. `target_users` are
    the only accounts that the key of a sandbox lets in. `properties` are where media may be
    pulled from; `allow_localhost_urls` adds this machine, over http too.
    """

    client_key: str
    client_secret: str = field(repr=False)
    kind: Kind = "desktop"
    redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("user.info.basic", "video.publish", "video.upload")
    audited: bool = False
    sandbox: bool = False
    active_user_cap: int | None = None
    state: AppState = "live"
    target_users: tuple[str, ...] = ()
    webhook_url: str | None = None
    properties: tuple[Property, ...] = ()
    allow_localhost_urls: bool = False

    @property
    def posts_publicly(self) -> bool:
        """Whether others may see what is posted: a sandbox counts as not audited.

        Source: add a sandbox page, 2026.
        """
        return self.audited and not self.sandbox


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """An accepted authorize request, on its way to a decision."""

    client_key: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    code_challenge: str | None
    always_ask: bool


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """A consent page that was shown; its form counts once."""

    request: AuthorizeRequest
    shown_at: datetime


@dataclass(slots=True)
class StandingConsent:
    """A decision taken in advance for the next `count` authorize requests; None is for ever.

    `error` is what a refusal comes back with.
    """

    client_key: str
    username: str
    decision: Decision
    scopes: tuple[str, ...] | None
    count: int | None
    error: OAuthError = "access_denied"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in as one creator."""

    username: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ClientToken:
    """A token of an app itself, without a user."""

    client_key: str
    expires_at: datetime


@dataclass(slots=True)
class Code:
    """An authorization code."""

    request: AuthorizeRequest
    username: str
    scopes: tuple[str, ...]
    expires_at: datetime
    is_used: bool = False


@dataclass(slots=True)
class Grant:
    """A user's consent to an app, and when it was taken back."""

    client_key: str
    username: str
    open_id: str
    scopes: tuple[str, ...]
    granted_at: datetime
    revoked_at: datetime | None = None

    def covers(self, scopes: Collection[str]) -> bool:
        """Whether everything asked for was granted."""
        return self.revoked_at is None and set(scopes) <= set(self.scopes)


@dataclass(slots=True)
class Token:
    """An access or refresh token of a grant; `is_dead` when rotated away or revoked."""

    grant: Grant
    scopes: tuple[str, ...]
    expires_at: datetime
    is_dead: bool = False

    def works(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return not self.is_dead and now < self.expires_at
