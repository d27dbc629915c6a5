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
    "punctual": punctual.measure,
    "planned": planned.measure,
    "tracking": tracking.measure,
}


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
    click.echo(json.dumps(told | {"goals": goals, "met": met}))
    sys.exit(0 if met else 1)


async def _awaited(part: Awaitable[Part]) -> Part:
    return await part


if __name__ == "__main__":
    main()
