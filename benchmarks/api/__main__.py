"""`python -m benchmarks.api`, which is `make bench NAME=api`."""

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from benchmarks.api import create, listing, upload
from benchmarks.media.part import Part

PARTS: dict[str, Callable[..., Part]] = {
    "create": create.measure,
    "list": listing.measure,
    "upload": upload.measure,
}


@click.command()
@click.option("--rounds", default=5, show_default=True, help="Runs of what is compared.")
@click.option("--small", is_flag=True, help="A hundredth of everything: to see that it runs.")
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="Only this.")
def main(rounds: int, small: bool, parts: tuple[str, ...]) -> None:  # noqa: FBT001  # click's way
    """What the API costs, beside what the same work costs without it."""
    told: dict[str, Any] = {"benchmark": "api"}
    goals: dict[str, float] = {}
    met = True
    for name in parts or PARTS:
        part = PARTS[name](rounds=rounds, small=small)
        told |= part.told
        goals |= part.goals
        met = met and part.met
    click.echo(json.dumps(told | {"goals": goals, "met": met}))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
