"""Everything that can happen next: workers, crashes, time, TikTok, people, nudges."""

from collections.abc import Iterator

from benchmarks.explorer import host
from benchmarks.explorer.book import Asked
from benchmarks.explorer.calls import GATE, NO_TOKEN, NO_TURN, no_token, spent, ways
from benchmarks.explorer.model import Model
from benchmarks.explorer.people import people
from benchmarks.explorer.record import barred, decided, record
from benchmarks.explorer.state import NEVER, Lane, Lease, Phase, Put, Remote, State, Turn
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
from benchmarks.explorer.worker import claim, crash, fenced_out, judged, less, tidy

# A clock that was read before the address could have ended; older ones are as old.
OLDEST_CLOCK_MIN = 4_400
A_DAY_MIN = 1_440
_GATED = frozenset({"check", "init"})
_WITH_TOKEN = _GATED | {"ask", "cancel"}

Moves = Iterator[tuple[str, State]]


def moves(m: Model, s: State) -> Moves:
    """Each thing that can happen now, with the world after it."""
    if s.broken:
        return
    yield from _workers(m, s)
    if (claimed := claim(m, s)) is not None:
        yield "a worker claims the lane", claimed
    yield from _wire(m, s)
    yield from _fetching(m, s)
    yield from people(m, s)
    yield from _time(m, s)


def _workers(m: Model, s: State) -> Moves:
    for t in s.turns:
        if t.phase == Phase.RECORD:
            yield from recording(m, s, t)
        else:
            yield from ways(m, s, t)
        if s.left.crashes and (t.phase != Phase.SENDING or len(s.wire) < m.scenario.wire):
            yield "the worker dies", less(crash(m, s, t), crashes=1)


def recording(m: Model, s: State, t: Turn) -> Moves:
    """A worker decides and, if it has what its call needs, records."""
    told = decided(m, t)
    asked = m.book.calls[told.call].kind if told.kind == "call" else ""
    asks = asked in _WITH_TOKEN
    if asks and not s.token:
        yield "no token for the call", barred(m, s, t, NO_TOKEN)
        s = s._replace(token=True)  # or a person has connected again meanwhile
    who = "zombie records" if t.fenced_out else "record"
    after = record(m, s, t)
    yield f"{who}: {told.kind} {told.over}{told.hold}".rstrip(), after
    if asks and s.left.faults and "refused" in m.scenario.faults:
        yield "no slot for the call", spent(barred(m, s, t, NO_TURN))
        yield "no token for the call", no_token(spent(barred(m, s, t, NO_TOKEN)))
    if asked in _GATED and s.left.faults and "gate" in m.scenario.faults:
        for says, event in GATE:
            yield f"the gate: {says}", spent(barred(m, s, t, event))
    if s.left.crashes and after.lease == Lease.FREE and not after.broken:
        yield "the worker dies before it lets go", less(after._replace(lease=s.lease), crashes=1)


def _wire(m: Model, s: State) -> Moves:
    for waiting in dict.fromkeys(s.wire):  # equal ones are one
        call = m.book.calls[waiting.call]
        upload = find(s.uploads, call.uid)
        after, _ = put(upload, call, waiting.age, m.size, m.scenario.habits)
        rest = list(s.wire)
        rest.remove(waiting)
        if after != upload:
            acted = s._replace(uploads=replaced(s.uploads, after), wire=tuple(rest))
            what = "is fetched" if call.kind == "get" else "arrives"
            yield f"late: {call.first}-{call.last} {what}", tidy(m, judged(m, acted))


def _fetching(m: Model, s: State) -> Moves:
    """TikTok begins to fetch a file, whenever it likes."""
    for upload in s.uploads:
        if upload.is_pull and host.is_open(m, s, upload) and not _under_way(m, s, upload):
            yield "TikTok begins to fetch", begun_to_fetch(m, s, upload)


def begun_to_fetch(m: Model, s: State, upload: Remote) -> State:
    """The first byte of the next file has gone out."""
    number = m.book.call(Asked("get", upload.uid, upload.received, upload.received))
    s = host.serve(m, s, upload)
    return s._replace(wire=tuple(sorted((*s.wire, Put(number, 0)))))


def _under_way(m: Model, s: State, upload: Remote) -> bool:
    calls = (m.book.calls[p.call] for p in s.wire)
    return any(call.kind == "get" and call.uid == upload.uid for call in calls)


def _time(m: Model, s: State) -> Moves:
    if not s.left.jumps or (s.row.over and not s.wire and not s.turns):
        return
    busy = next((t for t in s.turns if not (t.fenced_out or (t.ended and s.row.decided))), None)
    for minutes in m.scenario.jumps:
        if minutes > A_DAY_MIN and s.row.lane == Lane.START:
            continue
        if busy is None or busy.age or s.left.sleeps:
            later = advance(m, s, minutes)
            fell_asleep = busy is not None and busy.age == 0
            if later != s:
                yield f"{minutes} min pass", less(later, jumps=1, sleeps=int(fell_asleep))
            if (turned := _passed(m, s, minutes)) is not None:
                later = less(advance(m, turned, minutes), jumps=1, sleeps=int(fell_asleep))
                yield f"{minutes} min pass, and TikTok's failure", later
        if (
            busy
            and busy.phase == Phase.SENDING
            and _sends(m, busy)
            and busy.age + minutes <= LONGEST_PUT_MIN
        ):
            sending = advance(m, s, minutes, awake=True)
            yield f"{minutes} min pass, sending", less(sending, jumps=1)


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
    wire = (_later(m, s, p, minutes) for p in s.wire)
    later = s._replace(
        row=row._replace(attempt=attempt, due=due),
        lease=Lease.OVER if over else s.lease,
        turns=tuple(sorted(t for t in turns if t is not None)),
        uploads=tuple(older(u, minutes) for u in s.uploads),
        hosts=tuple(host.older(m, h, minutes) for h in s.hosts),
        wire=tuple(sorted(p for p in wire if p is not None)),
    )
    return tidy(m, later)


def _later(m: Model, s: State, p: Put, minutes: int) -> Put | None:
    call = m.book.calls[p.call]
    return older_put(p, call, find(s.uploads, call.uid), minutes)


def _sends(m: Model, t: Turn) -> bool:
    return m.book.calls[t.what].kind == "send"


def _slept(m: Model, t: Turn, minutes: int, *, over: bool) -> Turn | None:
    memory = t.memory if t.memory < 0 else m.book.aged(t.memory, minutes)
    slept = t._replace(memory=memory, age=min(t.age + minutes, OLDEST_CLOCK_MIN))
    outlived = over and m.rules.lease_at_record and m.rules.fence and not t.fenced_out
    return fenced_out(m, slept) if outlived else slept
