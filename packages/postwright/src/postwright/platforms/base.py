"""What publishing and connections need from a network.

A network's folder turns its client's answers and errors into the values of `answers`. It takes
tokens and files as plain values and knows no rows.
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from postwright.media.findings import Finding
from postwright.platforms.answers import (
    CancelAnswer,
    Consent,
    CreatorAnswer,
    GrantAnswer,
    Identity,
    Lost,
    OpenAnswer,
    Refused,
    RevokeAnswer,
    SendAnswer,
    StatusAnswer,
)
from postwright.platforms.content import Content, Kind, Media, Mode, Plan, Source, Texts
from postwright.platforms.purpose import Purpose
from postwright.platforms.report import Explained, Reported


class Asking(StrEnum):
    """The kinds of calls that networks count."""

    CREATOR = "creator"
    OPEN = "open"
    STATUS = "status"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` requests per account in 60 s; what shares a bucket shares the limit."""

    bucket: str
    most: int


@dataclass(frozen=True, slots=True)
class Caps:
    """What a network allows in any 24 hours; None where it sets no limit that is known.

    Attributes:
        posts: direct posts of one creator through all apps together. A usual number: what the
            network allows a creator is learned from what it says.
        drafts: drafts of one creator that wait to be finished.
        unaudited_creators: creators that the app posts for directly, as it was not audited; None
            if it was, or if that is not known.
        unaudited_code: with which the network refuses an account that everyone can see while the
            app is not audited; empty if it takes them.
    """

    posts: int | None = None
    drafts: int | None = None
    unaudited_creators: int | None = None
    unaudited_code: str = ""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One request that was made, for the ledger. Holds no secret. `key` is no other request's."""

    key: UUID
    operation: str
    started_at: datetime
    elapsed_ms: int
    http_status: int | None
    code: str
    log_id: str
    detail: str


# Whoever makes a call says here who wants to hear about the requests it makes.
listener: ContextVar[Callable[[CallFacts], None] | None] = ContextVar("listener", default=None)


@dataclass(frozen=True, slots=True)
class Registered:
    """Our registration at a network, its secret opened.

    Attributes:
        client_key: the network's name for it.
        client_secret: what proves that a request is ours.
        kind: where it runs, in the network's own words: "desktop", "web".
        base_url: what stands in for the network; empty for the network itself.
        audited: whether the network has audited it; None if that is not known.
    """

    client_key: str
    client_secret: str = field(repr=False)
    kind: str
    base_url: str
    audited: bool | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for a post, in the network's own words.

    Attributes:
        mode: onto the profile, or into the inbox.
        settings: complete, as `Content` has them.
        caption: the text, as people are shown it.
        findings: what has to be said and was not, or cannot be read; `where` is a setting's name
            as its callers have it.
        ignored: what was said and means nothing here, by the callers' names.
    """

    mode: Mode
    settings: dict[str, Any]
    caption: str
    findings: tuple[Finding, ...] = ()
    ignored: tuple[str, ...] = ()


class Network(Protocol):
    """One network with one registered app, as connections and publishing use it."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

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

    async def revoke(self, access_token: str) -> RevokeAnswer:
        """Give the authorisation back: the account's tokens are dead afterwards."""
        ...

    def scopes(self, purpose: Purpose) -> frozenset[str]:
        """Which permissions a purpose needs, by the network's names. Pure."""
        ...

    def source(self, kind: Kind, wanted: Source) -> Source:
        """How the network gets such files, given how they are wanted to go. Pure."""
        ...

    def plan(self, size_bytes: int) -> Plan:
        """Cut a file of this size as the network demands. Pure."""
        ...

    def limit(self, asking: Asking, kind: Kind, mode: Mode) -> Limit | None:
        """How often a call may be made per account; None if the network sets no limit. Pure."""
        ...

    def caps(self) -> Caps:
        """What may be posted in a day. Pure."""
        ...

    def is_public(self, settings: dict[str, Any]) -> bool:
        """Whether these settings ask for everyone to see the post. Pure."""
        ...

    def report(
        self, kind: Kind, mode: Mode, settings: dict[str, Any], facts: dict[str, Any] | None
    ) -> Sequence[Reported]:
        """What becomes of each setting, as far as it is known beforehand. Pure."""
        ...

    def explain(self, code: str) -> Explained | None:
        """The network's code in words; None for codes that are not its own. Pure."""
        ...

    async def creator(self, token: str, mode: Mode) -> CreatorAnswer:
        """Ask whether the creator may post now, and within which limits.

        A mode that no creator's limits count for is ready without asking.
        """
        ...

    def choose(self, kind: Kind, said: Mapping[str, Any], texts: Texts) -> Choice:
        """Read the settings that callers of the API give, camelCase or snake_case. Pure."""
        ...

    def said(
        self, kind: Kind, mode: Mode, settings: Mapping[str, Any]
    ) -> tuple[Texts, dict[str, Any]]:
        """What `choose` would have been given for these settings: the texts, and the rest. Pure."""
        ...

    def field(self, finding: Finding, kind: Kind) -> str:
        """What callers call that which a finding is about: `content`, `privacyLevel`. Pure.

        A file is `mediaItems[0]`; empty if it is about the account, or the post as a whole.
        """
        ...

    def findings(
        self,
        content: Content,
        probes: Sequence[dict[str, Any]],
        facts: dict[str, Any] | None,
    ) -> Sequence[Finding]:
        """What the network's rules say of a post, its probed files and the creator's limits.

        Pure. `probes` are the files' in their order. `facts` is None while the creator's limits
        are not known.
        """
        ...

    async def open(self, token: str, content: Content) -> OpenAnswer:
        """Announce a post.

        Nothing of it can appear before the last byte of an upload was sent, or before a byte was
        fetched from one of its addresses.
        """
        ...

    async def send(
        self, upload_url: str, media: Media, plan: Plan, offset: int, tell: Callable[[int], None]
    ) -> SendAnswer:
        """Send the range that starts at `offset`; `tell` hears of the bytes that went out."""
        ...

    async def status(self, token: str, publish_id: str) -> StatusAnswer:
        """Ask what became of a publish id."""
        ...

    async def cancel(self, token: str, publish_id: str) -> CancelAnswer:
        """Ask the network to stop fetching."""
        ...

    def profile_url(self, handle: str) -> str:
        """Where people see the account; empty if nowhere. Pure."""
        ...

    def post_url(self, handle: str, post_id: str, kind: Kind) -> str:
        """Where people see the post."""
        ...


class Opener(Protocol):
    """Makes networks of registrations. One per process: what its networks share is in it."""

    def open(self, app: Registered) -> Network:
        """The network as this app speaks to it. Cheap: nothing is asked."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...
