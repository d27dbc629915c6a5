"""After the last byte: what became of it?"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from postwright.platforms.answers import (
    Cancelled,
    Lost,
    NotCancellable,
    NotKnown,
    Phase,
    Refused,
    Status,
)
from postwright.publishing.attempt import (
    NETWORK,
    AskStatus,
    Attempt,
    CancelPull,
    Decision,
    Event,
    NoSlot,
    NoToken,
    Restart,
    Stage,
    Wait,
)
from postwright.publishing.pace import next_poll
from postwright.publishing.protocol.endings import end, pause, void
from postwright.publishing.protocol.finished import complete, merged, until_finished
from postwright.publishing.protocol.limits import (
    ADDRESS_LIFE,
    FOR_A_PERSON,
    LONGEST_PUT,
    MAX_CANCELS,
    MAX_RETRIES,
    POLL_UNTIL,
    SETTLE,
    UNCONFIRMED_AFTER,
    UNKNOWN_IS_EARLY,
)
from postwright.publishing.protocol.pull import OUT_OF_SIGHT


def while_tracking(a: Attempt, event: Event, now: datetime) -> Decision:
    """Everything was sent, or is fetched, or nothing more can be: ask until it is known."""
    match event:
        case Status():
            return outcome(a, event, now)
        case NotKnown():
            early = a.opened_at is not None and now - a.opened_at < UNKNOWN_IS_EARLY
            return keep_looking(a, now, detail="" if early else f"{NETWORK} does not know the id")
        case NoSlot(delay=delay):
            return Decision(a, Wait(delay))
        case Refused(refusal=refusal) | NoToken(refusal=refusal) if refusal in FOR_A_PERSON:
            return Decision(a, Wait(None, hold=refusal.value, unconfirmed=True))
        case Refused(code=code):
            return keep_looking(a, now, detail=f"{NETWORK} answered {code}")
        case NoToken(detail=detail):
            return keep_looking(a, now, detail=detail)
        case Lost():
            return pause(a, event.why)
        case Cancelled() | NotCancellable():
            return Decision(replace(a, cancels=MAX_CANCELS), AskStatus())
        case _:
            return _look(a)


def _look(a: Attempt) -> Decision:
    """Ask what became of it; but first, if that was asked for and may help, to stop it."""
    if a.publish_id is None:
        return Decision(a, OUT_OF_SIGHT)
    if a.is_pull and a.cancel_requested and a.cancels < MAX_CANCELS:
        return Decision(replace(a, cancels=a.cancels + 1), CancelPull())
    return Decision(a, AskStatus())


def outcome(a: Attempt, status: Status, now: datetime) -> Decision:
    """The network has said how it stands."""
    match status.phase:
        case Phase.COMPLETE:
            return complete(a, status, now)
        case Phase.INBOX:
            inbox = replace(a, stage=Stage.DELIVERED, post_ids=merged(a, status), troubles=0)
            return until_finished(inbox, now)
        case Phase.FAILED:
            return _failed(a, status, now)
        case Phase.PROCESSING | Phase.UNKNOWN:
            return keep_looking(replace(a, stage=Stage.TRACKING, failed_at=None), now)
        case _:
            assert_never(status.phase)


def _failed(a: Attempt, status: Status, now: datetime) -> Decision:
    if status.fail_is_cancel and a.cancel_requested:
        return end(a, Stage.CANCELLED)
    if not status.fail_is_passing:
        return end(a, Stage.FAILED, status.fail_reason)
    why = f"{NETWORK} failed: {status.fail_reason}"
    if a.last_byte_at is None:
        return void(a, why)  # whatever it says of an upload that never ended: nothing can appear
    # A worker that slept may still send the last range until the address is dead for sure. Only
    # what TikTok says a while after that counts, and only if it said it before, too.
    failed_at = a.failed_at or now
    address_ends = (a.opened_at or now) + ADDRESS_LIFE + LONGEST_PUT
    settled_at = max(failed_at, address_ends) + SETTLE
    if now < settled_at:
        settling = replace(a, stage=Stage.SETTLING, failed_at=failed_at)
        return Decision(settling, Wait(settled_at - now, detail=why))
    if a.retries >= MAX_RETRIES:
        return end(a, Stage.FAILED, status.fail_reason)
    retry = replace(a, stage=Stage.FAILED, retries=a.retries + 1)
    return Decision(retry, Restart(timedelta(0), detail=why))


def keep_looking(a: Attempt, now: datetime, detail: str = "") -> Decision:
    """Nothing is known yet: look again later, and less often; after three days only by hand."""
    since = now - (a.last_byte_at or a.opened_at or now)
    looked = replace(a, polls=a.polls + 1, troubles=0)
    delay = next_poll(looked.polls, since, told=a.told) if since < POLL_UNTIL else None
    unconfirmed = since >= UNCONFIRMED_AFTER
    return Decision(looked, Wait(delay, unconfirmed=unconfirmed, detail=detail))
