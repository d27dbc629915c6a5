"""A file is read in one sitting and a function on one screen."""

import ast
from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "file-size"

SOURCE_LINES = 400
TEST_LINES = 500
FUNCTION_LINES = 60
EXEMPT = {"_sync", "migrations"}  # generated; one migration is one piece of history


def check(source: Source) -> Iterator[Finding]:
    """Refuse long Python files, at their first line, and long functions, at their def."""
    parts = source.path.parts
    if not source.is_python or EXEMPT.intersection(parts):
        return
    lines = source.text.count("\n")
    allowed = TEST_LINES if "tests" in parts else SOURCE_LINES
    if lines > allowed:
        yield Finding(1, f"{lines} lines, {allowed} allowed: split it by what it does")
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield Finding(
                    node.lineno,
                    f"{node.name} has {length} lines, {FUNCTION_LINES} allowed: name its parts",
                )
