"""What is printed, and where: results on stdout, errors and warnings on stderr.

Whoever wrote it, it gives the terminal no orders: only marks and labels of ours have colours.
"""

import json
import shutil
import sys
import textwrap
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import click

from postwright.errors import AppError
from postwright.kit.text import harmless

_WIDTH = 80


def json_line(value: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own, at once."""
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False))
    sys.stdout.flush()


def line(text: str = "", *, begins: str = "") -> None:
    """Print a line for people, at once; it `begins` with what is ours, and may have colours."""
    click.echo(begins + harmless(text))
    sys.stdout.flush()


def note(text: str) -> None:
    """Print a line for people where stdout belongs to a program."""
    click.echo(harmless(text), err=True)


def warning(text: str) -> None:
    """Print what a person should know, beside the result."""
    note(as_warning(text))


def as_warning(text: str, width: int = _WIDTH) -> str:
    """What `warning` prints, in lines of at most `width` columns."""
    return _wrapped(text, "! ", "  ", min(width, _WIDTH))


def error(failure: AppError) -> None:
    """Print what happened, why, and what to do, on one screen."""
    note(_wrapped(failure.what, "✗ ", "  "))
    do = f"{failure.fix.rstrip('.')}: {failure.command}" if failure.command else failure.fix
    for label, text in (("Why", failure.why), ("Do", do)):
        if text:
            note(_wrapped(text, f"  {label:<5}", "       "))


def finding(text: str, *, blocks: bool) -> None:
    """Print what preflight has found."""
    line(_wrapped(text, "✗ " if blocks else "! ", "  "))


def _wrapped(text: str, first: str, following: str, width: int = _WIDTH) -> str:
    """Wrap prose; each of its lines keeps its own indent."""
    lines = list[str]()
    for part in text.splitlines() or [""]:
        indent = part[: len(part) - len(part.lstrip())]
        lines += textwrap.wrap(
            part.strip(),
            width,
            initial_indent=(following if lines else first) + indent,
            subsequent_indent=following + indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def wrapped(text: str, indent: int) -> list[str]:
    """A text in lines that begin `indent` columns in."""
    blank = " " * indent
    return textwrap.wrap(
        text,
        max(_WIDTH, indent + 40),
        initial_indent=blank,
        subsequent_indent=blank,
        break_long_words=False,
        break_on_hyphens=False,
    )


def row(label: str, text: str, indent: int) -> None:
    """Print a label and a text beside it, as wide as a terminal is; elsewhere on one line."""
    if not sys.stdout.isatty():
        line(f"{label:<{indent}}{text}")
        return
    width = max(indent + 20, min(_WIDTH, shutil.get_terminal_size().columns))
    first, *more = textwrap.wrap(
        text, width - indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
    line(first, begins=click.style(label, dim=True) + " " * (indent - len(label)))
    for part in more:
        line(" " * indent + part)


def size(count: int) -> str:
    """A number of bytes for people: 66.3 MB."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError


def when(at: datetime | None) -> str:
    """A time for people, in the zone of this machine."""
    return "-" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in cast("set[object]", value))
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)
