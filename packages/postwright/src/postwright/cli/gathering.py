"""Gathers the files of a post: looks into them, keeps them, mends them; their order stays."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from postwright.cli import preflight, printing
from postwright.cli.arguments import KeptId
from postwright.cli.fixing import fixed
from postwright.cli.looking import look_into
from postwright.cli.mending import recipe_for
from postwright.cli.opening import Desk
from postwright.cli.ordering import ACTOR
from postwright.cli.progress import Display
from postwright.config import Settings
from postwright.media.errors import NoSuchMedia
from postwright.media.keep import incoming, keep
from postwright.media.models import MediaFile
from postwright.media.probe import Probe, read_probe


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a post.

    `source` is where it is, or the row of a file that is kept already; `name` is like no other's.
    """

    name: str
    probe: Probe
    source: Path | MediaFile


Gathered = Sequence[Piece | KeptId]


def named(pieces: Sequence[Piece]) -> list[tuple[str, Probe]]:
    """What the rules look at."""
    return [(piece.name, piece.probe) for piece in pieces]


def together(names: Sequence[str]) -> str:
    """What several files are called: the first, and how many more."""
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


async def look(given: Sequence[Path | KeptId], settings: Settings, show: Display) -> Gathered:
    """Look into what is given as a path.

    Raises:
        MediaNotFound, MediaUnreadable, Unfit: one of the files is not there, or cannot be read.
    """
    paths = [each for each in given if isinstance(each, Path)]
    if not paths:
        return [each for each in given if isinstance(each, KeptId)]
    show.begin("probing")
    seen = await look_into(paths, settings)
    preflight.refuse_unfit(together([one.name for one in seen]), preflight.unreadable(seen))
    found = iter(
        [Piece(one.name, one.probe, one.path) for one in seen if one.probe is not None],
    )
    pieces = [each if isinstance(each, KeptId) else next(found) for each in given]
    show.end(_summary([piece for piece in pieces if isinstance(piece, Piece)]))
    return pieces


def _summary(pieces: Sequence[Piece]) -> str:
    if len(pieces) == 1:
        return preflight.summary(pieces[0].probe)
    total = printing.size(sum(piece.probe.size_bytes for piece in pieces))
    return f"{len(pieces)} files, {total}"


async def with_kept(gathered: Gathered, find: Callable[[str], Awaitable[MediaFile]]) -> list[Piece]:
    """The same, with what `find` knows of the files that are kept already.

    Raises:
        NoSuchMedia: one of them is not there, or was removed.
    """
    pieces = list[Piece]()
    for each in gathered:
        if isinstance(each, Piece):
            pieces.append(each)
            continue
        file = await find(each.id)
        if file.removed_at is not None:
            raise NoSuchMedia(each.id)
        pieces.append(Piece(file.name, read_probe(file.probe), file))
    return _told_apart(pieces)


def _told_apart(pieces: list[Piece]) -> list[Piece]:
    """With other names, where two kept files, or a kept and a new one, are called the same."""
    if len({piece.name for piece in pieces}) == len(pieces):
        return pieces
    return [
        Piece(
            piece.source.id if isinstance(piece.source, MediaFile) else str(piece.source),
            piece.probe,
            piece.source,
        )
        for piece in pieces
    ]


async def keep_all(desk: Desk, pieces: Sequence[Piece], show: Display) -> list[MediaFile]:
    """Put those into the media store that are not there, in order."""
    new = [piece for piece in pieces if isinstance(piece.source, Path)]
    total = sum(piece.probe.size_bytes for piece in new)
    if new:
        show.begin("storing", total)
    kept, done = list[MediaFile](), 0
    for piece in pieces:
        if isinstance(piece.source, MediaFile):
            kept.append(piece.source)
            continue
        before = done
        file = await keep(
            desk.library,
            desk.workspace_id,
            incoming(piece.source, piece.probe),
            actor=ACTOR,
            on_progress=lambda bytes_done, _, before=before: show.advance(before + bytes_done),
        )
        done += (await asyncio.to_thread(piece.source.stat)).st_size
        kept.append(file)
    if len(new) == 1:
        (stored,) = [file for file, piece in zip(kept, pieces, strict=True) if piece is new[0]]
        show.end(f"{printing.size(stored.size_bytes)}, sha256 {stored.sha256[:12]}…")
    elif new:
        show.end(f"{len(new)} files, {printing.size(total)}")
    return kept


async def fix_all(desk: Desk, files: Sequence[MediaFile], show: Display) -> list[MediaFile]:
    """The mended files in place of those that have something to mend."""
    mended = list[MediaFile]()
    for file in files:
        recipe = recipe_for(read_probe(file.probe))
        mended.append(file if recipe is None else await fixed(desk, file, recipe, show))
    return mended
