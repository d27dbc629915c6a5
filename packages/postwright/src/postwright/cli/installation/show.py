"""`postwright installation show`: which copy this is."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.installation.standing import MEANING, standing
from postwright.cli.opening import opened
from postwright.cli.settings import current


@click.command()
@json_option
@asynchronous
async def command(*, as_json: bool) -> None:
    """Show which copy this is, and whether it may go on.

    Every confirmation makes a new epoch.
    """
    async with opened(current()) as desk:
        found = await standing(desk)
    if as_json:
        printing.json_line(found.to_dict())
        return
    since = printing.when(found.confirmed_at)
    printing.line(f"{found.id}, epoch {found.epoch}, since {since}")
    if not found.doubt:
        printing.line("It is the one that goes on.")
        return
    printing.line()
    for text in (f"In doubt. {found.doubt}", f"{found.held:,} posts are held.", MEANING):
        for line in printing.wrapped(text, 0):
            printing.line(line)
    printing.line()
    printing.line("Then say that this one goes on:")
    printing.line("  postwright installation confirm           after a restore, or if in doubt")
    printing.line(
        "  postwright installation confirm --moved   it was moved, and nothing is missing"
    )
