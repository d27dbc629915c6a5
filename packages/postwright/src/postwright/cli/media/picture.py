"""`postwright media picture`: a still of a file, or a strip of a video."""

from dataclasses import dataclass
from pathlib import Path

import click

from postwright.cli import printing
from postwright.cli.arguments import File, Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.media.takeout import refuse_taken, take_out
from postwright.cli.opening import Desk, opened
from postwright.cli.settings import current
from postwright.media import queries
from postwright.media.fixing.pictures import Pictures
from postwright.media.fixing.tiles import Tile
from postwright.media.models import MediaFile, MediaKind, MediaPicture


@dataclass(frozen=True, slots=True)
class _Shown:
    """A picture, and where the small ones lie in it if it is a strip."""

    media: MediaFile
    picture: MediaPicture
    tiles: tuple[Tile, ...] = ()


@click.command()
@click.argument("wanted", type=Words(), metavar="ID")
@click.option(
    "--at", "at_s", type=click.FloatRange(min=0), metavar="S", help="What it shows after S seconds."
)
@click.option("--strip", is_flag=True, help="Small pictures of the whole video, side by side.")
@click.option("--out", type=File(), metavar="FILE", help="Where the JPEG goes.")
@json_option
@asynchronous
async def command(
    *, wanted: str, at_s: float | None, strip: bool, out: Path | None, as_json: bool
) -> None:
    """Take a picture out of a file in the store, as a JPEG.

    Of a video that is the first one with something to see in it, or with --at the one at that
    time; of a photo a small copy. ID is the file's id, or its whole SHA-256. The picture goes
    into this folder if --out does not say otherwise; it is kept in the store too, and made once.

    \b
    Examples:
      postwright media picture media_0198...
      postwright media picture media_0198... --at 2.5 --out cover.jpg
      postwright media picture media_0198... --strip --json
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    if strip and at_s is not None:
        message = "--at and --strip do not go together."
        raise click.UsageError(message)
    async with opened(current()) as desk:
        async with desk.database.transaction() as session:
            media = await queries.media_file(session, desk.workspace_id, wanted)
        path = out or Path(f"{Path(media.name).stem}.{_mark(at_s, strip=strip)}.jpg")
        await refuse_taken(path)
        shown = await _make(desk, media, at_s, strip=strip)
        await take_out(desk, shown.picture.sha256, path)
    _print(shown, path, as_json=as_json)


def _mark(at_s: float | None, *, strip: bool) -> str:
    if strip:
        return "strip"
    return "poster" if at_s is None else f"at-{at_s:g}s"


async def _make(desk: Desk, media: MediaFile, at_s: float | None, *, strip: bool) -> _Shown:
    pictures = Pictures(desk.library, desk.settings.media_folder)
    if strip:
        return _Shown(media, *await pictures.strip(desk.workspace_id, media.id))
    cover_ms = None if at_s is None else round(at_s * 1000)
    return _Shown(media, await pictures.poster(desk.workspace_id, media.id, cover_ms=cover_ms))


def _print(shown: _Shown, path: Path, *, as_json: bool) -> None:
    picture = shown.picture
    if as_json:
        told = {
            "id": picture.id,
            "media_id": picture.media_id,
            "kind": picture.kind.value,
            "at_ms": picture.at_ms,
            "width": picture.width,
            "height": picture.height,
            "sha256": picture.sha256,
            "size_bytes": picture.size_bytes,
        }
        tiles = [_tile(tile) for tile in shown.tiles]
        printing.json_line({"picture": told, "tiles": tiles, "out": path})
        return
    says = f"{picture.width} x {picture.height}"
    if shown.tiles:
        tile = shown.tiles[0]
        says += f", {len(shown.tiles)} of {tile.width} x {tile.height}, one each {picture.at_ms} ms"
    elif shown.media.kind is MediaKind.VIDEO:
        says += f", at {picture.at_ms / 1000:g} s"
    printing.line(f"{path}: {says}, {printing.size(picture.size_bytes)}")


def _tile(tile: Tile) -> dict[str, int]:
    return {
        "at_ms": tile.at_ms, "x": tile.x, "y": tile.y, "width": tile.width, "height": tile.height,
    }  # fmt: skip
