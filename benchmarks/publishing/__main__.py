"""`python -m benchmarks.publishing`, which is `make bench NAME=publishing`."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import click

from benchmarks.media.part import Part
from benchmarks.publishing import cost, planned, punctual, tracking

PARTS: dict[str, Callable[..., Awaitable[Part]]] = {
    "cost": cost.measure,
    "at-once": punctual.at_once,
    "steady": punctual.steadily,
    "planned": planned.measure,
    "tracking": tracking.measure,
}

# The goals that are reached from below; all others are not to be passed.
AT_LEAST = {"per_s"}


@click.command()
@click.option("--rounds", default=3, show_default=True, help="Runs of what is compared.")
@click.option("--small", is_flag=True, help="A hundredth of everything: to see that it runs.")
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="Only this.")
def main(rounds: int, small: bool, parts: tuple[str, ...]) -> None:  # noqa: FBT001  # click's way
    """What publishing costs, how punctual it is, and how much a machine can do of it."""
    told: dict[str, Any] = {"benchmark": "publishing"}
    goals: dict[str, float] = {}
    met = True
    for name in parts or PARTS:
        part = asyncio.run(_awaited(PARTS[name](rounds=rounds, small=small)))
        told |= part.told
        goals |= part.goals
        met = met and part.met
    results = {name: _result(name, told[name], goal) for name, goal in goals.items()}
    for name, each in results.items():
        reached = "met" if each["met"] else "NOT met"
        click.echo(f"{name:22}{each['value']:>10} {each['goal']:>10}  {reached}")
    click.echo(json.dumps(told | {"goals": goals, "results": results, "met": met}))
    sys.exit(0 if met else 1)


def _result(name: str, value: float, goal: float) -> dict[str, Any]:
    met = value >= goal if name in AT_LEAST else value <= goal
    return {"value": value, "goal": f"{'>=' if name in AT_LEAST else '<='} {goal:g}", "met": met}


async def _awaited(part: Awaitable[Part]) -> Part:
    return await part


if __name__ == "__main__":
    main()
