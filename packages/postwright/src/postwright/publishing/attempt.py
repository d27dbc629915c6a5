"""The words of the publish protocol: what is durable about an attempt, events, what to do next."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from postwright.platforms.answers import (
    AddressDead,
    Cancelled,
    CreatorReady,
    Lost,
    NotCancellable,
    NotKnown,
    Opened,
    OutOfStep,
    RangeRejected,
    Refusal,
    Refused,
    Status,
    Stored,
)
from postwright.platforms.content import Mode, Plan, Source

# Stands for the network's name in what the protocol says to people.
NETWORK = "{network}"


class Stage(StrEnum):
    """What is durable about an attempt."""

    READY = "ready"  # content is frozen; nothing was asked of the network
    INTENT = "intent"  # an init may be on its way, or answered and not stored
    OPEN = "open"  # the publish id is stored; ranges are sent, or nothing can be fetched yet
    TRACKING = "tracking"  # nothing more to send, or nothing more can be sent
    SETTLING = "settling"  # FAILED was seen once and may pass; it is looked at again
    VOID = "void"  # given up while nothing could have appeared
    PUBLISHED = "published"
    DELIVERED = "delivered"  # a draft lies in the inbox
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({Stage.VOID, Stage.FAILED, Stage.CANCELLED})
# Published and delivered ones live on until there is nothing more to learn about them.
LIVE = frozenset(Stage) - OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a publication, as it is stored.

    `offset` counts bytes the network has. `last_byte_at` is when the last range went out, or, of
    a pull, when its addresses were opened: from then on the post may appear. `told` says that the
    network is known to tell by webhooks what it has done; like `cancel_requested` it is no part of
    the attempt, but read with it.
    """

    plan: Plan
    source: Source = Source.UPLOAD
    mode: Mode = Mode.DIRECT
    stage: Stage = Stage.READY
    expects_id: bool = False
    cancel_requested: bool = False
    told: bool = False
    checked_at: datetime | None = None
    announced_at: datetime | None = None
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
    cancels: int = 0

    @property
    def is_pull(self) -> bool:
        """Whether the network fetches the files, so that there is nothing to send."""
        return self.source is Source.PULL


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
class Close:
    """Declare the attempt's media addresses void, unless a byte of one was served."""


@dataclass(frozen=True, slots=True)
class CancelPull:
    """Ask the network to stop fetching."""


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


Call = CheckCreator | Init | Send | AskStatus | Close | CancelPull
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
    """It can not go out: the first finding that forbids it, or a rule that ends it as `stage`."""

    code: str
    detail: str
    stage: Stage = Stage.FAILED


@dataclass(frozen=True, slots=True)
class OnHold:
    """Nothing was asked of the network: a person or a quota wants it to wait.

    `delay` is when to look again; None if only a person can bring it on.
    """

    reason: str
    detail: str
    delay: timedelta | None


@dataclass(frozen=True, slots=True)
class Closed:
    """None of the attempt's addresses can be fetched any more, and none ever was."""


@dataclass(frozen=True, slots=True)
class Served:
    """A byte of one of the attempt's addresses was served, or may be."""


@dataclass(frozen=True, slots=True)
class OutAfterAll:
    """Word came that it is out, though it had ended without a post."""


@dataclass(frozen=True, slots=True)
class EarlierIsOut:
    """Word came that an earlier attempt of the same publication is out after all.

    `served`: a byte of this one's addresses was served, so that they can not be closed any more.
    """

    number: int
    served: bool = False


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
    | OnHold
    | Closed
    | Served
    | OutAfterAll
    | EarlierIsOut
    | Cancelled
    | NotCancellable
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
