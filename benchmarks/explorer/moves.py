"""Everything that can happen next: workers, crashes, time, TikTok, a person, nudges."""

from collections.abc import Iterator

from benchmarks.explorer.calls import NO_TOKEN, NO_TURN, no_token, spent, ways
from benchmarks.explorer.model import Model
from benchmarks.explorer.state import NEEDS_LINK, NEVER, Lane, Lease, Phase, State, Turn
from benchmarks.explorer.tiktok import (
    LONGEST_PUT_MIN,
    find,
    may_pass,
    older,
    older_put,
    passed,
    put,
    replaced,
)
from benchmarks.explorer.worker import (
    barred,
    claim,
    crash,
    decided,
    fenced_out,
    judged,
    record,
    tidy,
)

# A clock that was read before the address could have ended; older ones are as old.
OLDEST_CLOCK_MIN = 4_400
A_DAY_MIN = 1_440

Moves = Iterator[tuple[str, State]]


def moves(m: Model, s: State) -> Moves:
    """Each thing that can happen now, with the world after it."""
    if s.broken:
        return
    yield from _workers(m, s)
    if (claimed := claim(m, s)) is not None:
        yield "a worker claims the lane", claimed
    yield from _wire(m, s)
    yield from _people(m, s)
    yield from _time(m, s)


def _workers(m: Model, s: State) -> Moves:
    for t in s.turns:
        if t.phase == Phase.RECORD:
            yield from recording(m, s, t)
        else:
            yield from ways(m, s, t)
        if s.left.crashes and (t.phase != Phase.SENDING or len(s.wire) < m.scenario.wire):
            yield "the worker dies", _less(crash(m, s, t), crashes=1)


def recording(m: Model, s: State, t: Turn) -> Moves:
    """A worker decides and, if it has what its call needs, records."""
    told = decided(m, t)
    asks = told.kind == "call" and m.book.calls[told.call].kind != "send"
    if asks and not s.token:
        yield "no token for the call", barred(m, s, t, NO_TOKEN)
        s = s._replace(token=True)  # or a person has connected again meanwhile
    who = "zombie records" if t.fenced_out else "record"
    after = record(m, s, t)
    yield f"{who}: {told.kind} {told.over}{told.hold}".rstrip(), after
    if asks and s.left.faults and "refused" in m.scenario.faults:
        yield "no slot for the call", spent(barred(m, s, t, NO_TURN))
        yield "no token for the call", no_token(spent(barred(m, s, t, NO_TOKEN)))
    if s.left.crashes and after.lease == Lease.FREE and not after.broken:
        yield "the worker dies before it lets go", _less(after._replace(lease=s.lease), crashes=1)


def _wire(m: Model, s: State) -> Moves:
    for waiting in dict.fromkeys(s.wire):
        call = m.book.calls[waiting.call]
        upload = find(s.uploads, call.uid)
        after, _ = put(upload, call, waiting.age, m.size, m.scenario.habits)
        rest = list(s.wire)
        rest.remove(waiting)
        if after != upload:
            acted = s._replace(uploads=replaced(s.uploads, after), wire=tuple(rest))
            yield f"late: {call.first}-{call.last} arrives", tidy(m, judged(m, acted))


def _people(m: Model, s: State) -> Moves:
    row = s.row
    if row.over:
        return
    if s.left.nudges and row.due != 0:
        yield "a nudge", _less(_wake(s), nudges=1)
    if row.due == NEVER and row.hold in NEEDS_LINK:
        yield "the person connects again", _wake(s)._replace(token=True)
    if s.left.cancels and (cancelled := cancel(m, s)) is not None:
        yield "the person cancels", _less(cancelled, cancels=1)


def cancel(m: Model, s: State) -> State | None:
    """A person cancels: refused once the last byte may be on its way."""
    row = s.row
    if row.over or row.cancel:
        return None
    if row.attempt < 0 and s.lease == Lease.FREE:
        return judged(m, s._replace(row=row._replace(cancel=True, over="cancelled")))
    out = m.book.attempts[row.attempt].last_byte_at is not None
    if out and m.rules.refuse_late_cancel:
        return None
    return judged(m, _wake(s._replace(row=row._replace(cancel=True))))


def _wake(s: State) -> State:
    return s._replace(row=s.row._replace(due=0))


def _time(m: Model, s: State) -> Moves:
    if not s.left.jumps or (s.row.over and not s.wire and not s.turns):
        return
    busy = next((t for t in s.turns if not t.fenced_out), None)
    for minutes in m.scenario.jumps:
        if minutes > A_DAY_MIN and s.row.lane == Lane.START:
            continue
        if busy is None or busy.age or s.left.sleeps:
            later = advance(m, s, minutes)
            fell_asleep = busy is not None and busy.age == 0
            if later != s:
                yield f"{minutes} min pass", _less(later, jumps=1, sleeps=int(fell_asleep))
            if (turned := _passed(m, s, minutes)) is not None:
                later = _less(advance(m, turned, minutes), jumps=1, sleeps=int(fell_asleep))
                yield f"{minutes} min pass, and TikTok's failure", later
        if busy and busy.phase == Phase.SENDING and busy.age + minutes <= LONGEST_PUT_MIN:
            sending = advance(m, s, minutes, awake=True)
            yield f"{minutes} min pass, sending", _less(sending, jumps=1)


def _passed(m: Model, s: State, minutes: int) -> State | None:
    """A failure passes during a pause after which it would be final, if there is one."""
    uploads = tuple(
        passed(u, m.size) if may_pass(u) and not may_pass(older(u, minutes)) else u
        for u in s.uploads
    )
    return None if uploads == s.uploads else s._replace(uploads=uploads)


def advance(m: Model, s: State, minutes: int, *, awake: bool = False) -> State:
    """Time passes for everybody. Whoever is in mid-turn was asleep, or renewed its lease."""
    book, row = m.book, s.row
    attempt = row.attempt if row.attempt < 0 else book.aged(row.attempt, minutes)
    due = row.due if row.due == NEVER else max(row.due - minutes, 0)
    slept_min = minutes + max((t.age for t in s.turns if not t.fenced_out), default=0)
    over = s.lease != Lease.FREE and slept_min > m.scenario.lease_min and not awake
    turns = (_slept(m, t, minutes, over=over) for t in s.turns)
    wire = (older_put(p, minutes) for p in s.wire)
    later = s._replace(
        row=row._replace(attempt=attempt, due=due),
        lease=Lease.OVER if over else s.lease,
        turns=tuple(sorted(t for t in turns if t is not None)),
        uploads=tuple(older(u, minutes) for u in s.uploads),
        wire=tuple(sorted(p for p in wire if p is not None)),
    )
    return tidy(m, later)


def _slept(m: Model, t: Turn, minutes: int, *, over: bool) -> Turn | None:
    memory = t.memory if t.memory < 0 else m.book.aged(t.memory, minutes)
    slept = t._replace(memory=memory, age=min(t.age + minutes, OLDEST_CLOCK_MIN))
    outlived = over and m.rules.lease_at_record and m.rules.fence and not t.fenced_out
    return fenced_out(m, slept) if outlived else slept


def _less(s: State, **costs: int) -> State:
    left = s.left
    spent_now = {name: getattr(left, name) - cost for name, cost in costs.items()}
    return s._replace(left=left._replace(**spent_now))
