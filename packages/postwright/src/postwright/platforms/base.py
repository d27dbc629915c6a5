"""What publishing needs from a network: four calls, and what each of them can tell.

A network's folder turns its client's answers and errors into these values. It takes tokens and
files as plain values and knows no rows, and none of its calls raises for what the network does:
a lost answer is an outcome like any other, because the publish protocol has to decide on it.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from postwright.media.findings import Finding


class Refusal(StrEnum):
    """Why a network said no, as far as it changes what to do next."""

    RATE = "rate_limit"  # too many requests this minute: wait, it is nobody's fault
    CAP = "daily_cap"  # this creator or this app may not post more today: look again later
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
    """The network expects the bytes at this address. `upload_url` is a secret."""

    publish_id: str
    upload_url: str = field(repr=False)
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
    """What the network says of a publish id."""

    phase: Phase
    received: int | None = None
    fail_reason: str = ""
    fail_is_passing: bool = False
    post_ids: tuple[str, ...] = ()
    log_id: str = ""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The network does not know the publish id (it may not know it *yet*)."""

    code: str = ""


GrantAnswer = Granted | Refused | Lost
CreatorAnswer = CreatorReady | Refused | Lost
OpenAnswer = Opened | Refused | Lost
SendAnswer = Stored | OutOfStep | AddressDead | RangeRejected | Lost
StatusAnswer = Status | NotKnown | Refused | Lost


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is cut: `count` ranges of `chunk_bytes`, the last one takes the rest."""

    size_bytes: int
    chunk_bytes: int
    count: int

    def range_at(self, offset: int) -> tuple[int, int]:
        """First byte and last byte (inclusive) of what to send when `offset` bytes are there."""
        index = min(offset // self.chunk_bytes, self.count - 1)
        last = self.size_bytes if index == self.count - 1 else (index + 1) * self.chunk_bytes
        return offset, last - 1

    def is_last(self, offset: int) -> bool:
        """Whether the range that starts at `offset` ends the file."""
        return self.range_at(offset)[1] == self.size_bytes - 1

    @property
    def last_start(self) -> int:
        """Where the last range begins."""
        return (self.count - 1) * self.chunk_bytes


class ByteSource(Protocol):
    """The bytes of a file, wherever it is kept."""

    def read(self, offset: int, size: int, /) -> bytes:
        """Read `size` bytes from `offset`. Blocks; raises StorageTrouble if it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Media:
    """A kept file, frozen: what is sent must have this size and hash."""

    source: ByteSource
    size_bytes: int
    sha256: str
    content_type: str


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One request that was made, for the ledger. Holds no secret."""

    operation: str
    started_at: datetime
    elapsed_ms: int
    http_status: int | None
    code: str
    log_id: str
    detail: str


# Whoever makes a call says here who wants to hear about the requests it makes.
listener: ContextVar[Callable[[CallFacts], None] | None] = ContextVar("listener", default=None)


class Network(Protocol):
    """One network with one registered app, as connections and publishing use it."""

    def consent(self, redirect_uri: str, scopes: frozenset[str], *, always_ask: bool) -> Consent:
        """Begin a consent. Pure."""
        ...

    async def exchange(self, consent: Consent, callback: str) -> GrantAnswer:
        """Trade what the browser brought back for tokens. A code works once."""
        ...

    async def identity(self, token: str) -> Identity | Refused | Lost:
        """Ask whose token it is."""
        ...

    async def refresh(self, refresh_token: str) -> GrantAnswer:
        """Trade a refresh token for new tokens. Not repeatable: the old one dies."""
        ...

    def plan(self, size_bytes: int) -> Plan:
        """Cut a file of this size as the network demands. Pure."""
        ...

    async def creator(self, token: str) -> CreatorAnswer:
        """Ask whether the creator may post now, and within which limits."""
        ...

    def findings(
        self, settings: dict[str, Any], probe: dict[str, Any], facts: dict[str, Any] | None
    ) -> Sequence[Finding]:
        """What the network's rules say of a post, its probed media and the creator's limits.

        Pure. `facts` is None while the creator's limits are not known.
        """
        ...

    async def open(self, token: str, settings: dict[str, Any], plan: Plan) -> OpenAnswer:
        """Announce an upload. Nothing can appear before its last byte is sent."""
        ...

    async def send(
        self, upload_url: str, media: Media, plan: Plan, offset: int, tell: Callable[[int], None]
    ) -> SendAnswer:
        """Send the range that starts at `offset`; `tell` hears of the bytes that went out."""
        ...

    async def status(self, token: str, publish_id: str) -> StatusAnswer:
        """Ask what became of a publish id."""
        ...

    def post_url(self, handle: str, post_id: str) -> str:
        """Where people see the post."""
        ...
