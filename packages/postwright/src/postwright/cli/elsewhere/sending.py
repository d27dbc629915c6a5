"""Sends a file to a service elsewhere, if it stays as it was looked into."""

import asyncio
import os
from pathlib import Path

from postwright.api.wire.media import MediaOut
from postwright.errors import NetworkTrouble
from postwright.media.errors import MediaChanged, MediaNotFound, MediaUnreadable
from postwright.media.probe import Probe
from postwright.media.types import content_type
from postwright.remote.client import Remote
from postwright.remote.transport import Progress


async def send(remote: Remote, path: Path, probe: Probe, on_progress: Progress) -> MediaOut:
    """Send a file; what the service keeps of it.

    Raises:
        MediaNotFound, MediaUnreadable: it is not there any more, or cannot be read.
        MediaChanged: it was written to meanwhile.
        Refused, Unreachable: the service does not take it, or is not there.
    """
    try:
        before = await asyncio.to_thread(path.stat)
        try:
            sent = await remote.upload(path, content_type(probe), on_progress)
        except NetworkTrouble:
            # One that has grown or shrunk breaks the line: more or less comes than was announced.
            _refuse_changed(path, before, await asyncio.to_thread(path.stat))
            raise
        _refuse_changed(path, before, await asyncio.to_thread(path.stat))
    except FileNotFoundError:
        raise MediaNotFound(path) from None
    except OSError as error:
        raise MediaUnreadable(path, f"{error.strerror or error}.") from None
    return sent


def _refuse_changed(path: Path, before: os.stat_result, after: os.stat_result) -> None:
    if _identity(before) != _identity(after):
        raise MediaChanged(path, "Another program wrote to it or replaced it.")


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
