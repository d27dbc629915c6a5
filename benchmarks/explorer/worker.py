"""A worker's turn: claim, decide and record under the fence, call, and again.

What a worker may do once it is fenced out is to make the one call it was about to make, or had
begun; its record is refused. Only a PUT of those can change anything (nobody learns the address
of an upload whose `init` answer is dropped), so of a fenced-out turn only a PUT is kept.
"""

from benchmarks.explorer.book import Told
from benchmarks.explorer.model import Model
from benchmarks.explorer.state import Lane, Lease, Phase, Put, Row, State, Turn, Upload
from benchmarks.explorer.tiktok import can_post, expects_bytes, find, forget, is_pointless
from postwright.platforms.answers import Phase as Says
from postwright.platforms.answers import Status
from postwright.publishing.attempt import Event, Stage, Woke

TWO_POSTS = "two posts"
NO_PROOF = "published, but there is no post"
LOST_POST = "failed or cancelled, but there is a post, or can be"
GIVEN_UP = "an attempt was given up that is a post, or can become one"
TRACKED_EARLY = "tracked, though bytes are missing and their address lives"
TOO_MANY = "a third automatic retry"
MOST_RETRIES = 2
CANCELLED = "a cancel was accepted, and a post appears"
WORKERS = 2
NOT_POSTED = frozenset({"failed", "cancelled"})


def claim(m: Model, s: State) -> State | None:
    """A free worker takes the lane: a new fence, a new lease, and `Woke`."""
    row = s.row
    free = s.lease == Lease.FREE and row.due == 0
    if row.over or not (free or s.lease == Lease.OVER):
        return None
    others = tuple(kept for t in s.turns if (kept := fenced_out(m, t)) is not None)
    if len(others) >= WORKERS:
        return None
    attempt = m.first_attempt() if row.attempt < 0 else row.attempt
    row = row._replace(attempt=attempt, due=0, hold="", unconfirmed=False)
    turn = _woken(m, row, fenced_out=False)
    return tidy(m, s._replace(row=row, lease=Lease.RUNNING, turns=_sorted((*others, turn))))


def fenced_out(m: Model, t: Turn) -> Turn | None:
    """What is left of a turn whose fence is no longer the lane's."""
    if not m.rules.fence:
        return t._replace(fenced_out=True)
    if t.phase == Phase.RECORD or m.book.calls[t.what].kind != "send":
        return None
    return t._replace(fenced_out=True, memory=-1)


def record(m: Model, s: State, t: Turn) -> State:
    """One transaction: decide, and store what was decided if the fence still holds."""
    told = decided(m, t)
    row = s.row
    if m.rules.lease_at_record and s.lease != Lease.RUNNING:
        return tidy(m, s._replace(turns=without(s.turns, t)))
    if row.cancel and m.rules.compare_cancel and _must_look_again(m, t):
        again = _woken(m, row, fenced_out=t.fenced_out)
        return _go_on(m, s, t, again, row)
    if row.over or t.number != row.number:
        return _record_elsewhere(m, s, t, told)
    if told.published and not any(u.phase == Upload.POSTED for u in s.uploads):
        return s._replace(broken=NO_PROOF)
    s = _on_record(m, s, t)
    if told.lane == Lane.TRACK and row.lane == Lane.START and _could_send(m, s, told):
        return s._replace(broken=TRACKED_EARLY)
    match told.kind:
        case "call":
            return _record_call(m, s, t, told)
        case "wait":
            return _let_go(m, s, t, _waiting(row, told))
        case "restart":
            return _restart(m, s, t, told)
        case _:
            return _over(m, s, t, told)


def decided(m: Model, t: Turn) -> Told:
    """What the protocol says to what this worker knows."""
    return m.book.decide(t.memory, t.what, t.age if m.rules.age_of_answers else 0)


def barred(m: Model, s: State, t: Turn, event: Event) -> State:
    """No token or no slot for the call that was decided on: nothing is recorded, it goes on."""
    told = decided(m, t)
    on = t._replace(memory=told.memory, what=m.book.event(event), age=0)
    return tidy(m, s._replace(turns=without(s.turns, t, on)))


def crash(m: Model, s: State, t: Turn) -> State:
    """The worker dies. Its lease runs on; a PUT that has begun may still act."""
    wire = s.wire
    if t.phase == Phase.SENDING:
        wire = (*wire, Put(t.what, t.age))
    return tidy(m, s._replace(turns=without(s.turns, t), wire=tuple(sorted(wire))))


def without(turns: tuple[Turn, ...], t: Turn, *then: Turn) -> tuple[Turn, ...]:
    """The turns, with one taken out or exchanged."""
    rest = list(turns)
    rest.remove(t)
    return _sorted((*rest, *then))


def tidy(m: Model, s: State) -> State:
    """Forget what nothing can tell from nothing."""
    if not s.uploads:
        return s
    book = m.book
    if not s.wire and len(s.uploads) == 1 and s.row.attempt >= 0:
        live = book.uid(s.row.attempt) == s.uploads[0].uid
        if live and not any(t.fenced_out for t in s.turns):
            return s
    s = _without_pointless(m, s)
    known = {book.uid(s.row.attempt)} if s.row.attempt >= 0 else set[int]()
    for t in s.turns:
        if t.memory >= 0:
            known.add(book.uid(t.memory))
        if t.phase == Phase.RECORD:
            known.add(book.opened_uid(t.what))
        else:
            known.add(book.calls[t.what].uid)
    known.update(book.calls[p.call].uid for p in s.wire)
    kept = forget(s, known, m.size)
    return s if len(kept) == len(s.uploads) else s._replace(uploads=kept)


def _without_pointless(m: Model, s: State) -> State:
    """Drop PUTs of dead or fenced-out workers that can not change anything any more."""
    if s.wire:
        wire = tuple(p for p in s.wire if not _pointless(m, s, p.call, p.age))
        s = s if len(wire) == len(s.wire) else s._replace(wire=wire)
    if m.rules.fence and any(t.fenced_out for t in s.turns):
        turns = tuple(
            t for t in s.turns if not (t.fenced_out and _pointless(m, s, t.what, put_age(t)))
        )
        s = s if len(turns) == len(s.turns) else s._replace(turns=turns)
    return s


def _pointless(m: Model, s: State, number: int, age: int) -> bool:
    call = m.book.calls[number]
    return is_pointless(find(s.uploads, call.uid), call, age, m.size, m.scenario.habits)


def put_age(t: Turn) -> int:
    """How long ago the PUT began; one that has not begun begins now."""
    return t.age if t.phase == Phase.SENDING else 0


def judged(m: Model, s: State) -> State:
    """The promises about posts, looked at whenever one of them could be broken."""
    alive = [u for u in s.uploads if can_post(u, m.size)]
    if not alive:
        return s
    if len(alive) > 1:
        return s._replace(broken=TWO_POSTS)
    if s.row.cancel:
        return s._replace(broken=CANCELLED)
    if alive[0].given_up:
        return s._replace(broken=LOST_POST if s.row.over else GIVEN_UP)
    return s


# -- what a record stores ----------------------------------------------------------------------


def _record_call(m: Model, s: State, t: Turn, told: Told) -> State:
    stored = told.attempt if m.rules.store_first else m.book.flagged(t.memory, cancel=False)
    row = s.row._replace(attempt=stored, lane=told.lane)
    if told.lane != s.row.lane:
        return _let_go(m, s, t, row)
    going = Turn(t.fenced_out, told.memory, t.number, Phase.CALL, told.call, 0)
    return _go_on(m, s, t, going, row)


def _waiting(row: Row, told: Told) -> Row:
    return row._replace(
        attempt=told.attempt,
        lane=told.lane,
        due=told.due,
        hold=told.hold,
        unconfirmed=told.unconfirmed,
    )


def _restart(m: Model, s: State, t: Turn, told: Told) -> State:
    number = s.row.number if m.rules.fence else s.row.number + 1
    row = _waiting(s.row, told)
    retried = row.retried + (m.book.attempts[told.attempt].last_byte_at is not None)
    if retried > MOST_RETRIES:
        return s._replace(broken=TOO_MANY)
    row = row._replace(attempt=told.following, number=number, lane=Lane.START, retried=retried)
    return judged(m, _let_go(m, _all_given_up(s), t, row))


def _over(m: Model, s: State, t: Turn, told: Told) -> State:
    if told.over in NOT_POSTED:
        s = _all_given_up(s)
    row = s.row._replace(attempt=-1, over=told.over, due=0)
    return judged(m, _let_go(m, s, t, row))


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


def _go_on(m: Model, s: State, t: Turn, then: Turn, row: Row) -> State:
    turns = without(s.turns, t, then)
    return tidy(m, s._replace(row=row, lease=Lease.RUNNING, turns=turns))


def _let_go(m: Model, s: State, t: Turn, row: Row) -> State:
    return tidy(m, s._replace(row=row, lease=Lease.FREE, turns=without(s.turns, t)))


def _woken(m: Model, row: Row, *, fenced_out: bool) -> Turn:
    loaded = m.book.flagged(row.attempt, cancel=row.cancel)
    return Turn(fenced_out, loaded, row.number, Phase.RECORD, m.book.event(Woke()), 0)


def _must_look_again(m: Model, t: Turn) -> bool:
    """Whether a cancel that is stored is news to this worker, and not too late."""
    known = m.book.attempts[t.memory]
    return not known.cancel_requested and known.last_byte_at is None


def _sorted(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    return tuple(sorted(turns)) if len(turns) > 1 else turns
