"""What a network tells unasked, by webhooks, in words that all networks share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from postwright.platforms.answers import Phase
from postwright.platforms.content import Kind


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Something became of a publish id; its status tells what, `phase` is only word of it."""

    publish_id: str
    phase: Phase


@dataclass(frozen=True, slots=True)
class WentPublic:
    """Everyone can see a post now."""

    publish_id: str
    post_id: str


@dataclass(frozen=True, slots=True)
class WentPrivate:
    """Not everyone can see a post any more. `publish_id` is empty if the network left it out."""

    publish_id: str
    post_id: str


@dataclass(frozen=True, slots=True)
class Parted:
    """An account's authorisation has ended, and its tokens with it; `why` is half a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class OtherNews:
    """What nothing here depends on, or what is not known here."""


News = StatusChanged | WentPublic | WentPrivate | Parted | OtherNews


@dataclass(frozen=True, slots=True)
class Told:
    """A message that is the network's.

    Attributes:
        event: the network's name for it.
        external_id: the account that it is about; empty if it is about none.
        happened_at: by the network's clock.
        digest: the same text for the same event, however often and however signed it comes.
        is_late: it was signed long ago, or far in the future.
        news: what it says.
    """

    event: str
    external_id: str
    happened_at: datetime
    digest: str
    is_late: bool
    news: News


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """A message whose signature is not good."""


class Webhooks(Protocol):
    """How one network's messages are read. Without a network, and without state."""

    @property
    def header(self) -> str:
        """The name of the header with the signature."""
        ...

    def addressee(self, raw_body: bytes) -> str | None:
        """The client key of the app that a message says it is for, unproven; None without one."""
        ...

    def read(self, raw_body: bytes, signature: str, secret: str, now: datetime) -> Told | NotTheirs:
        """Make sure that a message is the network's, and read it.

        Args:
            raw_body: byte for byte as it came.
            signature: the header's value.
            secret: the app's.
            now: by the database's clock.
        """
        ...

    def post_url(self, base_url: str, handle: str, post_id: str, kind: Kind) -> str:
        """Where people see a post; `base_url` is the app's."""
        ...
