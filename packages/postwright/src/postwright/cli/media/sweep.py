"""`postwright media sweep`: what nothing needs any more goes."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.media import describe
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.media.sweep import Swept, sweep


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@json_option
@asynchronous
async def command(*, dry_run: bool, as_json: bool) -> None:
    """Remove what nothing needs any more, as workers do every hour.

    That is: files that nobody has used for longer than POSTWRIGHT_MEDIA__RETENTION_DAYS (unset:
    none), bytes of removed files, bytes of a day ago that belong to no file, and what killed
    processes have left. What a post, a fix or an address still needs always stays.
    """
    async with opened(current()) as desk:
        swept = await sweep(desk.library, dry_run=dry_run)
    if as_json:
        printing.json_line(
            {
                "dry_run": dry_run,
                "removed": [describe.facts(media, ()) for media in swept.files],
                "freed": swept.freed,
                "freed_bytes": swept.freed_bytes,
                "parts": swept.parts,
            }
        )
    else:
        _print(swept, dry_run=dry_run)


def _print(swept: Swept, *, dry_run: bool) -> None:
    for media in swept.files:
        printing.line(describe.added(media))
    would = "would be " if dry_run else ""
    printing.line(
        f"Too old: {len(swept.files)} {would}removed. Freed: {swept.freed} "
        f"({printing.size(swept.freed_bytes)}). "
        f"Left by killed processes: {swept.parts}."
    )
