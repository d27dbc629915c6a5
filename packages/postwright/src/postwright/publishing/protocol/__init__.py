"""How one publication becomes exactly one post, as pure code.

TikTok has no idempotency key. What it has is an order of events: nothing can appear before the
last byte of an upload was sent, or a byte was fetched, and each publish id gives at most one
post. So:

* what could matter after a crash is durable *before* the call that makes it matter:
  intent before init, publish id before the first byte, `last_byte_at` before the last range;
* as long as `last_byte_at` is empty an attempt can be given up and another one opened;
* once it is set there is never another init, unless the network has said FAILED, twice.

What TikTok fetches itself (a pull; photos always) goes the same way: the addresses belong to one
attempt, and serve nothing before its publish id is stored. An attempt whose init was lost is given
up by closing its addresses; if one has served a byte (which only addresses that serve early can),
nobody can tell what becomes of it, and a person decides.

`decide` takes what is durable about the current attempt and one event, and says what to make
durable next and what to do after that. The worker carries it out (`step.py`), and the explorer
in `benchmarks/explorer` runs this same code through every interleaving it can think of.

    start          before there is an id: checked, announced, held
    sending        while there is one, and ranges are to be sent
    pull           what the network fetches by itself
    tracking       after the last byte
    finished       out, or with its person
    contradiction  it is out, though it had failed
    endings        how an attempt ends, pauses, and what follows it
    limits         how long, and how often

Source: docs/explanation/exactly-once.md.
"""

from datetime import datetime
from typing import assert_never

from postwright.publishing.attempt import Attempt, Decision, EarlierIsOut, Event, Stage
from postwright.publishing.protocol.contradiction import instead, while_over
from postwright.publishing.protocol.endings import next_attempt
from postwright.publishing.protocol.finished import while_delivered, while_published
from postwright.publishing.protocol.limits import (
    ADDRESS_LIFE,
    CHECK_IS_FRESH,
    FOR_A_PERSON,
    LONGEST_PUT,
    MAX_CANCELS,
    MAX_REJECTIONS,
    MAX_RETRIES,
    MAX_VOIDS,
    POLL_UNTIL,
    SETTLE,
    UNCONFIRMED_AFTER,
    UNKNOWN_IS_EARLY,
)
from postwright.publishing.protocol.sending import while_open
from postwright.publishing.protocol.start import while_announced, while_ready
from postwright.publishing.protocol.tracking import while_tracking

__all__ = [
    "ADDRESS_LIFE",
    "CHECK_IS_FRESH",
    "FOR_A_PERSON",
    "LONGEST_PUT",
    "MAX_CANCELS",
    "MAX_REJECTIONS",
    "MAX_RETRIES",
    "MAX_VOIDS",
    "POLL_UNTIL",
    "SETTLE",
    "UNCONFIRMED_AFTER",
    "UNKNOWN_IS_EARLY",
    "decide",
    "next_attempt",
]


def decide(attempt: Attempt, event: Event, now: datetime) -> Decision:
    """Say what to store and what to do after `event`.

    Args:
        attempt: what is durable, `cancel_requested` included.
        event: how the last call ended, or that a worker woke.
        now: the database's clock: of the wake-up, or of when the call that was answered began.
            An answer counts with its age, however long the worker slept over it.

    Returns:
        The attempt to store and the next thing to do. Events that do not fit the stage (a late
        answer to an attempt that has moved on) are treated as a wake-up.
    """
    if isinstance(event, EarlierIsOut):
        return instead(attempt, event)
    match attempt.stage:
        case Stage.READY:
            return while_ready(attempt, event, now)
        case Stage.INTENT:
            return while_announced(attempt, event, now)
        case Stage.OPEN:
            return while_open(attempt, event, now)
        case Stage.TRACKING | Stage.SETTLING:
            return while_tracking(attempt, event, now)
        case Stage.DELIVERED:
            return while_delivered(attempt, event, now)
        case Stage.PUBLISHED:
            return while_published(attempt, event, now)
        case Stage.VOID | Stage.FAILED | Stage.CANCELLED:
            return while_over(attempt, event, now)
        case _:
            assert_never(attempt.stage)
