"""Transactions begin and end in db/: a row and what it wakes are saved together or not at all."""

import ast
from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "commit-outside-db"

SERVICE = "packages/postwright/src/postwright"
ENDINGS = {"begin", "begin_nested", "commit", "rollback"}


def check(source: Source) -> Iterator[Finding]:
    """Refuse .commit(), .rollback() and .begin() in the service outside db/."""
    if not (source.is_python and source.under(SERVICE)) or source.under(f"{SERVICE}/db"):
        return
    for node in source.nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr=attr), args=[]) if attr in ENDINGS:
                yield Finding(node.lineno, f".{attr}(): let database.transaction() end it")
            case _:
                pass
