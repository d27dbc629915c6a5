"""`postwright media rm`: files out of the store."""

import click

from postwright.cli import printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.media import describe
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter
from postwright.media.models import MediaFile


@click.command()
@click.argument("wanted", nargs=-1, required=True, type=Words(), metavar="ID...")
@json_option
@asynchronous
async def command(*, wanted: tuple[str, ...], as_json: bool) -> None:
    """Remove files that nothing needs.

    A file that a post still needs stays, and so do those named after it; the posts are listed.
    Posts that are out keep what is known about the file. Adding it again brings it back.
    """
    gone = list[MediaFile]()
    async with at_counter(anywhere()) as counter:
        for name in wanted:
            media = await counter.media.remove(name)
            gone.append(media)
            if not as_json:
                printing.line(f"{media.id}  {media.name} is removed.")
    if as_json:
        printing.json_line({"media": [describe.facts(media, ()) for media in gone]})
