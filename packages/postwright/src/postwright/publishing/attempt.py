"""The words of the publish protocol: what is durable about an attempt, events, what to do next."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from postwright.platforms.base import (
    AddressDead,
    CreatorReady,
    Lost,
    NotKnown,
    Opened,
    OutOfStep,
    Plan,
    RangeRejected,
    Refusal,
    Refused,
    Status,
    Stored,
)


class Stage(StrEnum):
    """What is durable about an attempt."""

    READY = "ready"  # content is frozen; nothing was asked of the network
    INTENT = "intent"  # an init may be on its way, or answered and not stored
    OPEN = "open"  # the publish id is stored; ranges are being sent
    TRACKING = "tracking"  # nothing more to send, or nothing more can be sent
    SETTLING = "settling"  # FAILED was seen once and may pass; it is looked at again
    VOID = "void"  # given up while nothing could have appeared
    PUBLISHED = "published"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = frozenset({Stage.READY, Stage.INTENT, Stage.OPEN, Stage.TRACKING, Stage.SETTLING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a publication, as it is stored. `offset` counts bytes the network has."""

    plan: Plan
    stage: Stage = Stage.READY
    expects_id: bool = False
    cancel_requested: bool = False
    checked_at: datetime | None = None
    publish_id: str | None = None
    upload_url: str | None = field(default=None, repr=False)
    opened_at: datetime | None = None
    offset: int = 0
    last_byte_at: datetime | None = None
    address_dead: bool = False
    failed_at: datetime | None = None
    post_ids: tuple[str, ...] = ()
    polls: int = 0
    troubles: int = 0
    rejections: int = 0
    voids: int = 0
    retries: int = 0


# -- what to do next ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckCreator:
    """Ask the network whether the creator may post this now."""


@dataclass(frozen=True, slots=True)
class Init:
    """Announce the upload."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send the range that starts at `offset`."""

    offset: int


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Ask what became of the publish id."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let go and come back after `delay`; never by itself if `delay` is None.

    `hold` is the reason if the publication is held. `unconfirmed` says that the outcome of what
    was sent is not proven yet.
    """

    delay: timedelta | None
    hold: str = ""
    unconfirmed: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Restart:
    """This attempt can not become a post any more: make a new one and begin after `delay`."""

    delay: timedelta
    detail: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """The publication is over; `reason` is a code, `detail` a sentence for a person."""

    stage: Stage
    reason: str = ""
    detail: str = ""


Call = CheckCreator | Init | Send | AskStatus
Next = Call | Wait | Restart | End


@dataclass(frozen=True, slots=True)
class Decision:
    """Make `attempt` durable, under the fence; only then do `next`."""

    attempt: Attempt
    next: Next


# -- events ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Woke:
    """A worker took the attempt up: at first, after a wait, after a crash, or after a nudge."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """The creator may post, but not this: the first finding that forbids it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class NoSlot:
    """The call was not made: every slot of its rate limit is taken for `delay`."""

    delay: timedelta


@dataclass(frozen=True, slots=True)
class NoToken:
    """The call was not made: there is no access token that would be accepted."""

    refusal: Refusal
    detail: str


Event = (
    Woke
    | Unfit
    | NoSlot
    | NoToken
    | CreatorReady
    | Opened
    | Stored
    | OutOfStep
    | AddressDead
    | RangeRejected
    | Status
    | NotKnown
    | Refused
    | Lost
)
