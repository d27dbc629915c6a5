"""The service has one clock, app_now() in the database, so that tests can move it."""

import ast
import re
from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "bare-now"

SERVICE = ("packages/postwright/src", "packages/postwright/migrations")
SQL_FUNCTIONS = "now|clock_timestamp|transaction_timestamp|statement_timestamp"
SQL_CLOCK = re.compile(
    rf"\b(?:({SQL_FUNCTIONS})\s*\(\s*\)|(current_timestamp|localtimestamp)\b)", re.IGNORECASE
)
DEFINITION = re.compile(r"\bfunction\s+(?:\w+\.)?app_now\b", re.IGNORECASE)
MACHINE_CLOCK = {"kit", "cli"}  # how long it took; what a person at this machine calls "at six"
PYTHON_CLOCK = {("datetime", "now"), ("datetime", "today"), ("date", "today")}


def check(source: Source) -> Iterator[Finding]:
    """Refuse other clocks in SQL strings, in `func`, and, outside kit/ and cli/, in Python."""
    if not (source.is_python and source.under(*SERVICE)):
        return
    may_define = {"db", "migrations"}.intersection(source.path.parts)
    may_read = MACHINE_CLOCK.intersection(source.path.parts)
    prose = {id(node.value) for node in source.nodes if isinstance(node, ast.Expr)}
    for node in source.nodes:
        match node:
            case ast.Constant(value=str(text)) if id(node) not in prose:
                found = SQL_CLOCK.search(text)
                if found and not (may_define and DEFINITION.search(text)):
                    told = f"SQL reads {found[0]!r}: use app_now()"
                    yield Finding(node.lineno, told, node.end_lineno or 0)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr)):
                if owner == "func" and re.fullmatch(f"{SQL_FUNCTIONS}|current_timestamp", attr):
                    yield Finding(node.lineno, f"func.{attr}(): use func.app_now()")
                elif (owner, attr) in PYTHON_CLOCK and not may_read:
                    yield Finding(node.lineno, f"{owner}.{attr}(): ask the database for app_now()")
            case _:
                pass
