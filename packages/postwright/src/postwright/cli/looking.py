"""Looks into the files that a command is given, a few at a time, each in a process of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from postwright.config import Settings
from postwright.media.errors import MediaUnreadable
from postwright.media.probe import Probe, probe

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that was looked into.

    `probe` is None if it cannot be read; then `why` says why, and `fix` what to do.
    """

    path: Path
    name: str
    probe: Probe | None
    why: str = ""
    fix: str = ""


async def look_into(files: Sequence[Path], settings: Settings) -> list[Seen]:
    """Probe the files, a few at a time.

    Raises:
        MediaNotFound: one of them is not there.
        MediaUnreadable: the only one is no file at all; all else is a finding.
    """
    turn = asyncio.Semaphore(_AT_ONCE)
    unique = len({file.name for file in files}) == len(files)

    async def look(file: Path) -> Seen:
        name = file.name if unique else str(file)
        async with turn:
            try:
                return Seen(file, name, await probe(file, timeout_s=settings.media.probe_timeout_s))
            except MediaUnreadable as error:
                if len(files) == 1 and not await asyncio.to_thread(file.is_file):
                    raise
                return Seen(file, name, None, error.why, error.fix)

    return list(await asyncio.gather(*map(look, files)))
