"""`python -m benchmarks.media`, which is `make bench NAME=media`."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks.media import hosting, mending, probing, storing
from benchmarks.media.part import Missing, Part

PARTS: dict[str, Callable[..., Part]] = {
    "probe": probing.measure,
    "mend": mending.measure,
    "host": hosting.measure,
    "store": storing.measure,
}


@click.command()
@click.option("--rounds", default=15, show_default=True, help="Runs of everything.")
@click.option("--small", is_flag=True, help="Small files: to see that it runs.")
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="Only this.")
def main(rounds: int, small: bool, parts: tuple[str, ...]) -> None:  # noqa: FBT001  # click's way
    """Probing against ffprobe, mending against ffmpeg, the media host, and the store."""
    told: dict[str, Any] = {"benchmark": "media"}
    goals: dict[str, float] = {}
    met = True
    for name in parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                part = PARTS[name](Path(folder), rounds=rounds, small=small)
            except Missing as missing:
                click.echo(str(missing), err=True)
                sys.exit(2)
        told |= part.told
        goals |= part.goals
        met = met and part.met
    click.echo(json.dumps(told | {"goals": goals, "met": met}))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
