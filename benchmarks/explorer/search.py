"""Breadth first through every state within the bounds, so a counterexample is a shortest one."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.explorer.book import Book
from benchmarks.explorer.calm import PROMISES, Calm
from benchmarks.explorer.code import Code
from benchmarks.explorer.model import Model, Scenario
from benchmarks.explorer.moves import moves
from benchmarks.explorer.state import NEVER, Lane, Lease, Row, Rules, State


class Step(NamedTuple):
    """One line of a trace."""

    what: str
    state: State


@dataclass(slots=True)
class Found:
    """What a search saw."""

    scenario: Scenario
    states: int = 0
    transitions: int = 0
    exhausted: bool = True
    broken: str = ""
    trace: list[Step] = field(default_factory=list[Step])
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
    row = Row(-1, 0, Lane.START, 0, "", unconfirmed=False, cancel=False, over="")
    return State(row, Lease.FREE, (), (), (), token=True, left=scenario.left, broken="")


def search(
    code: Code, scenario: Scenario, rules: Rules | None = None, *, most: int = 5_000_000
) -> Found:
    """Visit every state that can be reached, or stop at the first broken promise."""
    model = Model(Book(code, slack_min=30 if (rules or Rules()).lease_at_record else 4_400), scenario, rules or Rules())
    calm = Calm(model)
    found = Found(scenario)
    first = beginning(scenario)
    seen = _Seen({first: 0}, [first], array("l", [-1]), ["a publication is due"])
    at = 0
    while at < len(seen.states):
        s = seen.states[at]
        end = calm.ending(s)
        found.ways_on[end] += 1
        if s.broken or end in PROMISES:
            found.broken, found.trace = s.broken or end, seen.trace(at)
            break
        _count_ending(found, s)
        for label, after in moves(model, s):
            found.transitions += 1
            seen.add(after, at, label)
        at += 1
        if at >= most:
            found.exhausted = False
            break
    found.states = len(seen.states)
    return found


def _count_ending(found: Found, s: State) -> None:
    if s.row.over:
        found.endings[s.row.over] += 1
    elif s.row.due == NEVER:
        found.endings["held: " + s.row.hold if s.row.hold else "unconfirmed"] += 1
