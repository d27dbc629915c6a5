"""The record step: what was decided becomes durable in one transaction, or is refused."""

from benchmarks.explorer import host
from benchmarks.explorer.book import NOW, Told
from benchmarks.explorer.model import Model
from benchmarks.explorer.promises import (
    FORGOTTEN,
    NO_DRAFT,
    NO_PROOF,
    NOT_WATCHED,
    NUDGE_LOST,
    OVERWRITTEN,
    TOO_MANY,
    TRACKED_EARLY,
    UNASKED_FOR,
    UNWANTED,
)
from benchmarks.explorer.state import NONE, Cancel, Lane, Lease, Phase, Row, State, Turn, Upload
from benchmarks.explorer.tiktok import expects_bytes
from benchmarks.explorer.worker import (
    MOST_RETRIES,
    NOT_POSTED,
    go_on,
    judged,
    let_go,
    outlives,
    taken_up,
    tidy,
    without,
    woken,
)
from postwright.platforms.answers import Opened, Status
from postwright.platforms.answers import Phase as Says
from postwright.publishing.attempt import Event, Stage, Unfit
from postwright.publishing.protocol import POLL_UNTIL

_UNDECIDED = frozenset({Stage.TRACKING, Stage.SETTLING})
_LAST = frozenset({"restart", "end"})


def record(m: Model, s: State, t: Turn) -> State:
    """One transaction: decide, and store what was decided if the fence still holds."""
    if (refused := _refused(m, s, t)) is not None:
        return refused
    told = decided(m, t)
    row = s.row
    if row.over or t.number != row.number:
        return _record_elsewhere(m, s, t, told)
    if untrue := _untrue(m, s, t, told):
        return s._replace(broken=untrue)
    s = _on_record(m, s, t)
    if told.lane == Lane.TRACK and row.lane == Lane.START and _could_send(m, s, told):
        return s._replace(broken=TRACKED_EARLY)
    if _is_fetched(m, t, told):
        opened = host.release(s, row.host)
        if opened is None:
            return let_go(m, s, t, row)
        s = opened
    match told.kind:
        case "call":
            return _record_call(m, s, t, told)
        case "wait":
            return _wait(m, s, t, told)
        case "restart":
            return _restart(m, s, t, told)
        case _:
            return _over(m, s, t, told)


def _refused(m: Model, s: State, t: Turn) -> State | None:
    """Nothing is stored if the lease ran out, or if people have changed what it rests on."""
    row = s.row
    if m.rules.lease_at_record and s.lease != Lease.RUNNING and not outlives(row, t):
        return tidy(m, s._replace(turns=without(s.turns, t)))
    if _must_look_again(m, row, t):
        return _look_again(m, s, t)
    if outlives(row, t):
        return s._replace(broken=OVERWRITTEN)
    if t.ended and m.rules.live_check:
        return let_go(m, s, t, row)
    if row.nudged and not row.over and decided(m, t).kind in _LAST:
        return _overtaken(m, s, t)
    return None


def _overtaken(m: Model, s: State, t: Turn) -> State:
    """A nudge came during the look after which nobody would look any more."""
    if not m.rules.last_look_again:
        return s._replace(broken=NUDGE_LOST)
    return _look_again(m, s._replace(row=s.row._replace(nudged=False)), t)


def decided(m: Model, t: Turn) -> Told:
    """What the protocol says to what this worker knows."""
    return m.book.decide(t.memory, t.what, t.age if m.rules.age_of_answers else 0)


def barred(m: Model, s: State, t: Turn, event: Event) -> State:
    """No token or no slot for the call that was decided on: nothing is recorded, it goes on."""
    told = decided(m, t)
    on = t._replace(memory=told.memory, what=m.book.event(event), age=0)
    row = s.row._replace(nudged=False)  # the status was not asked, so it still will be
    return tidy(m, s._replace(row=row, turns=without(s.turns, t, on)))


def _record_call(m: Model, s: State, t: Turn, told: Told) -> State:
    stored = told.attempt if m.rules.store_first else m.book.flagged(t.memory, cancel=False)
    kind, addresses = m.book.calls[told.call].kind, t.host
    if kind == "init" and s.row.cancel and m.rules.compare_cancel:
        return s._replace(broken=UNWANTED)
    if kind == "init" and m.scenario.files:
        s, addresses = host.issue(m, s, s.row.host)
    nudged = s.row.nudged and kind != "ask"
    row = s.row._replace(attempt=stored, host=addresses, nudged=nudged)
    going = t._replace(
        memory=told.memory, phase=Phase.CALL, what=told.call, age=0, host=addresses, ended=False
    )
    return go_on(m, s, t, going, row)


def _wait(m: Model, s: State, t: Turn, told: Told) -> State:
    row = _waiting(s.row, told)
    if s.row.nudged and row.lane == Lane.TRACK and row.due != 0:
        if not m.rules.keep_nudge:
            return s._replace(broken=NUDGE_LOST)
        row = row._replace(due=0)
    return let_go(m, s, t, row)


def _waiting(row: Row, told: Told) -> Row:
    return row._replace(
        attempt=told.attempt,
        lane=told.lane,
        due=told.due,
        hold=told.hold,
        unconfirmed=told.unconfirmed or (row.unconfirmed and told.stage in _UNDECIDED),
        nudged=False,
    )


def _restart(m: Model, s: State, t: Turn, told: Told) -> State:
    number = s.row.number if m.rules.fence else s.row.number + 1
    row = _waiting(s.row, told)
    retried = row.retried + (m.book.attempts[told.attempt].last_byte_at is not None)
    if retried > MOST_RETRIES:
        return s._replace(broken=TOO_MANY)
    row = row._replace(
        attempt=told.following,
        number=number,
        lane=Lane.START,
        retried=retried,
        host=NONE if m.rules.own_addresses else row.host,
        cancel=Cancel.FIRM if row.cancel else Cancel.NONE,
    )
    return judged(m, let_go(m, _all_given_up(s), t, row))


def _over(m: Model, s: State, t: Turn, told: Told) -> State:
    if told.over == "cancelled" and not s.row.cancel and not _is_unfit(m, t):
        return s._replace(broken=UNASKED_FOR)
    if told.over in NOT_POSTED:
        s = _all_given_up(s)
    elif _learns_more(m, t, told):
        return s._replace(broken=NOT_WATCHED)
    if told.over in NOT_POSTED:
        revived = bool(s.left.minds)
    else:
        revived = bool(s.left.nudges) and _is_revived(m, told)
    row = s.row._replace(
        attempt=told.attempt if revived else NONE, over=told.over, due=0, hold="", nudged=False
    )
    return judged(m, let_go(m, s, t, row))


def _is_unfit(m: Model, t: Turn) -> bool:
    return isinstance(m.book.events[t.what], Unfit)


def _learns_more(m: Model, t: Turn, told: Told) -> bool:
    """Whether it is ended while it is young, and something may come that is not known yet."""
    a, event = m.book.attempts[told.memory], m.book.events[t.what]
    if isinstance(event, Status) and event.phase is Says.FAILED:
        return False
    young = a.last_byte_at is not None and NOW - a.last_byte_at < POLL_UNTIL
    return young and (m.scenario.draft or (a.expects_id and not a.post_ids))


def _is_revived(m: Model, told: Told) -> bool:
    """Whether a webhook has it looked at again after its end."""
    return m.scenario.draft or not told.post_ids


def _on_record(m: Model, s: State, t: Turn) -> State:
    """Whether the last thing on record about the upload is that it failed."""
    event = m.book.events[t.what]
    if not isinstance(event, Status) or event.phase not in {Says.FAILED, Says.PROCESSING}:
        return s
    uid, failed = m.book.uid(t.memory), event.phase is Says.FAILED
    uploads = (u._replace(told_failed=failed) if u.uid == uid else u for u in s.uploads)
    return s._replace(uploads=tuple(uploads))


def _could_send(m: Model, s: State, told: Told) -> bool:
    attempt = m.book.attempts[told.attempt]
    tracked = attempt.stage is Stage.TRACKING and not attempt.address_dead
    return tracked and any(expects_bytes(u) for u in s.uploads if u.uid == m.book.uid(told.attempt))


def _all_given_up(s: State) -> State:
    return s._replace(uploads=tuple(u._replace(given_up=True) for u in s.uploads))


def _record_elsewhere(m: Model, s: State, t: Turn, told: Told) -> State:
    """Without fences a zombie writes to an attempt that is closed, and goes on."""
    if told.kind != "call":
        return tidy(m, s._replace(turns=without(s.turns, t)))
    going = t._replace(memory=told.memory, phase=Phase.CALL, what=told.call)
    return tidy(m, s._replace(turns=without(s.turns, t, going)))


def _untrue(m: Model, s: State, t: Turn, told: Told) -> str:
    """The promise that is broken by what is to be said of it, or nothing."""
    there = {u.phase for u in s.uploads}
    if told.stage is Stage.PUBLISHED and Upload.POSTED not in there:
        return NO_PROOF
    if told.stage is Stage.DELIVERED and not there & {Upload.INBOX, Upload.POSTED}:
        return NO_DRAFT
    before = m.book.attempts[t.memory].post_ids
    return "" if set(before) <= set(told.post_ids) else FORGOTTEN


def _is_fetched(m: Model, t: Turn, told: Told) -> bool:
    """Whether this is what opens the addresses."""
    a, before = m.book.attempts[told.memory], m.book.attempts[t.memory]
    fetched = a.is_pull and a.stage is Stage.TRACKING and a.publish_id is not None
    return fetched and before.stage in {Stage.INTENT, Stage.OPEN}


def _look_again(m: Model, s: State, t: Turn) -> State:
    """What a person has changed is read; an id that was told once is not forgotten."""
    if s.row.over or s.row.is_stopped:
        return let_go(m, s, t, s.row)
    row = taken_up(m, s.row)
    again = woken(m, row, fenced_out=t.fenced_out)
    if isinstance(m.book.events[t.what], Opened) and not t.ended:
        again = again._replace(what=t.what, age=t.age)
    return go_on(m, s, t, again, row)


def _must_look_again(m: Model, row: Row, t: Turn) -> bool:
    """Whether a cancel or an edit that is stored is news to this worker, and not too late."""
    if not row.cancel and row.edition == t.edition:
        return False
    known = m.book.attempts[t.memory]
    if known.last_byte_at is not None:
        return False
    cancelled = row.cancel and not known.cancel_requested and m.rules.compare_cancel
    return bool(cancelled) or (row.edition != t.edition and m.rules.compare_edition)
