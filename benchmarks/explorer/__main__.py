"""`python -m benchmarks.explorer`: explore the protocol, then its mutants.

`--trace NAME` prints the shortest counterexample of one mutation instead.
"""

import argparse
import gc
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from benchmarks.explorer import report
from benchmarks.explorer.code import mutant, real
from benchmarks.explorer.model import Scenario
from benchmarks.explorer.mutation import Mutation
from benchmarks.explorer.mutations import MUTATIONS
from benchmarks.explorer.report import Hunt
from benchmarks.explorer.scenarios import FULL, HUNTING, SMALL
from benchmarks.explorer.search import Found, search
from benchmarks.explorer.trace import lines


def hunt(mutation: Mutation) -> Hunt:
    """Explore one mutant, until a promise breaks."""
    code = mutant(mutation.old, mutation.new) if mutation.old else real()
    return Hunt(mutation, search(code, HUNTING[mutation.where], mutation.rules))


def main() -> int:
    """Print the tables. 0 if every promise holds and every mutation is caught."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explorer", description=__doc__)
    names = [m.name for m in MUTATIONS]
    parser.add_argument("--trace", metavar="NAME", choices=names, help=", ".join(names))
    asked = parser.parse_args()
    gc.disable()  # states hold no cycles, and there are millions of them
    if asked.trace:
        return _trace(next(m for m in MUTATIONS if m.name == asked.trace))
    return _everything()


def _trace(mutation: Mutation) -> int:
    found = hunt(mutation).found
    print("\n".join(lines(found)))
    return 0 if found.broken else 1


def _everything() -> int:
    began = time.monotonic()
    print("\n".join(report.assumptions()))
    print(f"\n  {'scenario':38} {'bounds':62} {'states':>9} {'steps':>10}")
    all_found: list[Found] = []
    hunts: list[Hunt] = []
    # A process for each search: its memory, up to a gigabyte, is free again afterwards.
    with ProcessPoolExecutor(initializer=gc.disable, max_tasks_per_child=1) as pool:
        for found, trace in pool.map(_explore, (*FULL, *SMALL.values())):
            print(report.explored(found), *trace, sep="\n", flush=True)
            all_found.append(found)
    print("\n" + "\n".join(report.endings(all_found)) + "\n\nMutations:")
    with ProcessPoolExecutor(initializer=gc.disable) as pool:
        for hunted in pool.map(_hunt, MUTATIONS):
            hunts.append(hunted)
            print(report.hunted(hunted), flush=True)
    last = report.summary(all_found, hunts, time.monotonic() - began)
    print(last)
    return 0 if json.loads(last)["met"] else 1


def _explore(scenario: Scenario) -> tuple[Found, list[str]]:
    """What was found, small enough to be handed on, and the trace if a promise is broken."""
    found = search(real(), scenario)
    trace = list(lines(found)) if found.broken else []
    found.trace, found.book = [], None
    return found, trace


def _hunt(mutation: Mutation) -> Hunt:
    hunted = hunt(mutation)
    hunted.found.book = None
    return hunted


if __name__ == "__main__":
    sys.exit(main())
