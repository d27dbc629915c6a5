"""What commands ask of the service, whether it is this machine's own or one elsewhere.

A command that works with both asks `where.at_counter`; what it gets, and prints, is the same. The
two that answer are `postwright.cli.here` and `postwright.cli.elsewhere`. What comes from elsewhere
are the same rows, which no database holds.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from postwright.cli.gathering import Gathered
from postwright.cli.ordering import Wanted
from postwright.cli.progress import Display
from postwright.connections.disconnect import Disconnected
from postwright.connections.models import Call, Connection, Credential
from postwright.media.library import Use
from postwright.media.models import MediaFile
from postwright.media.probe import Probe
from postwright.platforms.tiktok.settings import CreatorLimits
from postwright.publishing.cancel import Cancelling
from postwright.publishing.creator import Unknown
from postwright.publishing.evidence import Evidence
from postwright.publishing.models import Pause
from postwright.publishing.outlook import Outlook
from postwright.publishing.queries import Overview
from postwright.publishing.reconcile import Verdict
from postwright.publishing.schedule import Scheduled
from postwright.publishing.states import IfMissed, State
from postwright.workspaces.models import ApiKey, Scope


@dataclass(frozen=True, slots=True)
class Listing:
    """Which posts are wanted; None is all of them."""

    limit: int
    after: str | None = None
    state: State | None = None
    account: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether there may be others."""
        every = (self.after, self.state, self.account, self.since, self.until)
        return any(each is not None for each in every)


@dataclass(frozen=True, slots=True)
class NewText:
    """What is to change of a post; None stays."""

    caption: str | None
    title: str | None
    if_missed: IfMissed | None


class Watch(Protocol):
    """A look-out for changes of one publication."""

    async def changed(self, *, is_moving: bool) -> None:
        """Wait until it may have changed; `is_moving`: its bytes are on their way."""
        ...


class Posts(Protocol):
    """Posts. Where one is `wanted` it is named by a publication's id, a post's, or one's own key.

    `version` is the content version that was seen; another one is refused.
    """

    def watching(self, publication_id: str) -> AbstractAsyncContextManager[Watch]:
        """Watch a publication for changes, until the block ends."""
        ...

    async def seen(self, wanted: str) -> Overview:
        """A post as it is now."""
        ...

    async def back(self) -> None:
        """Wait a moment for a service that has gone, and help it if that is possible."""
        ...

    async def listed(self, listing: Listing) -> tuple[list[Overview], str | None]:
        """Posts, newest first; and after which one the next are, if there are more."""
        ...

    async def limits(self, account: str) -> CreatorLimits | Unknown:
        """What TikTok allows a creator."""
        ...

    async def place(self, gathered: Gathered, wanted: Wanted, show: Display) -> Scheduled:
        """Check all of it, keep the files, schedule the post."""
        ...

    async def is_worked(self) -> bool:
        """Whether somebody carries out what is scheduled; True if nobody can tell."""
        ...

    async def cancel(self, wanted: str, version: int | None) -> tuple[Overview, Cancelling]:
        """Cancel a post, and how far that has come."""
        ...

    async def reschedule(
        self, wanted: str, at: datetime, timezone: str | None, version: int | None
    ) -> Overview:
        """Give a post another time."""
        ...

    async def edit(self, wanted: str, text: NewText, version: int | None) -> Overview:
        """Change the text of a post."""
        ...

    async def retry(
        self, wanted: str, at: datetime | None, version: int | None
    ) -> tuple[Overview, str]:
        """Publish again what has failed; and why it had."""
        ...

    async def undecided(self) -> list[Overview]:
        """Posts of which only a person can say whether they are out, the oldest first."""
        ...

    async def evidence(self, wanted: str) -> tuple[Overview, Evidence]:
        """A post, and what is known of it."""
        ...

    async def reconcile(self, wanted: str, verdict: Verdict, version: int | None) -> Overview:
        """End a post as a person says."""
        ...

    async def calls(self, wanted: str | None, limit: int) -> Sequence[Call]:
        """The last requests to the network, the oldest first: of one post, or of all."""
        ...


@dataclass(frozen=True, slots=True)
class PauseOf:
    """What a pause is of: an account, everything of the installation, or else the workspace."""

    account: str | None
    everything: bool


@dataclass(frozen=True, slots=True)
class Resumed:
    """What the end of a pause has brought on; what is paused yet, accounts by their ids."""

    brought_on: int
    left: Sequence[Pause]
    handles: Mapping[str, str]


class Plan(Protocol):
    """What goes out when, and what does not."""

    async def pause(self, of: PauseOf, reason: str) -> bool:
        """Start nothing new; whether it was not paused before."""
        ...

    async def resume(self, of: PauseOf) -> Resumed:
        """End a pause."""
        ...

    async def forecast(self, account: str | None) -> Outlook:
        """When what waits will go out: of an account, or all."""
        ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files, newest first, with what needs each; and what all of them take."""

    files: Sequence[MediaFile]
    needed: Mapping[str, Sequence[Use]]
    used_bytes: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, and what is known around it."""

    file: MediaFile
    made_from_it: Sequence[MediaFile]
    needed_by: Sequence[Use]
    is_stored: bool


class Media(Protocol):
    """Files that are kept."""

    async def add(self, path: Path, probe: Probe, on_progress: Callable[[int], None]) -> MediaFile:
        """Keep a file."""
        ...

    async def listed(self, limit: int) -> Shelf:
        """What is kept."""
        ...

    async def show(self, wanted: str) -> Kept:
        """One file."""
        ...

    async def remove(self, wanted: str) -> MediaFile:
        """Take a file out, if nothing needs it."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """An account, its authorisation and the pauses that it is under."""

    connection: Connection
    credential: Credential | None
    pauses: Sequence[Pause]
    unfinished: int = 0


class Accounts(Protocol):
    """Connected accounts, by @name or id."""

    async def listed(self, *, disconnected_too: bool) -> list[Account]:
        """Who is connected."""
        ...

    async def show(self, wanted: str) -> Account:
        """One account, with how many posts to it are not over."""
        ...

    async def disconnect(self, account: Account, *, cancels: bool) -> tuple[Disconnected, int]:
        """Give its authorisation back; and how many posts were cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class NewKey:
    """An API key to make; `profiles` are names or ids."""

    name: str
    scope: Scope
    profiles: Sequence[str]
    days: int | None


class Keys(Protocol):
    """Keys to the API."""

    async def create(self, wanted: NewKey) -> tuple[ApiKey, str]:
        """A new key, and its text."""
        ...

    async def listed(self, *, revoked_too: bool) -> tuple[list[ApiKey], Mapping[str, str]]:
        """The keys, and the names of profiles by their ids."""
        ...

    async def revoke(self, key_id: str) -> datetime:
        """End a key; since when it is."""
        ...


@dataclass(frozen=True, slots=True)
class Counter:
    """Where everything is asked."""

    posts: Posts
    plan: Plan
    media: Media
    accounts: Accounts
    keys: Keys
