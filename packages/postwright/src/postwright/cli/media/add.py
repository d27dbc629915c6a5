"""`postwright media add`: files into the store."""

import asyncio
from pathlib import Path
from typing import Any

import click

from postwright.cli import printing
from postwright.cli.arguments import File
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.counter import Media
from postwright.cli.media import describe
from postwright.cli.progress import Display, display
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter
from postwright.config import Settings
from postwright.errors import AppError, BadInput, NotFound
from postwright.media.models import MediaFile
from postwright.media.probe import probe


@click.command()
@click.argument("files", nargs=-1, required=True, type=File(), metavar="FILE...")
@json_option
@asynchronous
async def command(*, files: tuple[Path, ...], as_json: bool) -> int:
    """Add files to the media store.

    Videos and photos. Each is looked into and copied; the same bytes are kept once. A file that
    cannot be added does not keep the others out.

    \b
    Examples:
      postwright media add clip.mp4
      postwright media add holiday/*.jpg --json
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    kept = list[MediaFile]()
    refused = list[AppError]()
    with display(as_json=as_json) as show:
        settings = anywhere()
        async with at_counter(settings) as counter:
            for file in files:
                try:
                    kept.append(await _add(counter.media, settings, file, show))
                except (BadInput, NotFound) as error:
                    refused.append(error)
    if as_json:
        printing.json_line(_facts(kept, refused))
    else:
        for media in kept:
            printing.line(describe.added(media))
        for error in refused:
            printing.error(error)
    return refused[0].exit_code if refused else 0


async def _add(media: Media, settings: Settings, file: Path, show: Display) -> MediaFile:
    show.begin("probing")
    found = await probe(file, timeout_s=settings.media.probe_timeout_s)
    size_bytes = (await asyncio.to_thread(file.stat)).st_size
    show.begin("storing", size_bytes)
    kept = await media.add(file, found, show.advance)
    show.end(f"{kept.name}, sha256 {kept.sha256[:12]}…")
    return kept


def _facts(kept: list[MediaFile], refused: list[AppError]) -> dict[str, Any]:
    return {
        "media": [describe.facts(media, ()) for media in kept],
        "errors": [error.to_dict() for error in refused],
    }
