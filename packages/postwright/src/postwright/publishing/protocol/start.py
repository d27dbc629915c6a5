"""Before the network has told an id: checked, announced, held."""

from dataclasses import replace
from datetime import datetime, timedelta

from postwright.platforms.answers import CreatorReady, Lost, Opened, Refusal, Refused
from postwright.publishing.attempt import (
    NETWORK,
    Attempt,
    CheckCreator,
    Closed,
    Decision,
    Event,
    Init,
    NoSlot,
    NoToken,
    OnHold,
    Served,
    Stage,
    Unfit,
    Wait,
)
from postwright.publishing.pace import backoff, crowded
from postwright.publishing.protocol.endings import end, end_if_cancelled, void
from postwright.publishing.protocol.limits import CHECK_IS_FRESH
from postwright.publishing.protocol.pull import give_up, let_fetch, out_of_sight
from postwright.publishing.protocol.sending import send


def while_ready(a: Attempt, event: Event, now: datetime) -> Decision:
    """Nothing was asked of the network, or only whether the creator may post."""
    match event:
        case Refused() | NoToken() | NoSlot() | OnHold():
            return _not_started(a, event)
        case Unfit():
            return end(a, event.stage, event.code, event.detail)
        case Lost():
            return _unreachable(a, event.why)
        case CreatorReady():
            return _announce(replace(a, checked_at=now, troubles=0), now)
        case _:
            if a.checked_at is None or now - a.checked_at > CHECK_IS_FRESH:
                return end_if_cancelled(a) or Decision(a, CheckCreator())
            return _announce(a, now)


def _announce(a: Attempt, now: datetime) -> Decision:
    announced = replace(a, stage=Stage.INTENT, announced_at=now)
    return end_if_cancelled(a) or Decision(announced, Init())


def while_announced(a: Attempt, event: Event, now: datetime) -> Decision:
    """An init may be on its way, or has been answered to somebody who is gone."""
    unannounced = replace(a, stage=Stage.READY, announced_at=None)
    match event:
        case Opened():
            opened = replace(
                a,
                stage=Stage.OPEN,
                publish_id=event.publish_id,
                upload_url=event.upload_url or None,
                opened_at=now,
                troubles=0,
            )
            return let_fetch(opened) if a.is_pull else send(opened, now)
        case Refused(refusal=Refusal.FAULT):
            return give_up(a, f"{NETWORK} answered {event.code}")
        case Refused() | NoToken() | NoSlot() | OnHold():
            return _not_started(unannounced, event)
        case Unfit():
            return end(unannounced, event.stage, event.code, event.detail)
        case Lost(sent=False):
            return _unreachable(unannounced, event.why)
        case Lost():
            return give_up(a, "the answer to init was lost")
        case Closed():
            return void(a, "the answer to init was lost")
        case Served():
            return out_of_sight(a, now)
        case _:
            # Whoever announced it is gone. No byte was sent: the address was never stored.
            return give_up(a, "the answer to init was never stored")


def _not_started(a: Attempt, event: Refused | NoToken | NoSlot | OnHold) -> Decision:
    """Nothing was announced, and nothing will be before something changes."""
    match event:
        case NoSlot(delay=delay):
            return Decision(a, Wait(delay, hold=Refusal.RATE.value))
        case OnHold(reason=reason, detail=detail, delay=delay):
            return end_if_cancelled(a) or Decision(a, Wait(delay, hold=reason, detail=detail))
        case NoToken(refusal=refusal, detail=detail):
            return _held(a, refusal, detail)
        case Refused(refusal=refusal):
            if refusal in {Refusal.REQUEST, Refusal.ACCOUNT}:
                return end(a, Stage.FAILED, event.code, event.message)
            if refusal is Refusal.FAULT:
                return _unreachable(a, f"{NETWORK} answered {event.code}")
            return _held(a, refusal, event.message or event.code, event.retry_after)


def _unreachable(a: Attempt, why: str) -> Decision:
    if a.cancel_requested:
        return end(a, Stage.CANCELLED)
    troubled = replace(a, troubles=a.troubles + 1)
    return Decision(troubled, Wait(backoff(a.troubles), hold="unreachable", detail=why))


def _held(
    a: Attempt, refusal: Refusal, detail: str, retry_after: timedelta | None = None
) -> Decision:
    if a.cancel_requested:
        return end(a, Stage.CANCELLED)
    delay: timedelta | None
    match refusal:
        case Refusal.RATE:
            # Our own slots keep to the limit, so others count there too, or it is lower now.
            a = replace(a, troubles=a.troubles + 1)
            delay = retry_after or crowded(a.troubles)
        case Refusal.CAP | Refusal.DRAFTS | Refusal.USERS:
            delay = retry_after or timedelta(hours=1)
        case _:
            delay = None  # connecting again wakes it
    return Decision(a, Wait(delay, hold=refusal.value, detail=detail))
