"""`python -m benchmarks.api [PART...]`, which is `make bench NAME=api`: all parts, or some."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import click

from benchmarks.api import upload

# By name, what measures a part: with it small, it only shows that it works.
PARTS: Mapping[str, Callable[[bool], dict[str, Any]]] = {
    "upload": upload.measure,
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--small", is_flag=True, help="A hundredth of the work: nothing is judged.")
def command(*, parts: tuple[str, ...], small: bool) -> None:
    """Measure parts of the API. Prints a line of JSON for each; ends with 1 if a goal is missed."""
    missed = False
    for part in parts or PARTS:
        figures = PARTS[part](small)
        print(json.dumps({"part": part, **figures}))
        missed = missed or (not small and not all(figures["goals"].values()))
    raise SystemExit(1 if missed else 0)


command()
