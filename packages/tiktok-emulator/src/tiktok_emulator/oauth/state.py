"""What Login Kit remembers."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["desktop", "web"]
Decision = Literal["accept", "refuse"]


@dataclass(slots=True)
class App:
    """A registered app. `active_user_cap` None: no cap when audited, 5 users when not."""

    client_key: str
    client_secret: str = field(repr=False)
    kind: Kind = "desktop"
    redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("user.info.basic", "video.publish", "video.upload")
    audited: bool = False
    sandbox: bool = False
    active_user_cap: int | None = None


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
    """A decision taken in advance for the next `count` authorize requests; None is for ever."""

    client_key: str
    username: str
    decision: Decision
    scopes: tuple[str, ...] | None
    count: int | None


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
