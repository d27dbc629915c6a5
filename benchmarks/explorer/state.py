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


NEEDS_LINK = frozenset({"reconnect", "revoked", "insufficient_scope"})  # holds a person mends
NEVER = -1  # a lane that nothing brings back by itself


class Row(NamedTuple):
    """What is durable about the publication."""

    attempt: int  # of the book; -1 if no attempt is live
    number: int  # of the attempt; kept at 0 where fences make it needless
    lane: int
    due: int  # minutes until the lane is due, or NEVER
    hold: str  # why, if nothing but a person brings it back
    unconfirmed: bool  # likewise
    cancel: bool
    retried: int  # attempts that followed one whose last byte was sent
    over: str  # how the publication ended, or ""


class Turn(NamedTuple):
    """A worker in the middle of its turn."""

    fenced_out: bool
    memory: int
    number: int
    phase: int
    what: int  # an event (RECORD) or a call of the book
    age: int  # since its clock was read: with the wake-up, or before the call


class Remote(NamedTuple):
    """An upload at TikTok.

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


class Put(NamedTuple):
    """A PUT whose sender is gone; it may still act."""

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


@dataclass(frozen=True, slots=True)
class Rules:
    """The worker's own rules; each can be broken on purpose."""

    fence: bool = True
    store_first: bool = True
    compare_cancel: bool = True
    lease_at_record: bool = True  # a turn that outlived its lease records nothing
    age_of_answers: bool = True  # an answer counts from when its call began
    refuse_late_cancel: bool = True  # no cancel is accepted once the last byte may be out
