# lint: file-size - one idea, to be read and checked in one piece
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

Source: docs/explanation/exactly-once.md.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from postwright.platforms.answers import (
    AddressDead,
    Cancelled,
    CreatorReady,
    Lost,
    NotCancellable,
    NotKnown,
    Opened,
    OutOfStep,
    Phase,
    RangeRejected,
    Refusal,
    Refused,
    Status,
    Stored,
)
from postwright.platforms.content import Mode, Plan
from postwright.publishing.attempt import (
    NETWORK,
    AskStatus,
    Attempt,
    CancelPull,
    CheckCreator,
    Close,
    Closed,
    Decision,
    End,
    Event,
    Init,
    NoSlot,
    NoToken,
    OnHold,
    Restart,
    Send,
    Served,
    Stage,
    Unfit,
    Wait,
    Woke,
)
from postwright.publishing.pace import backoff, crowded, next_look, next_poll

ADDRESS_LIFE = timedelta(hours=1)
LONGEST_PUT = timedelta(minutes=20)
# Ten minutes that TikTok is given to change its mind, and the longest call at either end of them.
SETTLE = timedelta(minutes=15)
UNKNOWN_IS_EARLY = timedelta(minutes=10)
UNCONFIRMED_AFTER = timedelta(hours=24)
POLL_UNTIL = timedelta(hours=72)
CHECK_IS_FRESH = timedelta(minutes=5)
MAX_RETRIES = 2
MAX_VOIDS = 50
MAX_REJECTIONS = 5
MAX_CANCELS = 3
FOR_A_PERSON = frozenset({Refusal.TOKEN, Refusal.REVOKED, Refusal.SCOPE})


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
    match attempt.stage:
        case Stage.READY:
            return _ready(attempt, event, now)
        case Stage.INTENT:
            return _intent(attempt, event, now)
        case Stage.OPEN:
            return _open(attempt, event, now)
        case Stage.TRACKING | Stage.SETTLING:
            return _tracking(attempt, event, now)
        case Stage.DELIVERED:
            return _delivered(attempt, event, now)
        case Stage.PUBLISHED:
            return _published(attempt, event, now)
        case Stage.VOID | Stage.FAILED | Stage.CANCELLED:
            return Decision(attempt, End(attempt.stage))
        case _:
            assert_never(attempt.stage)


# -- before anything was announced -------------------------------------------------------------


def _ready(a: Attempt, event: Event, now: datetime) -> Decision:
    match event:
        case Refused() | NoToken() | NoSlot() | OnHold():
            return _not_started(a, event)
        case Unfit():
            return _end(a, event.stage, event.code, event.detail)
        case Lost():
            return _unreachable(a, event.why)
        case CreatorReady():
            return _announce(replace(a, checked_at=now, troubles=0), now)
        case _:
            if a.checked_at is None or now - a.checked_at > CHECK_IS_FRESH:
                return _end_if_cancelled(a) or Decision(a, CheckCreator())
            return _announce(a, now)


def _announce(a: Attempt, now: datetime) -> Decision:
    announced = replace(a, stage=Stage.INTENT, announced_at=now)
    return _end_if_cancelled(a) or Decision(announced, Init())


def _intent(a: Attempt, event: Event, now: datetime) -> Decision:
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
            return _let_fetch(opened) if a.is_pull else _send(opened, now)
        case Refused(refusal=Refusal.FAULT):
            return _give_up(a, f"{NETWORK} answered {event.code}")
        case Refused() | NoToken() | NoSlot() | OnHold():
            return _not_started(unannounced, event)
        case Unfit():
            return _end(unannounced, event.stage, event.code, event.detail)
        case Lost(sent=False):
            return _unreachable(unannounced, event.why)
        case Lost():
            return _give_up(a, "the answer to init was lost")
        case Closed():
            return _void(a, "the answer to init was lost")
        case Served():
            return _out_of_sight(a, now)
        case _:
            # Whoever announced it is gone. No byte was sent: the address was never stored.
            return _give_up(a, "the answer to init was never stored")


def _give_up(a: Attempt, detail: str) -> Decision:
    """An init without an answer: harmless, once nothing can be sent or fetched for it."""
    return Decision(a, Close()) if a.is_pull else _void(a, detail)


def _let_fetch(opened: Attempt) -> Decision:
    """The network fetches by itself as soon as the record opens the addresses."""
    if opened.cancel_requested:
        return Decision(opened, Close())
    since = opened.opened_at
    fetched = replace(opened, stage=Stage.TRACKING, last_byte_at=since, polls=0)
    return Decision(fetched, Wait(next_poll(0, timedelta(0), told=opened.told)))


def _out_of_sight(a: Attempt, now: datetime) -> Decision:
    """Something of it was fetched, and nobody knows the id: only a person can find out more."""
    gone = replace(a, stage=Stage.TRACKING, last_byte_at=a.announced_at or now)
    return Decision(gone, _FOR_A_PERSON)


_FOR_A_PERSON = Wait(
    None,
    hold="unconfirmed",
    unconfirmed=True,
    detail=f"{NETWORK} fetched the files, but its answer with the id was lost",
)


def _not_started(a: Attempt, event: Refused | NoToken | NoSlot | OnHold) -> Decision:
    """Nothing was announced, and nothing will be before something changes."""
    match event:
        case NoSlot(delay=delay):
            return Decision(a, Wait(delay, hold=Refusal.RATE.value))
        case OnHold(reason=reason, detail=detail, delay=delay):
            return _end_if_cancelled(a) or Decision(a, Wait(delay, hold=reason, detail=detail))
        case NoToken(refusal=refusal, detail=detail):
            return _held(a, refusal, detail)
        case Refused(refusal=refusal):
            if refusal in {Refusal.REQUEST, Refusal.ACCOUNT}:
                return _end(a, Stage.FAILED, event.code, event.message)
            if refusal is Refusal.FAULT:
                return _unreachable(a, f"{NETWORK} answered {event.code}")
            return _held(a, refusal, event.message or event.code, event.retry_after)


def _unreachable(a: Attempt, why: str) -> Decision:
    if a.cancel_requested:
        return _end(a, Stage.CANCELLED)
    troubled = replace(a, troubles=a.troubles + 1)
    return Decision(troubled, Wait(backoff(a.troubles), hold="unreachable", detail=why))


def _held(
    a: Attempt, refusal: Refusal, detail: str, retry_after: timedelta | None = None
) -> Decision:
    if a.cancel_requested:
        return _end(a, Stage.CANCELLED)
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


# -- while bytes are sent ----------------------------------------------------------------------


def _open(a: Attempt, event: Event, now: datetime) -> Decision:
    return _unfetched(a, event) if a.is_pull else _sending(a, event, now)


def _unfetched(a: Attempt, event: Event) -> Decision:
    """The id came after the cancel: the addresses have not been opened, and never will be."""
    match event:
        case Closed():
            return _end(a, Stage.CANCELLED)
        case Served():
            fetched = replace(a, stage=Stage.TRACKING, last_byte_at=a.opened_at, cancels=1)
            return Decision(fetched, CancelPull())
        case _:
            return Decision(a, Close())


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
            return _pause(a, event.why)
        case _:
            return _resume(a, now)


def _resume(a: Attempt, now: datetime) -> Decision:
    """Somebody takes up an open upload whose last call may or may not have worked."""
    if a.last_byte_at is not None or a.troubles:
        return Decision(a, AskStatus())
    return _send(a, now)


def _send(a: Attempt, now: datetime) -> Decision:
    if a.last_byte_at is None and (cancelled := _end_if_cancelled(a)):
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
    return _send(replace(a, offset=last + 1, troubles=0, rejections=0), now)


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
        return _pause(a, f"{NETWORK} has {received} bytes and refuses the ones after them")
    return _send(replace(a, offset=offset), now)


def _doubt(a: Attempt, why: str) -> Decision:
    """Ask, but not in a circle: a second doubt without progress in between waits first."""
    if a.troubles:
        return _pause(a, why)
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
        return _end(a, Stage.FAILED, "upload_rejected", why)
    return _pause(a, why)


def _answered_while_open(a: Attempt, event: Status | NotKnown, now: datetime) -> Decision:
    if isinstance(event, Status) and event.phase not in {Phase.PROCESSING, Phase.UNKNOWN}:
        return _outcome(a, event, now)
    received = event.received if isinstance(event, Status) else None
    if a.last_byte_at is not None and received == a.plan.size_bytes:
        return _arrived(a, now)
    if not a.address_dead:
        if received is None:
            # The last range may or may not be there; sending it again can not do harm.
            return _send(a, now)
        return _send(replace(a, offset=_boundary(a.plan, received)), now)
    if a.last_byte_at is None:
        return _void(a, "the upload address ended before the last byte was sent")
    # The last byte went out, the address is gone: nothing to send, nothing proven. Track it.
    return _keep_looking(replace(a, stage=Stage.TRACKING), now)


def _cannot_ask(a: Attempt, event: Refused | NoToken | NoSlot, now: datetime) -> Decision:
    """The status can not be had now. Sending needs no token, so an open address can be used."""
    if isinstance(event, NoSlot):
        return Decision(a, Wait(event.delay))
    if isinstance(event, Refused) and event.refusal in {Refusal.RATE, Refusal.FAULT}:
        return _pause(a, event.code)
    if not a.address_dead:
        return _send(a, now)
    if a.last_byte_at is None:
        return _void(a, "the upload address ended before the last byte was sent")
    return _keep_looking(replace(a, stage=Stage.TRACKING), now)


# -- after the last byte -----------------------------------------------------------------------


def _tracking(a: Attempt, event: Event, now: datetime) -> Decision:
    match event:
        case Status():
            return _outcome(a, event, now)
        case NotKnown():
            early = a.opened_at is not None and now - a.opened_at < UNKNOWN_IS_EARLY
            return _keep_looking(a, now, detail="" if early else f"{NETWORK} does not know the id")
        case NoSlot(delay=delay):
            return Decision(a, Wait(delay))
        case Refused(refusal=refusal) | NoToken(refusal=refusal) if refusal in FOR_A_PERSON:
            return Decision(a, Wait(None, hold=refusal.value, unconfirmed=True))
        case Refused(code=code):
            return _keep_looking(a, now, detail=f"{NETWORK} answered {code}")
        case NoToken(detail=detail):
            return _keep_looking(a, now, detail=detail)
        case Lost():
            return _pause(a, event.why)
        case Cancelled() | NotCancellable():
            return Decision(replace(a, cancels=MAX_CANCELS), AskStatus())
        case _:
            return _look(a)


def _look(a: Attempt) -> Decision:
    """Ask what became of it; but first, if that was asked for and may help, to stop it."""
    if a.publish_id is None:
        return Decision(a, _FOR_A_PERSON)
    if a.is_pull and a.cancel_requested and a.cancels < MAX_CANCELS:
        return Decision(replace(a, cancels=a.cancels + 1), CancelPull())
    return Decision(a, AskStatus())


def _outcome(a: Attempt, status: Status, now: datetime) -> Decision:
    match status.phase:
        case Phase.COMPLETE:
            done = replace(a, stage=Stage.PUBLISHED, post_ids=_merged(a, status), troubles=0)
            return _after_publishing(done, now)
        case Phase.INBOX:
            inbox = replace(a, stage=Stage.DELIVERED, post_ids=_merged(a, status), troubles=0)
            return _until_finished(inbox, now)
        case Phase.FAILED:
            return _failed(a, status, now)
        case Phase.PROCESSING | Phase.UNKNOWN:
            return _keep_looking(replace(a, stage=Stage.TRACKING, failed_at=None), now)
        case _:
            assert_never(status.phase)


def _failed(a: Attempt, status: Status, now: datetime) -> Decision:
    if status.fail_is_cancel and a.cancel_requested:
        return _end(a, Stage.CANCELLED)
    if not status.fail_is_passing:
        return _end(a, Stage.FAILED, status.fail_reason)
    why = f"{NETWORK} failed: {status.fail_reason}"
    if a.last_byte_at is None:
        return _void(a, why)  # whatever it says of an upload that never ended: nothing can appear
    # A worker that slept may still send the last range until the address is dead for sure. Only
    # what TikTok says a while after that counts, and only if it said it before, too.
    failed_at = a.failed_at or now
    address_ends = (a.opened_at or now) + ADDRESS_LIFE + LONGEST_PUT
    settled_at = max(failed_at, address_ends) + SETTLE
    if now < settled_at:
        settling = replace(a, stage=Stage.SETTLING, failed_at=failed_at)
        return Decision(settling, Wait(settled_at - now, detail=why))
    if a.retries >= MAX_RETRIES:
        return _end(a, Stage.FAILED, status.fail_reason)
    retry = replace(a, stage=Stage.FAILED, retries=a.retries + 1)
    return Decision(retry, Restart(timedelta(0), detail=why))


def _keep_looking(a: Attempt, now: datetime, detail: str = "") -> Decision:
    since = now - (a.last_byte_at or a.opened_at or now)
    looked = replace(a, polls=a.polls + 1, troubles=0)
    delay = next_poll(looked.polls, since, told=a.told) if since < POLL_UNTIL else None
    unconfirmed = since >= UNCONFIRMED_AFTER
    return Decision(looked, Wait(delay, unconfirmed=unconfirmed, detail=detail))


def _merged(a: Attempt, status: Status) -> tuple[str, ...]:
    """A draft may give several posts, and a post that is hidden loses its id: none is forgotten."""
    return (*a.post_ids, *(known for known in status.post_ids if known not in a.post_ids))


def _delivered(a: Attempt, event: Event, now: datetime) -> Decision:
    """The draft lies in the inbox. When the person finishes it, it is published after all."""
    match event:
        case Status(phase=Phase.COMPLETE):
            return _outcome(a, event, now)
        case Status(phase=Phase.FAILED):
            return Decision(a, End(Stage.DELIVERED, event.fail_reason))
        case Woke():
            return Decision(a, AskStatus())
        case NoSlot(delay=delay):
            return Decision(a, Wait(delay))
        case _:
            return _until_finished(a, now)


def _until_finished(a: Attempt, now: datetime) -> Decision:
    since = now - (a.last_byte_at or now)
    if since >= POLL_UNTIL:
        return Decision(a, End(Stage.DELIVERED))
    return Decision(replace(a, polls=a.polls + 1), Wait(next_look(since, told=a.told)))


def _published(a: Attempt, event: Event, now: datetime) -> Decision:
    """The post is out; what is missing is its public id, which comes after moderation."""
    match event:
        case Status():
            return _after_publishing(replace(a, post_ids=_merged(a, event)), now)
        case Woke():
            return Decision(a, End(Stage.PUBLISHED) if _is_told_all(a) else AskStatus())
        case NoSlot(delay=delay):
            return Decision(a, Wait(delay))
        case _:
            return _after_publishing(a, now)


def _is_told_all(a: Attempt) -> bool:
    """Whether there is nothing more to learn. Of a draft it is never known."""
    return a.mode is Mode.DIRECT and (bool(a.post_ids) or not a.expects_id)


def _after_publishing(a: Attempt, now: datetime) -> Decision:
    since = now - (a.last_byte_at or now)
    if _is_told_all(a) or since >= POLL_UNTIL:
        return Decision(a, End(Stage.PUBLISHED))
    looked = replace(a, polls=a.polls + 1)
    if a.mode is Mode.DRAFT:
        return Decision(looked, Wait(next_look(since, told=a.told)))
    return Decision(looked, Wait(next_poll(looked.polls, since, told=a.told)))


# -- endings -----------------------------------------------------------------------------------


def _end(a: Attempt, stage: Stage, reason: str = "", detail: str = "") -> Decision:
    return Decision(replace(a, stage=stage), End(stage, reason, detail))


def _end_if_cancelled(a: Attempt) -> Decision | None:
    return _end(a, Stage.CANCELLED) if a.cancel_requested else None


def _void(a: Attempt, detail: str) -> Decision:
    if a.cancel_requested:
        return _end(a, Stage.CANCELLED)
    if a.voids >= MAX_VOIDS:
        return _end(a, Stage.FAILED, "no_upload_completed", detail)
    void = replace(a, stage=Stage.VOID, voids=a.voids + 1)
    return Decision(void, Restart(backoff(a.voids), detail))


def _pause(a: Attempt, detail: str) -> Decision:
    """The same again, a little later: nothing was decided by what happened."""
    if a.cancel_requested and a.last_byte_at is None:
        return _end(a, Stage.CANCELLED)
    troubled = replace(a, troubles=a.troubles + 1)
    return Decision(troubled, Wait(backoff(a.troubles), detail=detail))


def next_attempt(a: Attempt) -> Attempt:
    """What follows an attempt that ended in `Restart`: the same content, from the start."""
    return Attempt(
        plan=a.plan,
        source=a.source,
        mode=a.mode,
        told=a.told,
        expects_id=a.expects_id,
        cancel_requested=a.cancel_requested,
        voids=a.voids,
        retries=a.retries,
    )
