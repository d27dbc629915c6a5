"""`postwright media show`: one file."""

from collections.abc import Sequence

import click

from postwright.cli import printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.media import describe
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.media import queries
from postwright.media.library import Use
from postwright.media.models import MediaFile
from postwright.media.uses import uses


@click.command()
@click.argument("wanted", type=Words(), metavar="ID")
@json_option
@asynchronous
async def command(*, wanted: str, as_json: bool) -> None:
    """Show a file: what is in it, what it came from, what needs it.

    ID is the file's id, or its whole SHA-256.
    """
    async with opened(current()) as desk:
        async with desk.database.transaction() as session:
            media = await queries.media_file(session, desk.workspace_id, wanted)
            made = await queries.made_from(session, desk.workspace_id, media.id)
            needed = await uses(session, desk.workspace_id, [media.id], desk.library.posts_needing)
        is_stored = await desk.library.store.exists(desk.workspace_id, media.sha256)
    needed_by = needed.get(media.id, [])
    if as_json:
        more = {"is_stored": is_stored, "made_from_it": [made_one.id for made_one in made]}
        printing.json_line({**describe.facts(media, needed_by), **more})
    else:
        _print(media, made, needed_by, is_stored=is_stored)


def _print(
    media: MediaFile, made: Sequence[MediaFile], needed_by: Sequence[Use], *, is_stored: bool
) -> None:
    printing.line(describe.added(media))
    _field("sha256", media.sha256)
    _field("type", media.content_type)
    _field("added", printing.when(media.created_at))
    _field("last used", printing.when(media.used_at))
    if media.original_id is not None:
        _field("made from", media.original_id)
    for change in media.changes:
        _field("changed", " ".join(str(value) for value in change.values() if value))
    for mended in made:
        _field("mended as", f"{mended.id} {mended.name}")
    for use in needed_by:
        _field("needed by", use.says)
    if media.removed_at is not None:
        _field("removed", printing.when(media.removed_at))
    elif not is_stored:
        printing.warning("Its bytes are not in the store. Add the file again.")


def _field(name: str, value: str) -> None:
    printing.line(f"  {name:<10} {value}")
