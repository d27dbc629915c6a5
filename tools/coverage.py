"""Tells which rows of spec/ have a line in the client, a rule in the emulator and a contract test.

    tools/coverage.py            a table, what is missing, and one line of JSON at the end

A row counts when all three exist. Ids that are named somewhere but are no row count as errors: they
are typing mistakes, or a row that was removed.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "spec" / "tiktok"
QUESTIONS = SPEC / "questions.yaml"
CLIENT = ROOT / "packages" / "tiktok-client" / "src" / "tiktok_client"
EMULATOR = ROOT / "packages" / "tiktok-emulator" / "src" / "tiktok_emulator"
CONTRACT = ROOT / "tests" / "contract"

Row = Mapping[str, Any]
NAMED = re.compile(r"\bspec: ([\w.-]+(?:, ?[\w.-]+)*)")


@dataclass(frozen=True)
class Coverage:
    """Which ids each of the three names, and the rows there are."""

    rows: frozenset[str]
    client: frozenset[str]
    emulator: frozenset[str]
    tests: frozenset[str]

    @property
    def covered(self) -> frozenset[str]:
        """Rows that all three name."""
        return self.rows & self.client & self.emulator & self.tests

    @property
    def unknown(self) -> list[str]:
        """Ids that are named but are no row."""
        return sorted((self.client | self.emulator | self.tests) - self.rows)


def load_rows() -> dict[str, Row]:
    """Return every row of spec/tiktok/ by its id. Exits if an id is there twice."""
    rows: dict[str, Row] = {}
    for path in sorted(set(SPEC.glob("*.yaml")) - {QUESTIONS}):
        for row in cast("list[Row]", yaml.safe_load(path.read_text(encoding="utf-8"))):
            if row["id"] in rows:
                sys.exit(f"coverage: {row['id']} is there twice, the second time in {path.name}")
            rows[row["id"]] = row
    return rows


def sources(folder: Path) -> Iterator[str]:
    """Every Python file's text, without generated ones."""
    for path in sorted(folder.rglob("*.py")):
        if "_sync" not in path.parts:
            yield path.read_text(encoding="utf-8")


def named_in_text(folder: Path) -> set[str]:
    """Ids in comment or docstring lines `spec: a, b`."""
    lists = (found for text in sources(folder) for found in NAMED.findall(text))
    return {name.strip() for found in lists for name in found.split(",")}


def carried_in_code(folder: Path, rows: frozenset[str]) -> set[str]:
    """Ids that code carries: strings that are a row's id, and whatever is given as `rule=`."""
    found: set[str] = set()
    for text in sources(folder):
        tree = ast.parse(text)
        found |= {name for name in literals(tree) if "." in name} & rows
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "rule":
                found |= literals(node.value)
    return found


def literals(value: ast.AST) -> set[str]:
    """The strings in a piece of code that could be ids."""
    return {
        node.value
        for node in ast.walk(value)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z]+(\.[\w-]+)*", node.value)
    }


def marked(folder: Path) -> set[str]:
    """Ids in `pytest.mark.spec("a", "b")`, wherever it stands."""
    found: set[str] = set()
    for text in sources(folder):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.spec":
                found |= {name for argument in node.args for name in literals(argument)}
    return found


def measure() -> Coverage:
    """Read the tree."""
    rows = frozenset(load_rows())
    return Coverage(
        rows=rows,
        client=frozenset(named_in_text(CLIENT)),
        emulator=frozenset(named_in_text(EMULATOR) | carried_in_code(EMULATOR, rows)),
        tests=frozenset(marked(CONTRACT)),
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
