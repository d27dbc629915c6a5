"""A worker's turn: claim, decide and record under the fence (`record.py`), call, and again.

What a worker may do once it is fenced out is to make the one call it was about to make, or had
begun; its record is refused. Only a PUT of those can change anything (nobody learns the address
of an upload whose `init` answer is dropped), and an init that tells TikTok where to fetch; so of a
fenced-out turn only these are kept. Of a turn whose attempt a person has ended nothing is kept.
"""

from benchmarks.explorer import host
from benchmarks.explorer.model import Model
from benchmarks.explorer.promises import CANCELLED, EDITED, GIVEN_UP, LOST_POST, TWO_POSTS
from benchmarks.explorer.state import (
    Cancel,
    Lease,
    Phase,
    Put,
    Row,
    State,
    Turn,
)
from benchmarks.explorer.tiktok import (
    ADDRESS_LIFE_MIN,
    can_post,
    find,
    has_failed,
    is_pointless,
)
from postwright.publishing.attempt import Woke

MOST_RETRIES = 2
WORKERS = 2
NOT_POSTED = frozenset({"failed", "cancelled"})
_KEPT = {False: frozenset({"send"}), True: frozenset({"send", "init"})}


def claim(m: Model, s: State) -> State | None:
    """A free worker takes the lane: a new fence, a new lease, and `Woke`."""
    row = s.row
    free = s.lease == Lease.FREE and row.due == 0
    if row.over or row.is_stopped or not (free or s.lease == Lease.OVER):
        return None
    others = tuple(kept for t in s.turns if (kept := _left_behind(m, row, t)) is not None)
    if len(others) >= WORKERS:
        return None
    row = taken_up(m, row)._replace(due=0, hold="")
    turn = woken(m, row, fenced_out=False)
    return tidy(m, s._replace(row=row, lease=Lease.RUNNING, turns=_sorted((*others, turn))))


def taken_up(m: Model, row: Row) -> Row:
    """The row with a live attempt, frozen now if there is none."""
    return row._replace(attempt=m.first_attempt()) if row.attempt < 0 else row


def outlives(row: Row, t: Turn) -> bool:
    """Whether it is in another lane, with a lease of its own: a person has ended its attempt."""
    return t.ended and row.decided


def _left_behind(m: Model, row: Row, t: Turn) -> Turn | None:
    return t if outlives(row, t) else fenced_out(m, t)


def fenced_out(m: Model, t: Turn) -> Turn | None:
    """What is left of a turn whose fence is no longer the lane's."""
    if not m.rules.fence:
        return t._replace(fenced_out=True)
    call = t.what
    if t.phase == Phase.RECORD:
        if m.rules.await_record:
            return None
        call = m.book.decide(t.memory, t.what, t.age).call
    if call < 0 or m.book.calls[call].kind not in _KEPT[bool(m.scenario.files)]:
        return None
    phase = Phase.CALL if t.phase == Phase.RECORD else t.phase
    return t._replace(fenced_out=True, memory=-1, phase=phase, what=call)


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
        u
        for u in s.uploads
        if u.uid in known
        or can_post(u, m.size)
        or host.may_open(m, s, u)
        or (s.left.minds and has_failed(u, m.size))
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


def less(s: State, **costs: int) -> State:
    """What it costs is taken from what may still happen."""
    left = s.left
    spent_now = {name: getattr(left, name) - cost for name, cost in costs.items()}
    return s._replace(left=left._replace(**spent_now))


def go_on(m: Model, s: State, t: Turn, then: Turn, row: Row) -> State:
    """It is stored, and the turn goes on."""
    turns = without(s.turns, t, then)
    return tidy(m, s._replace(row=row, lease=Lease.RUNNING, turns=turns))


def let_go(m: Model, s: State, t: Turn, row: Row) -> State:
    """It is stored, or not, and the turn is over."""
    return tidy(m, s._replace(row=row, lease=Lease.FREE, turns=without(s.turns, t)))


def woken(m: Model, row: Row, *, fenced_out: bool) -> Turn:
    """A turn that begins with what is durable."""
    loaded = m.book.flagged(row.attempt, cancel=bool(row.cancel))
    woke = m.book.event(Woke())
    return Turn(fenced_out, loaded, row.number, Phase.RECORD, woke, 0, row.host, row.edition)


def _sorted(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    return tuple(sorted(turns)) if len(turns) > 1 else turns
