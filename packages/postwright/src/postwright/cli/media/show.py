"""`postwright media show`: one file."""

import click

from postwright.cli import printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.counter import Kept
from postwright.cli.media import describe
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter


@click.command()
@click.argument("wanted", type=Words(), metavar="ID")
@json_option
@asynchronous
async def command(*, wanted: str, as_json: bool) -> None:
    """Show a file: what is in it, what it came from, what needs it.

    ID is the file's id, or its whole SHA-256.
    """
    async with at_counter(anywhere()) as counter:
        kept = await counter.media.show(wanted)
    if as_json:
        made = [each.id for each in kept.made_from_it]
        more = {"is_stored": kept.is_stored, "made_from_it": made}
        printing.json_line({**describe.facts(kept.file, kept.needed_by), **more})
    else:
        _print(kept)


def _print(kept: Kept) -> None:
    media = kept.file
    printing.line(describe.added(media))
    _field("sha256", media.sha256)
    _field("type", media.content_type)
    _field("added", printing.when(media.created_at))
    _field("last used", printing.when(media.used_at))
    if media.original_id is not None:
        _field("made from", media.original_id)
    for change in media.changes:
        _field("changed", " ".join(str(value) for value in change.values() if value))
    for mended in kept.made_from_it:
        _field("mended as", f"{mended.id} {mended.name}")
    for use in kept.needed_by:
        _field("needed by", use.says)
    if media.removed_at is not None:
        _field("removed", printing.when(media.removed_at))
    elif not kept.is_stored:
        printing.warning("Its bytes are not in the store. Add the file again.")


def _field(name: str, value: str) -> None:
    printing.line(f"  {name:<10} {value}")
