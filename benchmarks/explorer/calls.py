"""How a call can end: as it should, or at the price of a fault, one of many other ways."""

from collections.abc import Iterator
from datetime import timedelta

from benchmarks.explorer import host
from benchmarks.explorer.book import Asked
from benchmarks.explorer.model import Model
from benchmarks.explorer.promises import ASKED_NOTHING
from benchmarks.explorer.state import Phase, Put, Remote, State, Turn, Upload
from benchmarks.explorer.tiktok import (
    UNANSWERED,
    find,
    half_put,
    looks,
    opened,
    put,
    replaced,
)
from benchmarks.explorer.worker import NOT_POSTED, judged, put_age, tidy, without
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
from postwright.platforms.answers import Phase as Says
from postwright.publishing.attempt import (
    Closed,
    Event,
    NoSlot,
    NoToken,
    OnHold,
    Served,
    Stage,
    Unfit,
)

Ways = Iterator[tuple[str, State]]

NO_TOKEN = NoToken(Refusal.TOKEN, "")
NEVER_SENT = Lost(sent=False)
BUSY = Refused(Refusal.RATE, "rate_limit_exceeded")
FULL = Refused(Refusal.CAP, "spam_risk_too_many_posts")
BAD_ACCOUNT = Refused(Refusal.ACCOUNT, "privacy_level_option_mismatch")
BAD_REQUEST = Refused(Refusal.REQUEST, "invalid_params")
BROKEN = Refused(Refusal.FAULT, "internal_error")
NO_TURN = NoSlot(timedelta(seconds=30))
# What the gate says before a post is checked or announced.
GATE: tuple[tuple[str, Event], ...] = (
    ("paused", OnHold("paused", "", None)),
    ("the day is full", OnHold("daily_cap", "", timedelta(hours=1))),
    ("missed, and not wanted any more", Unfit("missed", "", Stage.CANCELLED)),
)
_DELIVERED = frozenset({Stage.DELIVERED, Stage.PUBLISHED})

# The ways a call ends without anything having happened at TikTok: group, what is said, event.
WITHOUT_EFFECT: dict[str, tuple[tuple[str, str, Event], ...]] = {
    "check": (
        ("lost", "no answer", UNANSWERED),
        ("refused", "rate limit", BUSY),
        ("refused", "daily cap", FULL),
        ("refused", "the creator may not post this", Unfit("duration", "")),
    ),
    "init": (
        ("lost", "never sent", NEVER_SENT),
        ("lost", "no answer", UNANSWERED),
        ("lost", "5xx", BROKEN),
        ("refused", "rate limit", BUSY),
        ("refused", "refused for the account", BAD_ACCOUNT),
    ),
    "send": (
        ("lost", "never sent", NEVER_SENT),
        ("lost", "dropped or 5xx, before it acted", UNANSWERED),
        ("odd", "400", RangeRejected("")),
        ("odd", "416 without a number", OutOfStep(None)),
        ("odd", "404 out of the blue", AddressDead("404")),
    ),
    "ask": (
        ("lost", "no answer", UNANSWERED),
        ("lost", "5xx", BROKEN),
        ("refused", "rate limit", BUSY),
        ("odd", "the id is not known", NotKnown("invalid_publish_id")),
        ("odd", "a status nobody knows", Status(Says.UNKNOWN)),
        ("odd", "invalid_params", BAD_REQUEST),
        ("odd", "no bytes yet, it says", Status(Says.PROCESSING, 0)),
    ),
    "cancel": (
        ("lost", "never sent", NEVER_SENT),
        ("lost", "no answer", UNANSWERED),
        ("refused", "rate limit", BUSY),
        ("odd", "the id is not known", NotCancellable("invalid_publish_id")),
    ),
    "close": (),
}


def ways(m: Model, s: State, t: Turn) -> Ways:
    """Every way on for a worker that is about to call, or whose PUT has begun."""
    call = m.book.calls[t.what]
    match call.kind:
        case "check":
            yield from _check(m, s, t)
        case "init":
            yield from _init(m, s, t)
        case "opening":
            yield from _opening(m, s, t, call)
        case "ask":
            yield from _ask(m, s, t, call)
        case "close":
            yield from _close(m, s, t)
        case "cancel":
            yield from _cancel(m, s, t, call)
        case _:
            yield from _send(m, s, t, call)
    if s.left.faults and t.phase == Phase.CALL:
        yield from _without_effect(m, s, t, call.kind)


def _without_effect(m: Model, s: State, t: Turn, kind: str) -> Ways:
    for group, said, event in WITHOUT_EFFECT[kind]:
        if group in m.scenario.faults:
            yield f"{kind}: {said}", _answered(m, spent(s), t, event)
    if kind not in {"send", "close"} and "refused" in m.scenario.faults:
        yield f"{kind}: the token is refused", _answered(m, no_token(spent(s)), t, NO_TOKEN)


def _check(m: Model, s: State, t: Turn) -> Ways:
    yield "check: may post", _answered(m, s, t, CreatorReady())


def _init(m: Model, s: State, t: Turn) -> Ways:
    if not m.scenario.files:
        uploads, uid = opened(s.uploads, given_up=t.fenced_out, edition=t.edition)
        acted = s._replace(uploads=uploads)
        yield "init: opened", _answered(m, acted, t, Opened(str(uid), str(uid)))
        return
    closed = s.row.host != t.host or s.row.over in NOT_POSTED
    uploads, uid = opened(s.uploads, given_up=closed, host=t.host, edition=t.edition)
    acted = s._replace(uploads=uploads)
    if t.fenced_out and m.rules.fence:
        yield "init: acts for nobody", tidy(m, acted._replace(turns=without(s.turns, t)))
        return
    waiting = t._replace(phase=Phase.SENDING, what=m.book.call(Asked("opening", uid)))
    yield "init: acts", tidy(m, acted._replace(turns=without(s.turns, t, waiting)))


def _opening(m: Model, s: State, t: Turn, call: Asked) -> Ways:
    """An init that TikTok knows of is answered; until then it may fetch already."""
    yield "init: opened", _answered(m, s, t, Opened(str(call.uid)))
    if s.left.faults and "lost" in m.scenario.faults:
        yield "init: acts, answer lost", _answered(m, spent(s), t, UNANSWERED)
        yield "init: acts, and says 5xx", _answered(m, spent(s), t, BROKEN)


def _close(m: Model, s: State, t: Turn) -> Ways:
    after, closed = host.void(m, s, t.host)
    says = "close: void" if closed else "close: too late, it was served"
    yield says, _answered(m, after, t, Closed() if closed else Served())


def _cancel(m: Model, s: State, t: Turn, call: Asked) -> Ways:
    """As well as it goes: its answer binds TikTok to nothing."""
    upload = find(s.uploads, call.uid)
    stopped = s._replace(uploads=replaced(s.uploads, upload._replace(phase=Upload.STOPPED)))
    fetching = upload.phase == Upload.EXPECTS_BYTES
    if fetching:
        yield "cancel: stops", _answered(m, stopped, t, Cancelled())
    yield "cancel: too late, it says", _answered(m, s, t, NotCancellable("publish_not_cancellable"))
    yield "cancel: taken, and it goes on", _answered(m, s, t, Cancelled())
    if fetching and s.left.faults and "lost" in m.scenario.faults:
        yield "cancel: stops, answer lost", _answered(m, spent(stopped), t, UNANSWERED)


def _ask(m: Model, s: State, t: Turn, call: Asked) -> Ways:
    if call.uid < 0:
        yield "ask: of nothing", s._replace(broken=ASKED_NOTHING)
        return
    upload = find(s.uploads, call.uid)
    unreachable = host.waits_for_bytes(upload) and not host.may_open(m, s, upload)
    delivered = not t.fenced_out and m.book.attempts[t.memory].stage in _DELIVERED
    for look in looks(
        upload, m.size, m.scenario.habits, out_of_reach=unreachable, delivered=delivered
    ):
        seen = s if look.upload == upload else s._replace(uploads=replaced(s.uploads, look.upload))
        if look.kind != "fault":
            yield f"ask: {look.says}", _answered(m, seen, t, look.answer)
        elif s.left.faults and "fails" in m.scenario.faults:
            yield f"ask: {look.says}", _answered(m, spent(seen), t, look.answer)


def _send(m: Model, s: State, t: Turn, call: Asked) -> Ways:
    upload = find(s.uploads, call.uid)
    after, answer = put(upload, call, put_age(t), m.size, m.scenario.habits)
    acted = s if after == upload else s._replace(uploads=replaced(s.uploads, after))
    span = f"send {call.first}-{call.last}"
    acted = judged(m, acted)
    yield f"{span}: {_said(answer)}", _answered(m, acted, t, answer)
    if t.phase == Phase.CALL:
        begun = t._replace(phase=Phase.SENDING, age=0)
        yield f"{span}: begins", s._replace(turns=without(s.turns, t, begun))
    if not s.left.faults or "lost" not in m.scenario.faults:
        return
    if after != upload:
        yield f"{span}: acts, answer lost", _answered(m, spent(acted), t, UNANSWERED)
    yield from _odd_ends(m, s, t, (upload, after, answer))


def _odd_ends(m: Model, s: State, t: Turn, acted: tuple[Remote, Remote, object]) -> Ways:
    """Answers that are wrong, and ranges that arrive in part or long after their sender."""
    upload, after, answer = acted
    call = m.book.calls[t.what]
    span = f"send {call.first}-{call.last}"
    if len(s.wire) < m.scenario.wire:
        late = s._replace(wire=tuple(sorted((*s.wire, Put(t.what, put_age(t))))))
        yield f"{span}: timed out, still under way", _answered(m, spent(late), t, UNANSWERED)
    if isinstance(answer, Stored | OutOfStep) and "odd" in m.scenario.faults and not upload.killed:
        ended = s._replace(uploads=replaced(s.uploads, upload._replace(killed=True)))
        yield f"{span}: 403, for good", _answered(m, spent(ended), t, AddressDead("403"))
    if isinstance(answer, Stored) and "odd" in m.scenario.faults:
        wrong = Stored(not answer.complete, answer.received)
        changed = judged(m, s._replace(uploads=replaced(s.uploads, after)))
        name = "complete" if wrong.complete else "more to come"
        yield f"{span}: acts, but says {name}", _answered(m, spent(changed), t, wrong)
    if m.scenario.habits.keeps_parts and (half := half_put(upload, call)):
        parted = s._replace(uploads=replaced(s.uploads, half))
        yield f"{span}: breaks, half of it stays", _answered(m, spent(parted), t, UNANSWERED)


def no_token(s: State) -> State:
    """The authorisation has ended, until a person connects again."""
    return s._replace(token=False)


def spent(s: State) -> State:
    """One fault less."""
    return s._replace(left=s.left._replace(faults=s.left.faults - 1))


def _answered(m: Model, s: State, t: Turn, event: Event) -> State:
    if t.fenced_out and m.rules.fence:
        return tidy(m, s._replace(turns=without(s.turns, t)))
    heard = t._replace(phase=Phase.RECORD, what=m.book.event(event))
    return tidy(m, s._replace(turns=without(s.turns, t, heard)))


def _said(answer: object) -> str:
    match answer:
        case Stored(complete=complete, received=received):
            return f"{'201' if complete else '206'} ({received})"
        case OutOfStep(received=received):
            return f"416 ({received})"
        case AddressDead(code=code):
            return code
        case _:
            return "too late"
