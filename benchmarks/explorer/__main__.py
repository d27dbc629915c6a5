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
from benchmarks.explorer.mutation import Mutation
from benchmarks.explorer.mutations import MUTATIONS
from benchmarks.explorer.report import Hunt
from benchmarks.explorer.runs import explore, hunt, hunt_only
from benchmarks.explorer.scenarios import FULL, SMALL
from benchmarks.explorer.search import Found
from benchmarks.explorer.trace import lines


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
        for found, trace in pool.map(explore, (*FULL, *SMALL.values())):
            print(report.explored(found), *trace, sep="\n", flush=True)
            all_found.append(found)
    print("\n" + "\n".join(report.endings(all_found)) + "\n\nMutations:")
    with ProcessPoolExecutor(initializer=gc.disable) as pool:
        for hunted in pool.map(hunt_only, MUTATIONS):
            hunts.append(hunted)
            print(report.hunted(hunted), flush=True)
    last = report.summary(all_found, hunts, time.monotonic() - began)
    print(last)
    return 0 if json.loads(last)["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
