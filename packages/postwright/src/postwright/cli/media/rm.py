"""`postwright media rm`: files out of the store."""

import click

from postwright.cli import printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.media import describe
from postwright.cli.opening import opened
from postwright.cli.ordering import ACTOR
from postwright.cli.settings import current
from postwright.media import queries
from postwright.media.models import MediaFile
from postwright.media.remove import remove


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
    async with opened(current()) as desk:
        for name in wanted:
            async with desk.database.transaction() as session:
                media = await queries.media_file(session, desk.workspace_id, name)
            gone.append(await remove(desk.library, desk.workspace_id, media.id, actor=ACTOR))
            if not as_json:
                printing.line(f"{media.id}  {media.name} is removed.")
    if as_json:
        printing.json_line({"media": [describe.facts(media, ()) for media in gone]})
