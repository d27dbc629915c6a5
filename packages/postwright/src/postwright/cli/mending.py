"""Mends files for commands, shows what was changed, and puts results where people want them."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from postwright.cli import printing
from postwright.cli.progress import Display
from postwright.config import Settings
from postwright.errors import BadInput
from postwright.media.fixing.benches import Benches, benches
from postwright.media.fixing.mend import mend
from postwright.media.fixing.plan import plan
from postwright.media.fixing.recipe import Change, Recipe
from postwright.media.fixing.run import Limits
from postwright.media.fixing.workshop import workshop
from postwright.media.probe import PhotoProbe, Probe, VideoProbe
from postwright.platforms.tiktok.rules import PHOTO_TARGET, VIDEO_TARGET

_MARK = ".mended"


class OutExists(BadInput):
    """The file that was to be written is there already."""

    code = "out_exists"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is there already, and stays as it is.",
            why="Nothing is overwritten.",
            fix="Name another file with --out, or remove this one.",
        )


class OutUnusable(BadInput):
    """The file cannot be written where it was wanted."""

    code = "out_unusable"

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"{path} cannot be written.",
            why=f"{error.strerror or error}.",
            fix="Name a file with --out in a folder that you may write.",
        )


@dataclass(frozen=True, slots=True)
class Mended:
    """A file that was mended.

    Attributes:
        source: the original, which stays as it is.
        output: the new file.
        probe: what is in that.
        changes: what was changed.
    """

    source: Path
    output: Path
    probe: Probe
    changes: tuple[Change, ...]


def recipe_for(found: Probe, *, trim_to_ms: int | None = None) -> Recipe | None:
    """What has to be done to a file for TikTok; None if nothing has to be or can be."""
    match found:
        case VideoProbe():
            return plan(found, VIDEO_TARGET, trim_to_ms=trim_to_ms)
        case PhotoProbe():
            return plan(found, PHOTO_TARGET)


def out_path(source: Path, recipe: Recipe, out: Path | None) -> Path:
    """Where the mended file goes: `out`, into the folder `out`, or beside the original.

    Raises:
        OutExists: there is a file already.
    """
    beside = source.with_name(f"{source.stem}{_MARK}{recipe.suffix}")
    path = beside if out is None else out / beside.name if is_folder(out) else out
    if path.exists() or path.is_symlink():
        raise OutExists(path)
    return path


def is_folder(out: Path) -> bool:
    """Whether a folder is meant: one that is there, or a new name without an ending."""
    return out.is_dir() or not (out.suffix or out.exists())


def make_folder(out: Path) -> None:
    """Make the folder that is meant, if one is.

    Raises:
        OutUnusable: it cannot be made.
    """
    if is_folder(out):
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutUnusable(out, error) from None


@dataclass(frozen=True, slots=True)
class Mending:
    """What mends the files of one command, with the same programs.

    Attributes:
        settings: the installation's.
        show: what tells how far it is.
        kept: the programs.
        limits: what one file may cost.
    """

    settings: Settings
    show: Display
    kept: Benches
    limits: Limits


@asynccontextmanager
async def mending(settings: Settings, show: Display) -> AsyncGenerator[Mending]:
    """Mend files in a block; the programs are gone when it ends."""
    limits = Limits()
    async with benches(limits) as kept:
        yield Mending(settings, show, kept, limits)


async def mend_file(
    work: Mending, source: Path, recipe: Recipe, output: Path, *, which: str = ""
) -> Mended:
    """Mend a file on this machine; nothing is stored. `which` says which of several it is.

    Raises:
        FixFailed: it is damaged, or took too much.
        OutExists, OutUnusable: the result cannot be put there.
    """
    total = (await asyncio.to_thread(source.stat)).st_size
    work.show.begin("mending", total)
    if not output.parent.is_dir():
        raise OutUnusable(output, FileNotFoundError(2, "There is no such folder"))
    with workshop(output.parent) as folder:
        made = folder / f"mended{recipe.suffix}"
        found = await mend(
            recipe,
            source,
            made,
            limits=work.limits,
            probe_timeout_s=work.settings.media.probe_timeout_s,
            on_progress=lambda done: work.show.advance(int(done * total)),
            kept=work.kept,
        )
        await asyncio.to_thread(place, made, output)
    work.show.end(f"{which}{output} ({printing.size(found.size_bytes)})")
    return Mended(source, output, found, recipe.steps)


def place(made: Path, output: Path) -> None:
    """Put a finished file where nothing is yet, whole or not at all.

    Raises:
        OutExists, OutUnusable: it cannot be put there.
    """
    try:
        try:
            os.link(made, output)
        except FileExistsError:
            raise
        except OSError:  # another disk, or one without links
            _copy(made, output)
    except FileExistsError:
        raise OutExists(output) from None
    except OSError as error:
        raise OutUnusable(output, error) from None


def _copy(made: Path, output: Path) -> None:
    with made.open("rb") as source, output.open("xb") as target:
        try:
            shutil.copyfileobj(source, target)
        except OSError:
            output.unlink()
            raise


def print_changes(name: str, changes: Sequence[Change]) -> None:
    """List what was changed."""
    for change in changes:
        printing.line(f"  {name}: {change.what}: {change.before} -> {change.after} [{change.rule}]")
