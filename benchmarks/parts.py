"""Benchmarks that are made of parts: `python -m benchmarks.NAME`, or some with `--part`."""

import json
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one part; its table is printed already.

    Attributes:
        told: figures for the last line, as JSON can hold them.
        goals: what was to be reached.
        met: whether all of it was.
    """

    told: dict[str, Any]
    goals: dict[str, float]
    met: bool


class Missing(Exception):
    """A program to compare with is not installed; says which, and how to get it."""


def command(
    benchmark: str,
    what: str,
    parts: Mapping[str, Callable[..., Part]],
    *,
    rounds: int,
    at_least: Collection[str] | None = None,
) -> click.Command:
    """The command that measures all parts, or those that are asked for, one after the other.

    Each part is called with `rounds` and `small`. The last line that is printed is one JSON object
    of all that was told. It exits with 0 if every goal is met, with 1 if not, with 2 if a program
    is missing.

    Args:
        benchmark: its name, for the last line.
        what: its help.
        parts: by the names that `--part` takes, in the order in which they run.
        rounds: what `--rounds` is if it is not given.
        at_least: names of the goals that are reached from below. If given, a table of all goals
            comes before the last line, which has it as `results`.
    """

    def measure(rounds: int, small: bool, asked: tuple[str, ...]) -> None:  # noqa: FBT001  # click's way
        chosen = {name: parts[name] for name in asked or parts}
        try:
            told, goals, met = _measured(chosen, rounds=rounds, small=small)
        except Missing as missing:
            click.echo(str(missing), err=True)
            sys.exit(2)
        results = {} if at_least is None else {"results": _results(told, goals, at_least)}
        last = {"benchmark": benchmark, **told, "goals": goals, **results, "met": met}
        click.echo(json.dumps(last))
        sys.exit(0 if met else 1)

    small_help = "A hundredth of everything: to see that it runs."
    return click.Command(
        benchmark,
        callback=measure,
        help=what,
        params=[
            click.Option(
                ["--rounds"], default=rounds, show_default=True, help="Runs of what is compared."
            ),
            click.Option(["--small"], is_flag=True, help=small_help),
            click.Option(
                ["--part", "asked"],
                multiple=True,
                type=click.Choice(list(parts)),
                help="Only this.",
            ),
        ],
    )


def _measured(
    parts: Mapping[str, Callable[..., Part]], *, rounds: int, small: bool
) -> tuple[dict[str, Any], dict[str, float], bool]:
    """What all of them tell, their goals, and whether each is met."""
    told: dict[str, Any] = {}
    goals: dict[str, float] = {}
    met = True
    for measure in parts.values():
        part = measure(rounds=rounds, small=small)
        told |= part.told
        goals |= part.goals
        met = met and part.met
    return told, goals, met


def _results(
    told: Mapping[str, Any], goals: Mapping[str, float], at_least: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Each goal beside what was found, printed as a table."""
    results: dict[str, dict[str, Any]] = {}
    for name, goal in goals.items():
        value, rises = told[name], name in at_least
        met = value >= goal if rises else value <= goal
        results[name] = {"value": value, "goal": f"{'>=' if rises else '<='} {goal:g}", "met": met}
        click.echo(
            f"{name:22}{value:>10} {results[name]['goal']:>10}  {'met' if met else 'NOT met'}"
        )
    return results
