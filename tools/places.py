"""Where the rows of spec/ are named: in the client, in the emulator and in contract tests."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NAMED = re.compile(r"\bspec: ([\w.-]+(?:, ?[\w.-]+)*)")
ID = re.compile(r"[a-z]+(\.[\w-]+)*")
# Operations are named like some rows; their list carries nothing out.
NAMES_ONLY = ("operations.py",)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file, and the function, class or constant in it (nothing: the file as a whole)."""

    path: Path
    name: str


Places = Mapping[str, tuple[Place, ...]]


def named_in_text(folder: Path) -> Places:
    """Ids in comment or docstring lines `spec: a, b`."""
    return _sorted(
        (row, Place(path, owner(tree, number)))
        for path, text, tree in _sources(folder)
        for number, line in enumerate(text.splitlines(), 1)
        for names in NAMED.findall(line)
        for row in names.replace(" ", "").split(",")
    )


def carried_in_code(folder: Path, rows: frozenset[str]) -> Places:
    """Ids that code carries: dotted strings that are a row's id, and whatever is given as `rule=`.

    A word without a dot counts only as a rule: `cancel` is a row, and a word like others.
    """
    found: list[tuple[str, Place]] = []
    for path, _, tree in _sources(folder):
        rules = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword) and node.arg == "rule"
        ]
        told = [(name, line) for rule in rules for name, line in _ids(rule)]
        if path.name not in NAMES_ONLY:
            told += [(name, line) for name, line in _ids(tree) if "." in name and name in rows]
        found += [(name, Place(path, owner(tree, line))) for name, line in told]
    return _sorted(found)


def marked(folder: Path) -> Places:
    """Ids in `pytest.mark.spec("a", "b")`, wherever it stands."""
    return _sorted(
        (name, Place(path, owner(tree, line)))
        for path, _, tree in _sources(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.spec"
        for argument in node.args
        for name, line in _ids(argument)
    )


def owner(tree: ast.Module, line: int) -> str:
    """What a line belongs to: the innermost function or class, or the constant below a comment."""
    best, below = "", ""
    if tree.body and line <= (tree.body[0].end_lineno or 0) and ast.get_docstring(tree):
        return ""
    for first, last, name in _named(tree):
        if first <= line <= last:
            best = name  # outer ones come first
    for node in tree.body:
        if not below and node.lineno > line and isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            below = ast.unparse(target)
    return best or below


@cache
def _named(tree: ast.Module) -> list[tuple[int, int, str]]:
    """Functions and classes, with the lines that they begin and end at."""
    return [
        (
            min([node.lineno, *(each.lineno for each in node.decorator_list)]),
            node.end_lineno or node.lineno,
            node.name,
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]


def _sources(folder: Path) -> Iterator[tuple[Path, str, ast.Module]]:
    """Every Python file but generated ones."""
    for path in sorted(folder.rglob("*.py")):
        if "_sync" not in path.parts:
            text = path.read_text(encoding="utf-8")
            yield path, text, ast.parse(text)


def _ids(value: ast.AST) -> Iterator[tuple[str, int]]:
    """The strings in a piece of code that could be ids, with their lines."""
    for node in ast.walk(value):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and ID.fullmatch(node.value)
        ):
            yield node.value, node.lineno


def _sorted(found: Iterator[tuple[str, Place]] | list[tuple[str, Place]]) -> Places:
    gathered = defaultdict[str, set[Place]](set)
    for row, place in found:
        gathered[row].add(place)
    return {row: tuple(sorted(places)) for row, places in sorted(gathered.items())}
