"""One search each, as a process of its own can do it and hand on what it found."""

from benchmarks.explorer.code import mutant, real
from benchmarks.explorer.model import Scenario
from benchmarks.explorer.mutation import Mutation
from benchmarks.explorer.report import Hunt
from benchmarks.explorer.scenarios import HUNTING
from benchmarks.explorer.search import Found, search
from benchmarks.explorer.trace import lines


def explore(scenario: Scenario) -> tuple[Found, list[str]]:
    """What was found, small enough to be handed on, and the trace if a promise is broken."""
    found = search(real(), scenario)
    trace = list(lines(found)) if found.broken else []
    found.trace, found.book = [], None
    return found, trace


def hunt(mutation: Mutation) -> Hunt:
    """Explore one mutant, until a promise breaks."""
    code = mutant(mutation.old, mutation.new) if mutation.old else real()
    return Hunt(mutation, search(code, HUNTING[mutation.where], mutation.rules))


def hunt_only(mutation: Mutation) -> Hunt:
    """The same, without the book, which can not be handed on."""
    hunted = hunt(mutation)
    hunted.found.book = None
    return hunted
