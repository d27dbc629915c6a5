"""Tells which rows of spec/ have a line in the client, a rule in the emulator and a contract test.

    tools/coverage.py            a table, what is missing, and one line of JSON at the end

A row counts when all three exist. Ids that are named somewhere but are no row count as errors: they
are typing mistakes, or a row that was removed.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

if __name__ == "__main__":  # as a script: the workspace's root is not on the path yet
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.places import Places, carried_in_code, marked, named_in_text

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "spec" / "tiktok"
QUESTIONS = SPEC / "questions.yaml"
CLIENT = ROOT / "packages" / "tiktok-client" / "src" / "tiktok_client"
EMULATOR = ROOT / "packages" / "tiktok-emulator" / "src" / "tiktok_emulator"
CONTRACT = ROOT / "tests" / "contract"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Coverage:
    """The rows there are, and where each of the three names which ids."""

    rows: frozenset[str]
    client_places: Places
    emulator_places: Places
    test_places: Places

    @property
    def client(self) -> frozenset[str]:
        """Ids that the client names."""
        return frozenset(self.client_places)

    @property
    def emulator(self) -> frozenset[str]:
        """Ids that the emulator names."""
        return frozenset(self.emulator_places)

    @property
    def tests(self) -> frozenset[str]:
        """Ids that a contract test is marked with."""
        return frozenset(self.test_places)

    @property
    def covered(self) -> frozenset[str]:
        """Rows that all three name."""
        return self.rows & self.client & self.emulator & self.tests

    @property
    def unknown(self) -> list[str]:
        """Ids that are named but are no row."""
        return sorted((self.client | self.emulator | self.tests) - self.rows)


def read_yaml(path: Path) -> Any:
    """What a file of the specification says. libyaml reads it ten times as fast as Python."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def load_rows() -> dict[str, Row]:
    """Return every row of spec/tiktok/ by its id. Exits if an id is there twice."""
    rows: dict[str, Row] = {}
    for path in sorted(set(SPEC.glob("*.yaml")) - {QUESTIONS}):
        for row in cast("list[Row]", read_yaml(path)):
            if row["id"] in rows:
                sys.exit(f"coverage: {row['id']} is there twice, the second time in {path.name}")
            rows[row["id"]] = row
    return rows


@cache
def measure() -> Coverage:
    """Read the tree, once."""
    rows = frozenset(load_rows())
    said = named_in_text(EMULATOR)
    done = carried_in_code(EMULATOR, rows)
    both = {row: tuple(sorted({*said.get(row, ()), *done.get(row, ())})) for row in {*said, *done}}
    return Coverage(
        rows=rows,
        client_places=named_in_text(CLIENT),
        emulator_places=both,
        test_places=marked(CONTRACT),
    )


def table(coverage: Coverage) -> Iterator[str]:
    """A line for each family, and one for each row that lacks something."""
    columns = "{:<10} {:>5} {:>7} {:>9} {:>6} {:>8}"
    yield columns.format("family", "rows", "client", "emulator", "tests", "covered")
    families = sorted({row.split(".")[0] for row in coverage.rows})
    for family in [*families, ""]:
        rows = {row for row in coverage.rows if family in ("", row.split(".")[0])}
        sides = (rows, *(rows & side for side in sides_of(coverage)), rows & coverage.covered)
        yield columns.format(family or "all", *(len(side) for side in sides))
    for row in sorted(coverage.rows - coverage.covered):
        lacking = [
            name
            for name, side in zip(("client", "emulator", "test"), sides_of(coverage), strict=True)
            if row not in side
        ]
        yield f"  {row} lacks: {', '.join(lacking)}"
    for name in coverage.unknown:
        yield f"  {name} is named, but is no row"


def sides_of(coverage: Coverage) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The three that must name a row."""
    return coverage.client, coverage.emulator, coverage.tests


def main() -> None:
    """Print the table and the JSON; exit with 1 if not every row is covered."""
    coverage = measure()
    for line in table(coverage):
        print(line)
    missing = sorted(coverage.rows - coverage.covered)
    is_met = not missing and not coverage.unknown
    figures = {
        "rows": len(coverage.rows),
        "covered": len(coverage.covered),
        "missing": missing,
        "unknown": coverage.unknown,
        "goals": {"covered": len(coverage.rows), "unknown": 0},
        "met": is_met,
    }
    print(json.dumps(figures))
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
