"""Breadth first through every state within the bounds, so a counterexample is a shortest one."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.explorer.book import Book
from benchmarks.explorer.calm import Calm
from benchmarks.explorer.circle import Circles
from benchmarks.explorer.code import Code
from benchmarks.explorer.model import Model, Scenario
from benchmarks.explorer.moves import OLDEST_CLOCK_MIN, moves
from benchmarks.explorer.promises import BROKEN, CIRCLE, NOT_YET_TWO, TWO_POSTS
from benchmarks.explorer.state import NEVER, Lane, Lease, Row, Rules, State
from benchmarks.explorer.worker import MOST_RETRIES

SLACK_MIN = 30


class Step(NamedTuple):
    """One line of a trace."""

    what: str
    state: State


@dataclass(slots=True)
class Found:
    """What a search saw."""

    scenario: Scenario
    book: Book | None
    states: int = 0
    transitions: int = 0
    exhausted: bool = True
    broken: str = ""
    trace: list[Step] = field(default_factory=list[Step])
    happened: set[str] = field(default_factory=set[str])
    endings: Counter[str] = field(default_factory=Counter[str])
    ways_on: Counter[str] = field(default_factory=Counter[str])


@dataclass(slots=True)
class _Seen:
    """States in the order they were met, and how each was reached."""

    numbers: dict[State, int]
    states: list[State]
    parents: "array[int]"
    labels: list[str]

    def add(self, s: State, parent: int, label: str) -> bool:
        number = self.numbers.setdefault(s, len(self.states))
        if number < len(self.states):
            return False
        self.states.append(s)
        self.parents.append(parent)
        self.labels.append(label)
        return True

    def trace(self, number: int) -> list[Step]:
        steps: list[Step] = []
        while number >= 0:
            steps.append(Step(self.labels[number], self.states[number]))
            number = self.parents[number]
        return steps[::-1]


def beginning(scenario: Scenario) -> State:
    """A publication that is due, and nothing else yet."""
    retried = MOST_RETRIES if scenario.near_limits else 0
    row = Row(-1, 0, Lane.START, 0, "", unconfirmed=False, cancel=0, retried=retried, over="")
    return State(row, Lease.FREE, (), (), (), token=True, left=scenario.left, broken="")


def search(
    code: Code, scenario: Scenario, rules: Rules | None = None, *, most: int = 5_000_000
) -> Found:
    """Visit every state that can be reached, or stop at the first broken promise."""
    rules = rules or Rules()
    slack_min = SLACK_MIN if rules.lease_at_record else OLDEST_CLOCK_MIN
    model = Model(Book(code, slack_min), scenario, rules)
    calm, circles = Calm(model), Circles(model)
    found = Found(scenario, model.book)
    first = beginning(scenario)
    seen = _Seen({first: 0}, [first], array("l", [-1]), ["a publication is due"])
    at = 0
    while at < len(seen.states) and at < most:
        s = seen.states[at]
        end = s.broken or calm.ending(s)
        if end in BROKEN:
            found.broken, found.trace = end, seen.trace(at)
            _tell(found, calm)
            break
        if round_trip := circles.closing(s):
            found.broken, found.trace = CIRCLE, seen.trace(at)
            found.trace += [Step("then, in the same turn", after) for after in round_trip[1:]]
            break
        found.ways_on[end] += 1
        _count_ending(found, s)
        for label, after in moves(model, s):
            found.transitions += 1
            seen.add(after, at, label)
        at += 1
    found.exhausted = at == len(seen.states)
    found.states, found.happened = len(seen.states), set(seen.labels)
    return found


def _tell(found: Found, calm: Calm) -> None:
    """Complete a trace with what calm weather makes of it, up to a second post if one comes."""
    last = found.trace[-1].state
    course = calm.course(last, despite=NOT_YET_TWO)
    ends = [n for n, s in enumerate(course) if s.broken]
    twice = [n for n in ends if course[n].broken == TWO_POSTS]
    if last.broken and not twice:
        return
    if not course:
        return
    until = (twice or ends or [len(course) - 1])[0]
    found.broken = course[until].broken or found.broken
    found.trace += [Step("then, in calm weather", s) for s in course[: until + 1]]


def _count_ending(found: Found, s: State) -> None:
    if s.row.over:
        found.endings[s.row.over] += 1
    elif s.row.due == NEVER:
        found.endings["held: " + s.row.hold if s.row.hold else "unconfirmed"] += 1
