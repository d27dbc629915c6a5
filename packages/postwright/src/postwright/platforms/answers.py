"""What a network can answer to each call. None of the calls raises for what the network does.

A lost answer is an outcome like any other, because the publish protocol has to decide on it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any


class Refusal(StrEnum):
    """Why a network said no, as far as it changes what to do next."""

    RATE = "rate_limit"  # too many requests this minute: wait, it is nobody's fault
    CAP = "daily_cap"  # this creator may not post more today: look again later
    DRAFTS = "pending_drafts"  # too many drafts wait in the creator's inbox
    USERS = "active_users"  # the app may not post for more creators today
    TOKEN = "reconnect"  # noqa: S105  # a reason, not a secret: the authorisation has ended
    REVOKED = "revoked"  # the creator took the authorisation away
    SCOPE = "insufficient_scope"  # a permission was not granted
    ACCOUNT = "account"  # the account's own settings forbid it; a person can change them
    REQUEST = "request"  # what we asked for is wrong; asking again is useless
    FAULT = "network_fault"  # the network broke; it may have acted


@dataclass(frozen=True, slots=True)
class Refused:
    """The network answered, and the answer is no."""

    refusal: Refusal
    code: str
    message: str = ""
    log_id: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """No usable answer. `sent` is False only when the request certainly never left."""

    sent: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class CreatorReady:
    """The creator may post now, within these limits (the network's own facts, as plain JSON)."""

    facts: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Opened:
    """The network knows the post from now on, by this id.

    `upload_url` is where it expects the bytes, and a secret; empty if it fetches them itself.
    """

    publish_id: str
    upload_url: str = field(default="", repr=False)
    log_id: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A range of bytes arrived. `complete` means the network says it was the last one."""

    complete: bool
    received: int | None = None


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """The range does not follow what the network has; `received` is what it says it has."""

    received: int | None = None


@dataclass(frozen=True, slots=True)
class AddressDead:
    """The upload address has expired or is not known any more."""

    code: str


@dataclass(frozen=True, slots=True)
class RangeRejected:
    """The network found the request itself malformed."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """Tokens. The refresh token that was sent, if any, is dead from now on."""

    external_id: str
    scopes: frozenset[str]
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: timedelta
    refresh_expires_in: timedelta


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that was begun: where to send the person, and what to keep until they return."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    redirect_uri: str
    scopes: frozenset[str]
    code_verifier: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an account is: `handle` is unique on the network, `display_name` is for people."""

    handle: str
    display_name: str


class Phase(StrEnum):
    """Where a publication is, by the network's own account."""

    PROCESSING = "processing"
    COMPLETE = "complete"
    INBOX = "inbox"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Status:
    """What the network says of a publish id.

    Attributes:
        phase: where it is.
        received: how many bytes the network says it has, or has fetched.
        fail_reason: the network's own code, if it failed.
        fail_is_passing: the same again may work, with nothing changed.
        fail_is_cancel: it failed because somebody had asked for that.
        post_ids: the ids of what can be seen publicly; a draft may give several.
        log_id: what to name when asking the network about this answer.
    """

    phase: Phase
    received: int | None = None
    fail_reason: str = ""
    fail_is_passing: bool = False
    fail_is_cancel: bool = False
    post_ids: tuple[str, ...] = ()
    log_id: str = ""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The network does not know the publish id (it may not know it *yet*)."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The network says that it stops. Its status has the last word."""


@dataclass(frozen=True, slots=True)
class NotCancellable:
    """It is too late, it is over, or this can not be cancelled. Its status tells which."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Revoked:
    """The network knows the tokens of an account no more."""


GrantAnswer = Granted | Refused | Lost
CreatorAnswer = CreatorReady | Refused | Lost
OpenAnswer = Opened | Refused | Lost
SendAnswer = Stored | OutOfStep | AddressDead | RangeRejected | Lost
StatusAnswer = Status | NotKnown | Refused | Lost
CancelAnswer = Cancelled | NotCancellable | Refused | Lost
RevokeAnswer = Revoked | Refused | Lost
