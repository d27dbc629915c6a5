"""A worker's turn: claim, decide and record under the fence, call, and again.

What a worker may do once it is fenced out is to make the one call it was about to make, or had
begun; its record is refused. Only a PUT of those can change anything (nobody learns the address
of an upload whose `init` answer is dropped), and an init that tells TikTok where to fetch; so of a
fenced-out turn only these are kept. Of a turn whose attempt a person has ended nothing is kept.
"""

from benchmarks.explorer import host
from benchmarks.explorer.book import NOW, Told
from benchmarks.explorer.model import Model
from benchmarks.explorer.state import (
    NONE,
    Cancel,
    Lane,
    Lease,
    Phase,
    Put,
    Row,
    State,
    Turn,
    Upload,
)
from benchmarks.explorer.tiktok import (
    ADDRESS_LIFE_MIN,
    can_post,
    expects_bytes,
    find,
    is_pointless,
)
from postwright.platforms.answers import Opened, Status
from postwright.platforms.answers import Phase as Says
from postwright.publishing.attempt import Event, Stage, Woke
from postwright.publishing.protocol import POLL_UNTIL

TWO_POSTS = "two posts"
NO_PROOF = "published, but there is no post"
LOST_POST = "failed or cancelled, but there is a post, or can be"
GIVEN_UP = "an attempt was given up that is a post, or can become one"
TRACKED_EARLY = "tracked, though bytes are missing and their address lives"
TOO_MANY = "a third automatic retry"
MOST_RETRIES = 2
CANCELLED = "a cancel was accepted, and a post appears"
NO_DRAFT = "delivered, but there is no draft"
EDITED = "an edit was accepted, and the old content appears"
OVERWRITTEN = "what a person has said is overwritten"
NOT_WATCHED = "nobody looks any more, though there is something to learn"
FORGOTTEN = "the id of a post is forgotten"
NUDGE_LOST = "a nudge that came while the status was asked is forgotten"
WORKERS = 2
NOT_POSTED = frozenset({"failed", "cancelled"})
_KEPT = {False: frozenset({"send"}), True: frozenset({"send", "init"})}
_UNDECIDED = frozenset({Stage.TRACKING, Stage.SETTLING})


def claim(m: Model, s: State) -> State | None:
    """A free worker takes the lane: a new fence, a new lease, and `Woke`."""
    row = s.row
    free = s.lease == Lease.FREE and row.due == 0
    if row.over or not (free or s.lease == Lease.OVER):
        return None
    others = tuple(kept for t in s.turns if (kept := _left_behind(m, row, t)) is not None)
    if len(others) >= WORKERS:
        return None
    row = _taken_up(m, row)._replace(due=0, hold="")
    turn = _woken(m, row, fenced_out=False)
    return tidy(m, s._replace(row=row, lease=Lease.RUNNING, turns=_sorted((*others, turn))))


def _taken_up(m: Model, row: Row) -> Row:
    return row._replace(attempt=m.first_attempt()) if row.attempt < 0 else row


def _outlives(row: Row, t: Turn) -> bool:
    """Whether it is in another lane, with a lease of its own: a person has ended its attempt."""
    return t.ended and row.decided


def _left_behind(m: Model, row: Row, t: Turn) -> Turn | None:
    return t if _outlives(row, t) else fenced_out(m, t)


def fenced_out(m: Model, t: Turn) -> Turn | None:
    """What is left of a turn whose fence is no longer the lane's."""
    if not m.rules.fence:
        return t._replace(fenced_out=True)
    if t.phase == Phase.RECORD or m.book.calls[t.what].kind not in _KEPT[bool(m.scenario.files)]:
        return None
    return t._replace(fenced_out=True, memory=-1)


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
            return _let_go(m, s, t, row)
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
    if m.rules.lease_at_record and s.lease != Lease.RUNNING and not _outlives(row, t):
        return tidy(m, s._replace(turns=without(s.turns, t)))
    if _must_look_again(m, row, t):
        return _look_again(m, s, t)
    if _outlives(row, t):
        return s._replace(broken=OVERWRITTEN)
    if t.ended and m.rules.live_check:
        return _let_go(m, s, t, row)
    return None


def decided(m: Model, t: Turn) -> Told:
    """What the protocol says to what this worker knows."""
    return m.book.decide(t.memory, t.what, t.age if m.rules.age_of_answers else 0)


def barred(m: Model, s: State, t: Turn, event: Event) -> State:
    """No token or no slot for the call that was decided on: nothing is recorded, it goes on."""
    told = decided(m, t)
    on = t._replace(memory=told.memory, what=m.book.event(event), age=0)
    row = s.row._replace(nudged=False)  # the status was not asked, so it still will be
    return tidy(m, s._replace(row=row, turns=without(s.turns, t, on)))


def crash(m: Model, s: State, t: Turn) -> State:
    """The worker dies. Its lease runs on; a PUT that has begun may still act."""
    wire = s.wire
    if t.phase == Phase.SENDING and m.book.calls[t.what].kind == "send":
        wire = (*wire, Put(t.what, t.age))
    return tidy(m, s._replace(turns=without(s.turns, t), wire=tuple(sorted(wire))))


def without(turns: tuple[Turn, ...], t: Turn, *then: Turn) -> tuple[Turn, ...]:
    """The turns, with one taken out or exchanged."""
    rest = list(turns)
    rest.remove(t)
    return _sorted((*rest, *then))


def tidy(m: Model, s: State) -> State:
    """Forget what nothing can tell from nothing."""
    if not s.uploads and not s.hosts:
        return s
    book = m.book
    if not s.wire and len(s.uploads) == 1 and s.row.attempt >= 0 and not s.hosts:
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
    kept = tuple(
        u for u in s.uploads if u.uid in known or can_post(u, m.size) or host.may_open(m, s, u)
    )
    return host.forget(s if len(kept) == len(s.uploads) else s._replace(uploads=kept))


def _without_pointless(m: Model, s: State) -> State:
    """Drop PUTs of dead or fenced-out workers that can not change anything any more."""
    if s.wire:
        wire = tuple(p for p in s.wire if not _pointless(m, s, p.call, p.age))
        s = s if len(wire) == len(s.wire) else s._replace(wire=wire)
    if m.rules.fence and any(t.fenced_out for t in s.turns):
        turns = tuple(t for t in s.turns if not (t.fenced_out and _changes_nothing(m, s, t)))
        s = s if len(turns) == len(s.turns) else s._replace(turns=turns)
    return s


def _changes_nothing(m: Model, s: State, t: Turn) -> bool:
    if m.book.calls[t.what].kind != "init":
        return _pointless(m, s, t.what, put_age(t))
    known = host.found(s, t.host)
    return known is None or known.void or known.age >= ADDRESS_LIFE_MIN


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
    if s.row.cancel == Cancel.FIRM and not host.was_early(s, alive[0]):
        return s._replace(broken=CANCELLED)
    if alive[0].edition != s.row.edition:
        return s._replace(broken=EDITED)
    if alive[0].given_up:
        return s._replace(broken=LOST_POST if s.row.over else GIVEN_UP)
    return s


# -- what a record stores ----------------------------------------------------------------------


def _record_call(m: Model, s: State, t: Turn, told: Told) -> State:
    stored = told.attempt if m.rules.store_first else m.book.flagged(t.memory, cancel=False)
    kind, addresses = m.book.calls[told.call].kind, t.host
    if kind == "init" and m.scenario.files:
        s, addresses = host.issue(m, s, s.row.host)
    nudged = s.row.nudged and kind != "ask"
    row = s.row._replace(attempt=stored, host=addresses, nudged=nudged)
    going = t._replace(
        memory=told.memory, phase=Phase.CALL, what=told.call, age=0, host=addresses, ended=False
    )
    return _go_on(m, s, t, going, row)


def _wait(m: Model, s: State, t: Turn, told: Told) -> State:
    row = _waiting(s.row, told)
    if s.row.nudged and row.lane == Lane.TRACK and row.due != 0:
        if not m.rules.keep_nudge:
            return s._replace(broken=NUDGE_LOST)
        row = row._replace(due=0)
    return _let_go(m, s, t, row)


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
    return judged(m, _let_go(m, _all_given_up(s), t, row))


def _over(m: Model, s: State, t: Turn, told: Told) -> State:
    if told.over in NOT_POSTED:
        s = _all_given_up(s)
    elif _learns_more(m, t, told):
        return s._replace(broken=NOT_WATCHED)
    revived = told.over not in NOT_POSTED and s.left.nudges and _is_revived(m, told)
    row = s.row._replace(
        attempt=told.attempt if revived else NONE, over=told.over, due=0, hold="", nudged=False
    )
    return judged(m, _let_go(m, s, t, row))


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
    if s.row.over:
        return _let_go(m, s, t, s.row)
    row = _taken_up(m, s.row)
    again = _woken(m, row, fenced_out=t.fenced_out)
    if isinstance(m.book.events[t.what], Opened) and not t.ended:
        again = again._replace(what=t.what, age=t.age)
    return _go_on(m, s, t, again, row)


def _go_on(m: Model, s: State, t: Turn, then: Turn, row: Row) -> State:
    turns = without(s.turns, t, then)
    return tidy(m, s._replace(row=row, lease=Lease.RUNNING, turns=turns))


def _let_go(m: Model, s: State, t: Turn, row: Row) -> State:
    return tidy(m, s._replace(row=row, lease=Lease.FREE, turns=without(s.turns, t)))


def _woken(m: Model, row: Row, *, fenced_out: bool) -> Turn:
    loaded = m.book.flagged(row.attempt, cancel=bool(row.cancel))
    woke = m.book.event(Woke())
    return Turn(fenced_out, loaded, row.number, Phase.RECORD, woke, 0, row.host, row.edition)


def _must_look_again(m: Model, row: Row, t: Turn) -> bool:
    """Whether a cancel or an edit that is stored is news to this worker, and not too late."""
    if not row.cancel and row.edition == t.edition:
        return False
    known = m.book.attempts[t.memory]
    if known.last_byte_at is not None:
        return False
    cancelled = row.cancel and not known.cancel_requested and m.rules.compare_cancel
    return bool(cancelled) or (row.edition != t.edition and m.rules.compare_edition)


def _sorted(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    return tuple(sorted(turns)) if len(turns) > 1 else turns
