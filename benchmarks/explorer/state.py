"""One state of the world, as small tuples: equal states are one state.

Instants are ages in whole minutes; attempts, events and calls are numbers of a `Book`.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Lane(IntEnum):
    """Which of the connection's two lanes the publication is in."""

    START = 0
    TRACK = 1


class Lease(IntEnum):
    """The lease on that lane. The holder may be asleep or dead."""

    FREE = 0
    RUNNING = 1
    OVER = 2


class Phase(IntEnum):
    """Where a worker is in its turn."""

    RECORD = 0  # it has an event and will decide and record
    CALL = 1  # it has recorded, and will call
    SENDING = 2  # its PUT has begun


class Upload(IntEnum):
    """What an upload is at TikTok."""

    EXPECTS_BYTES = 0
    PROCESSING = 1
    POSTED = 2
    FAILED = 3  # for good
    FAILED_PASSING = 4  # may still come back, for ten minutes
    STOPPED = 5  # cancelled, for good
    INBOX = 6  # a draft, which its person may finish


class Opening(IntEnum):
    """From when on a set of media addresses is served."""

    ON_RELEASE = 0
    EARLY = 1  # at once
    RELEASED = 2


class Served(IntEnum):
    """Whether a byte of one of them has gone out."""

    NOT_YET = 0
    EARLY = 1  # before they were released
    LATER = 2


class Cancel(IntEnum):
    """How a cancel was accepted."""

    NONE = 0
    FIRM = 1  # nothing of it will appear
    ASKED = 2  # it may be too late: the network is asked to stop, or nothing is begun anew


NEEDS_LINK = frozenset({"reconnect", "revoked", "insufficient_scope"})  # holds a person mends
NEEDS_RESUME = frozenset({"paused"})  # likewise
NEVER = -1  # a lane that nothing brings back by itself
NONE = -1  # no attempt, no addresses


class Row(NamedTuple):
    """What is durable about the publication."""

    attempt: int  # of the book; -1 if no attempt is live
    number: int  # of the attempt; kept at 0 where fences make it needless
    lane: int
    due: int  # minutes until the lane is due, or NEVER
    hold: str  # why, if nothing but a person brings it back
    unconfirmed: bool  # shown as such, until something is proven
    cancel: int
    retried: int  # attempts that followed one whose last byte was sent
    over: str  # how the publication ended, or ""
    host: int = NONE  # the attempt's media addresses
    edition: int = 0  # grows with each edit
    nudged: bool = False  # a nudge came after the status was last asked for
    decided: bool = False  # a person has said what became of it

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is due of it any more until a person decides."""
        return self.attempt == NONE and self.unconfirmed


class Turn(NamedTuple):
    """A worker in the middle of its turn."""

    fenced_out: bool
    memory: int
    number: int
    phase: int
    what: int  # an event (RECORD) or a call of the book
    age: int  # since its clock was read: with the wake-up, or before the call
    host: int = NONE
    edition: int = 0  # the content it has in hand
    ended: bool = False  # a person has ended its attempt


class Remote(NamedTuple):
    """An upload at TikTok, or what it fetches from `host`; then bytes are counted in files.

    What TikTok does by itself (post, fail, let a failure pass, end an address) is decided when it
    is asked, which is the first moment that anybody can tell. Until then an upload that can
    still become a post counts as one.
    """

    uid: int
    received: int
    phase: int
    age: int
    failed_age: int  # of a failure that may pass, or -1
    told_failed: bool  # a failure of it is on record, and nothing better since
    killed: bool  # the address ended before its time
    given_up: bool  # ours: the attempt it belongs to has been closed
    host: int = NONE
    edition: int = 0  # the content it was announced with

    @property
    def is_pull(self) -> bool:
        """Whether TikTok fetches it."""
        return self.host != NONE


class Host(NamedTuple):
    """The media addresses of one attempt."""

    uid: int
    age: int  # since they were made, or made to last anew
    opening: int
    served: int
    void: bool


class Put(NamedTuple):
    """A PUT whose sender is gone, or a GET of TikTok's: bytes under way, which may still act."""

    call: int
    age: int


class Left(NamedTuple):
    """What may still go wrong."""

    faults: int
    crashes: int
    sleeps: int
    jumps: int
    nudges: int
    cancels: int
    hands: int = 0  # what people do besides: edit, retry, decide
    minds: int = 0  # TikTok posts what it had said failed for good


NOTHING_LEFT = Left(0, 0, 0, 0, 0, 0)


class State(NamedTuple):
    """The world. `turns` holds the turns of busy workers, at most two."""

    row: Row
    lease: int
    turns: tuple[Turn, ...]
    uploads: tuple[Remote, ...]
    wire: tuple[Put, ...]
    token: bool
    left: Left
    broken: str
    hosts: tuple[Host, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The worker's own rules; each can be broken on purpose."""

    fence: bool = True
    store_first: bool = True
    await_record: bool = True  # no call while nobody knows yet whether its record was refused
    compare_cancel: bool = True
    lease_at_record: bool = True  # a turn that outlived its lease records nothing
    age_of_answers: bool = True  # an answer counts from when its call began
    refuse_late_cancel: bool = True  # no cancel is accepted once the last byte may be out
    compare_edition: bool = True  # what was edited meanwhile is looked at again
    live_check: bool = True  # nothing is recorded of an attempt that a person has ended
    edit_only_ready: bool = True  # nothing is edited once it was announced
    retry_only_failed: bool = True  # by hand
    word_counts: bool = True  # word that an earlier attempt is out stops the later one
    word_closes: bool = True  # and its addresses are closed, if it has any
    keep_nudge: bool = True  # a nudge that comes while the status is asked counts
    last_look_again: bool = True  # also if nobody would look any more after that
    settling_is_unsure: bool = True  # a cancel of what FAILED may be too late
    own_addresses: bool = True  # of one attempt only
    addresses_end: bool = True
    void_looks: bool = True  # addresses are not void once a byte was served
    void_keeps: bool = True  # and are not served once they are void
    release_with_id: bool = True  # in the transaction that stores the id; not with the intent
