"""A file is named by what it does; a name that fits everything never says that it is full."""

from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "names"

EMPTY_NAMES = {
    "common", "helper", "helpers", "manager", "managers", "misc",
    "service", "services", "util", "utils",
}  # fmt: skip


def check(source: Source) -> Iterator[Finding]:
    """Refuse Python files and their folders that are named after no task."""
    if not source.is_python:
        return
    for part in (*source.path.parts[:-1], source.path.stem):
        if part.strip("_") in EMPTY_NAMES:
            yield Finding(1, f"{part!r} names no task: call it by the verb it performs")
