"""The table of the page about live tests: what each costs and settles."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tools.coverage import CONTRACT, ROOT, load_rows

COSTS = ("inits", "posts", "drafts")


@dataclass(frozen=True, slots=True)
class LiveTest:
    """A test that is marked `live`: how often it runs, its cost in all, and the rows it shows."""

    file: str
    name: str
    cost: tuple[int, ...]
    needs: str | None
    rows: tuple[str, ...]


def table() -> str:
    """Every live test, with the rows whose truth is not official."""
    named = load_rows()
    lines = ["| test | inits | posts | drafts | would settle |", "| --- " * 5 + "|"]
    total = [0] * len(COSTS)
    for test in live_tests():
        total = [sum(pair) for pair in zip(total, test.cost, strict=True)]
        bases = {row: named[row]["basis"] for row in test.rows}
        told = [f"`{row}` ({basis})" for row, basis in bases.items() if basis != "official"]
        words = test.name.removeprefix("test_").replace("_", " ")
        needs = f"<br><sub>needs {test.needs}</sub>" if test.needs else ""
        cost = " | ".join(str(number or "") for number in test.cost)
        link = f"[{words}](../../{test.file})"
        lines.append(f"| {link}{needs} | {cost} | {', '.join(told)} |")
    lines.append(f"| **all** | {' | '.join(f'**{number}**' for number in total)} | |")
    return "\n".join(lines) + "\n"


def live_tests() -> Iterator[LiveTest]:
    """Every test with the mark, in the order of files and lines."""
    for path in sorted(CONTRACT.glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.AsyncFunctionDef) and "live" in (marks := _marks(node)):
                told = {word.arg: ast.literal_eval(word.value) for word in marks["live"].keywords}
                times = _times(marks)
                yield LiveTest(
                    file=path.relative_to(ROOT).as_posix(),
                    name=node.name,
                    cost=tuple(times * told.get(kind, 0) for kind in COSTS),
                    needs=told.get("needs"),
                    rows=tuple(ast.literal_eval(each) for each in marks["spec"].args),
                )


def _marks(node: ast.AsyncFunctionDef) -> dict[str, ast.Call]:
    """The marks of a test by their names."""
    found = dict[str, ast.Call]()
    for each in node.decorator_list:
        call = each if isinstance(each, ast.Call) else ast.Call(func=each, args=[], keywords=[])
        name = ast.unparse(call.func)
        if name.startswith("pytest.mark."):
            found[name.removeprefix("pytest.mark.")] = call
    return found


def _times(marks: dict[str, ast.Call]) -> int:
    """How often a test runs: once for each of its parameters."""
    if "parametrize" not in marks:
        return 1
    values = marks["parametrize"].args[1]
    assert isinstance(values, ast.List), "a live test has its parameters written out as a list"
    return len(values.elts)
