"""What all networks share says nothing of any one of them to people, and stores nothing of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import postwright

HOME = Path(postwright.__file__).parent
COMMON = (
    "alerts",
    "connections",
    "db",
    "jobs",
    "kit",
    "media",
    "posts",
    "publishing",
    "workspaces",
)
# Where networks are opened by their names, and where the settings of the first one become a row.
NAMED = {"connections/networks.py", "connections/connect.py:register_app"}


def spoken(tree: ast.AST, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text that a program works with, and the function it is in; docstrings are not."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        name = getattr(node, "name", None) if isinstance(node, ast.stmt) else None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield where, node.value
        yield from spoken(node, name or where)


@pytest.mark.parametrize("part", COMMON)
def test_the_common_part_names_no_network(part: str) -> None:
    found = list[str]()
    for path in sorted((HOME / part).rglob("*.py")):
        file = str(path.relative_to(HOME))
        for where, text in spoken(ast.parse(path.read_text(encoding="utf-8"))):
            if "tiktok" in text.lower() and not {file, f"{file}:{where}"} & NAMED:
                found.append(f"{file}:{where}: {text}")

    assert found == []
