"""What the network fetches by itself: addresses instead of ranges."""

from dataclasses import replace
from datetime import datetime, timedelta

from postwright.publishing.attempt import (
    NETWORK,
    Attempt,
    CancelPull,
    Close,
    Closed,
    Decision,
    Event,
    Served,
    Stage,
    Wait,
)
from postwright.publishing.pace import next_poll
from postwright.publishing.protocol.endings import end, void

OUT_OF_SIGHT = Wait(
    None,
    hold="unconfirmed",
    unconfirmed=True,
    detail=f"{NETWORK} fetched the files, but its answer with the id was lost",
)


def give_up(a: Attempt, detail: str) -> Decision:
    """An init without an answer: harmless, once nothing can be sent or fetched for it."""
    return Decision(a, Close()) if a.is_pull else void(a, detail)


def let_fetch(opened: Attempt) -> Decision:
    """The network fetches by itself as soon as the record opens the addresses."""
    if opened.cancel_requested:
        return Decision(opened, Close())
    since = opened.opened_at
    fetched = replace(opened, stage=Stage.TRACKING, last_byte_at=since, polls=0)
    return Decision(fetched, Wait(next_poll(0, timedelta(0), told=opened.told)))


def out_of_sight(a: Attempt, now: datetime) -> Decision:
    """Something of it was fetched, and nobody knows the id: only a person can find out more."""
    gone = replace(a, stage=Stage.TRACKING, last_byte_at=a.announced_at or now)
    return Decision(gone, OUT_OF_SIGHT)


def unfetched(a: Attempt, event: Event) -> Decision:
    """The id came after the cancel: the addresses have not been opened, and never will be."""
    match event:
        case Closed():
            return end(a, Stage.CANCELLED)
        case Served():
            fetched = replace(a, stage=Stage.TRACKING, last_byte_at=a.opened_at, cancels=1)
            return Decision(fetched, CancelPull())
        case _:
            return Decision(a, Close())
