"""The tables that the explorer prints, and its last line of JSON."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.explorer.assumptions import ASSUMPTIONS
from benchmarks.explorer.model import Scenario
from benchmarks.explorer.mutation import Mutation
from benchmarks.explorer.search import Found

GOALS = {"states": 1_000_000, "mutations": 90, "alive": 0, "broken": 0}


@dataclass(frozen=True, slots=True)
class Hunt:
    """What became of a mutant."""

    mutation: Mutation
    found: Found


def assumptions() -> Iterable[str]:
    """Each assumption by its name."""
    yield "It is assumed, and nothing else:"
    for name, says in ASSUMPTIONS.items():
        yield f"  {name:20} {says}"


def bounds(scenario: Scenario) -> str:
    """How much may go wrong in a scenario."""
    left = scenario.left._asdict()
    return " ".join(f"{name}={most}" for name, most in left.items() if most)


def explored(found: Found) -> str:
    """One row: a scenario, what was visited, and what was found."""
    verdict = found.broken or ("every promise holds" if found.exhausted else "NOT EXHAUSTED")
    return (
        f"  {found.scenario.name:38} {bounds(found.scenario):62} "
        f"{found.states:>9,} {found.transitions:>10,}  {verdict}"
    )


def endings(all_found: list[Found]) -> Iterable[str]:
    """How publications end, and how each state visited would end in calm weather."""
    ends, calm = Counter[str](), Counter[str]()
    for found in all_found:
        ends += found.endings
        calm += found.ways_on
    yield "States at an end, and where each visited state leads if nothing goes wrong any more:"
    for name in sorted(ends | calm):
        person = "  (a person resolves it)" if name.startswith(("held", "unconfirmed")) else ""
        yield f"  {name:20} {ends[name]:>9,} {calm[name]:>11,}{person}"


def hunted(hunt: Hunt) -> str:
    """One row: a mutation and the promise it broke."""
    found = hunt.found
    caught = f"CAUGHT in {len(found.trace) - 1:2} steps" if found.broken else "ALIVE"
    return f"  {hunt.mutation.name:42} {caught:19} {found.broken}"


def summary(all_found: list[Found], hunts: list[Hunt], seconds: float) -> str:
    """The last line."""
    states = sum(f.states for f in all_found)
    caught = sum(bool(h.found.broken) for h in hunts)
    broken = sum(bool(f.broken) or not f.exhausted for f in all_found)
    met = (
        broken <= GOALS["broken"]
        and len(hunts) - caught <= GOALS["alive"]
        and len(hunts) >= GOALS["mutations"]
        and states >= GOALS["states"]
    )
    return json.dumps(
        {
            "states": states,
            "transitions": sum(f.transitions for f in all_found),
            "broken": broken,
            "mutations": len(hunts),
            "caught": caught,
            "seconds": round(seconds),
            "goals": GOALS,
            "met": met,
        }
    )
