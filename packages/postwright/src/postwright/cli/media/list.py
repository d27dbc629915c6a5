"""`postwright media list`: what is in the store."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.media import describe
from postwright.cli.settings import anywhere
from postwright.cli.table import table
from postwright.cli.where import at_counter


@click.command()
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many."
)
@json_option
@asynchronous
async def command(*, limit: int, as_json: bool) -> None:
    """List what is in the media store, newest first."""
    async with at_counter(anywhere()) as counter:
        shelf = await counter.media.listed(limit)
    found, needed = shelf.files, shelf.needed
    if as_json:
        listed = [describe.facts(media, needed.get(media.id, ())) for media in found]
        printing.json_line({"media": listed, "used_bytes": shelf.used_bytes})
    elif not found:
        printing.line("There is no media yet: postwright media add FILE")
    else:
        rows = [
            (
                media.id,
                media.name,
                describe.inside(media),
                printing.size(media.size_bytes),
                printing.when(media.used_at)[:-3],
                ", ".join(use.id for use in needed.get(media.id, ())),
            )
            for media in found
        ]
        titles = ("media", "name", "inside", "size", "last used", "needed by")
        table(titles, rows, whole={"media", "size", "last used"})
