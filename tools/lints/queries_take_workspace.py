"""A read that forgets the workspace shows one tenant's rows to another."""

import ast
from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "queries-take-workspace"

SERVICE = "packages/postwright/src/postwright"
HANDLES = {"session", "connection", "conn"}  # how the database is passed; not what is asked
EXEMPT_PREFIX = "any_workspace_"


def check(source: Source) -> Iterator[Finding]:
    """In queries.py, each public function takes workspace_id right after the session."""
    if not source.under(SERVICE) or source.path.name != "queries.py":
        return
    for node in source.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith(("_", EXEMPT_PREFIX)):
            continue
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        asked = [arg.arg for arg in given if arg.arg not in HANDLES]
        if asked[:1] != ["workspace_id"]:
            yield Finding(
                node.lineno,
                f"{node.name} must take workspace_id first, or be named {EXEMPT_PREFIX}...",
            )
