"""While there is an id, and bytes are to be sent."""

from dataclasses import replace
from datetime import datetime, timedelta

from postwright.platforms.answers import (
    AddressDead,
    Lost,
    NotKnown,
    OutOfStep,
    Phase,
    RangeRejected,
    Refusal,
    Refused,
    Status,
    Stored,
)
from postwright.platforms.content import Plan
from postwright.publishing.attempt import (
    NETWORK,
    AskStatus,
    Attempt,
    Decision,
    Event,
    NoSlot,
    NoToken,
    Send,
    Stage,
    Wait,
)
from postwright.publishing.pace import next_poll
from postwright.publishing.protocol.endings import end, end_if_cancelled, pause, void
from postwright.publishing.protocol.limits import ADDRESS_LIFE, MAX_REJECTIONS
from postwright.publishing.protocol.pull import unfetched
from postwright.publishing.protocol.tracking import keep_looking, outcome


def while_open(a: Attempt, event: Event, now: datetime) -> Decision:
    """The id is stored; ranges are sent. Of a pull nothing can be fetched yet, nor ever will."""
    return unfetched(a, event) if a.is_pull else _sending(a, event, now)


def _sending(a: Attempt, event: Event, now: datetime) -> Decision:
    match event:
        case Stored():
            return _stored(a, event, now)
        case OutOfStep(received=received):
            return _out_of_step(a, received, now)
        case AddressDead():
            return Decision(replace(a, address_dead=True), AskStatus())
        case RangeRejected():
            return _rejected(a, event.why)
        case Status() | NotKnown():
            return _answered_while_open(a, event, now)
        case Refused() | NoToken() | NoSlot():
            return _cannot_ask(a, event, now)
        case Lost():
            return pause(a, event.why)
        case _:
            return _resume(a, now)


def _resume(a: Attempt, now: datetime) -> Decision:
    """Somebody takes up an open upload whose last call may or may not have worked."""
    if a.last_byte_at is not None or a.troubles:
        return Decision(a, AskStatus())
    return send(a, now)


def send(a: Attempt, now: datetime) -> Decision:
    """Send the next range, while its address lives and nobody wants it stopped."""
    if a.last_byte_at is None and (cancelled := end_if_cancelled(a)):
        return cancelled
    if a.address_dead or (a.opened_at is not None and now - a.opened_at >= ADDRESS_LIFE):
        return Decision(replace(a, address_dead=True), AskStatus())
    if a.plan.is_last(a.offset) and a.last_byte_at is None:
        a = replace(a, last_byte_at=now)
    return Decision(a, Send(a.offset))


def _stored(a: Attempt, event: Stored, now: datetime) -> Decision:
    _, last = a.plan.range_at(a.offset)
    if event.complete and last == a.plan.size_bytes - 1:
        return _arrived(a, now)
    if event.complete or last == a.plan.size_bytes - 1:
        # "Complete" too early, or "more to come" after the end: only the status can tell.
        return _doubt(a, f"{NETWORK} disagrees on where the file ends")
    if event.received is not None and event.received not in {last, last + 1}:
        return _out_of_step(a, event.received, now)
    return send(replace(a, offset=last + 1, troubles=0, rejections=0), now)


def _arrived(a: Attempt, now: datetime) -> Decision:
    there = replace(
        a,
        stage=Stage.TRACKING,
        offset=a.plan.size_bytes,
        last_byte_at=a.last_byte_at or now,
        polls=0,
        troubles=0,
    )
    return Decision(there, Wait(next_poll(0, timedelta(0), told=a.told)))


def _out_of_step(a: Attempt, received: int | None, now: datetime) -> Decision:
    """Go on from what the network says it has, a count by its docs and perhaps a last index."""
    if received is None:
        return _doubt(a, f"{NETWORK} refuses the range and does not say what it has")
    if a.last_byte_at is not None and received >= a.plan.size_bytes - 1:
        return _arrived(a, now)
    offset = _boundary(a.plan, received)
    if offset == a.offset:
        return pause(a, f"{NETWORK} has {received} bytes and refuses the ones after them")
    return send(replace(a, offset=offset), now)


def _doubt(a: Attempt, why: str) -> Decision:
    """Ask, but not in a circle: a second doubt without progress in between waits first."""
    if a.troubles:
        return pause(a, why)
    return Decision(replace(a, troubles=1), AskStatus())


def _boundary(plan: Plan, received: int) -> int:
    """The count that `received` means: itself, or one more if that ends a range."""
    if received % plan.chunk_bytes != 0 and (received + 1) % plan.chunk_bytes == 0:
        received += 1
    # "Everything" needs better proof than a number: the last range is sent again for it.
    return received if 0 <= received < plan.size_bytes - 1 else plan.last_start


def _rejected(a: Attempt, why: str) -> Decision:
    a = replace(a, rejections=a.rejections + 1)
    if a.rejections >= MAX_REJECTIONS and a.last_byte_at is None:
        return end(a, Stage.FAILED, "upload_rejected", why)
    return pause(a, why)


def _answered_while_open(a: Attempt, event: Status | NotKnown, now: datetime) -> Decision:
    if isinstance(event, Status) and event.phase not in {Phase.PROCESSING, Phase.UNKNOWN}:
        return outcome(a, event, now)
    received = event.received if isinstance(event, Status) else None
    if a.last_byte_at is not None and received == a.plan.size_bytes:
        return _arrived(a, now)
    if not a.address_dead:
        if received is None:
            # The last range may or may not be there; sending it again can not do harm.
            return send(a, now)
        return send(replace(a, offset=_boundary(a.plan, received)), now)
    if a.last_byte_at is None:
        return void(a, "the upload address ended before the last byte was sent")
    # The last byte went out, the address is gone: nothing to send, nothing proven. Track it.
    return keep_looking(replace(a, stage=Stage.TRACKING), now)


def _cannot_ask(a: Attempt, event: Refused | NoToken | NoSlot, now: datetime) -> Decision:
    """The status can not be had now. Sending needs no token, so an open address can be used."""
    if isinstance(event, NoSlot):
        return Decision(a, Wait(event.delay))
    if isinstance(event, Refused) and event.refusal in {Refusal.RATE, Refusal.FAULT}:
        return pause(a, event.code)
    if not a.address_dead:
        return send(a, now)
    if a.last_byte_at is None:
        return void(a, "the upload address ended before the last byte was sent")
    return keep_looking(replace(a, stage=Stage.TRACKING), now)
