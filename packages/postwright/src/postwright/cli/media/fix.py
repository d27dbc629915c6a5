"""`postwright media fix`: mend a file that is in the store, or put it there first."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import click

from postwright.cli import printing
from postwright.cli.arguments import File, Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.fixing import fixed
from postwright.cli.limits import creator_limits
from postwright.cli.media import describe
from postwright.cli.media.takeout import refuse_taken, take_out
from postwright.cli.mending import print_changes, recipe_for
from postwright.cli.opening import Desk, opened
from postwright.cli.ordering import ACTOR
from postwright.cli.progress import Display, display
from postwright.cli.settings import current
from postwright.connections.queries import connection_by_handle
from postwright.errors import BadInput
from postwright.media import queries
from postwright.media.keep import incoming, keep
from postwright.media.models import MediaFile
from postwright.media.probe import probe, read_probe
from postwright.publishing.creator import Unknown


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for on the command line."""

    wanted: str
    out: Path | None
    trim_to_s: float | None
    account: str | None


@click.command()
@click.argument("wanted", type=Words(), metavar="ID|FILE")
@click.option("--out", type=File(), metavar="FILE", help="Write the mended file here, too.")
@click.option(
    "--trim-to", "trim_to_s", type=click.FloatRange(min=1), metavar="S", help="Cut to S seconds."
)
@click.option("--trim", is_flag=True, help="Cut to what TikTok allows the --account.")
@click.option("--account", type=Words(), metavar="@NAME", help="The creator, for --trim.")
@json_option
@asynchronous
async def command(
    *,
    wanted: str,
    out: Path | None,
    trim_to_s: float | None,
    trim: bool,
    account: str | None,
    as_json: bool,
) -> int:
    """Mend a file for TikTok; the original stays.

    What a file is mended of is listed. A FILE is put into the store first. A worker does the work;
    if none is running this command does it. Nothing is cut unless --trim or --trim-to says so.

    \b
    Examples:
      postwright media fix media_0198...
      postwright media fix clip.mkv --out clip.mp4
      postwright media fix long.mp4 --trim --account @demo
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    if trim and account is None:
        raise _trim_needs_account()
    if out is not None:
        await refuse_taken(out)
    wish = _Wish(wanted, out, trim_to_s, account if trim else None)
    with display(as_json=as_json) as show:
        async with opened(current()) as desk:
            media = await _media(desk, wish.wanted, show)
            recipe = recipe_for(read_probe(media.probe), trim_to_ms=await _trim_ms(desk, wish))
            if recipe is None:
                return _nothing(media, as_json=as_json)
            result = await fixed(desk, media, recipe, show)
            if out is not None:
                await take_out(desk, result.sha256, out)
    if as_json:
        facts = describe.facts(result, ())
        printing.json_line({"changed": True, "media": facts, "out": out})
    else:
        print_changes(media.name, recipe.steps)
        printing.line(describe.added(result))
    return 0


def _trim_needs_account() -> BadInput:
    return BadInput(
        "Nobody knows yet how long the video may be.",
        why="TikTok tells a longest duration for each creator.",
        fix="Add --account @NAME, or say how long with --trim-to.",
    )


async def _media(desk: Desk, wanted: str, show: Display) -> MediaFile:
    """The file in the store; one on this machine is added."""
    path = Path(wanted)
    if not wanted.startswith("media_") and (
        os.sep in wanted or await asyncio.to_thread(path.exists)
    ):
        show.begin("storing")
        found = await probe(path, timeout_s=desk.settings.media.probe_timeout_s)
        kept = await keep(desk.library, desk.workspace_id, incoming(path, found), actor=ACTOR)
        show.end(kept.id)
        return kept
    async with desk.database.transaction() as session:
        return await queries.media_file(session, desk.workspace_id, wanted)


async def _trim_ms(desk: Desk, wish: _Wish) -> int | None:
    if wish.account is None:
        return None if wish.trim_to_s is None else int(wish.trim_to_s * 1000)
    async with desk.database.transaction() as session:
        connection = await connection_by_handle(session, desk.workspace_id, wish.account)
    limits = await creator_limits(desk, connection)
    longest_s = None if isinstance(limits, Unknown) else limits.max_duration_s
    if longest_s is None:
        raise BadInput(
            f"How long a video of {wish.account} may be is not known now.",
            why=limits.why if isinstance(limits, Unknown) else "TikTok does not say.",
            fix="Try again later, or say how long with --trim-to.",
        )
    return longest_s * 1000


def _nothing(media: MediaFile, *, as_json: bool) -> int:
    if as_json:
        printing.json_line({"changed": False, "media": describe.facts(media, ())})
    else:
        printing.line(f"{media.id}  {media.name} has nothing that could be mended.")
    return 0
