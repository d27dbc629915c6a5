"""A counterexample, told in lines a person can follow."""

from collections.abc import Iterator

from benchmarks.explorer.book import MINUTE, NOW, Book
from benchmarks.explorer.search import Found
from benchmarks.explorer.state import NEVER, Lane, Lease, Phase, State, Upload


def lines(found: Found) -> Iterator[str]:
    """One line for each step: what happened, and the world after it."""
    assert found.book is not None, "a search that was kept for its trace keeps its book"
    for n, step in enumerate(found.trace):
        yield f"{n:3}  {step.what:44} | {_world(found.book, step.state)}"
    yield f"     => {found.broken}"


def _world(book: Book, s: State) -> str:
    parts = [_row(book, s), *(_turn(s, n) for n in range(len(s.turns)))]
    parts += [
        f"upload {u.uid}{' (given up)' if u.given_up else ''}: {u.received} bytes, "
        f"{Upload(u.phase).name.lower()}, {u.age} min old"
        for u in s.uploads
    ]
    parts += [f"a PUT under way for {p.age} min" for p in s.wire]
    return "; ".join(parts)


def _row(book: Book, s: State) -> str:
    if s.row.attempt < 0:
        return s.row.over or "no attempt"
    a = book.attempts[s.row.attempt]
    said = [a.stage.value, f"offset {a.offset}"]
    if a.last_byte_at is not None:
        said.append(f"last byte {(NOW - a.last_byte_at) // MINUTE} min ago")
    if s.row.cancel:
        said.append("cancel accepted")
    if s.lease == Lease.FREE:
        lane = Lane(s.row.lane).name.lower()
        said.append(f"{lane} lane, " + ("held" if s.row.due == NEVER else f"due in {s.row.due}"))
    return ", ".join(said)


def _turn(s: State, n: int) -> str:
    t = s.turns[n]
    return f"{'zombie' if t.fenced_out else 'worker'}: {Phase(t.phase).name.lower()}"
