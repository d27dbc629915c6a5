"""The file that is to be kept: read in blocks, hashed, and found unchanged at the end."""

import asyncio
import hashlib
import os
import threading
from collections.abc import Callable, Generator
from concurrent.futures import wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from postwright.media.errors import MediaChanged, MediaUnreadable
from postwright.media.source import open_source
from postwright.media.store.interface import Announce, Progress, StoredMedia

BLOCK_BYTES = 1 << 20

_LOOK_S = 0.1

T = TypeVar("T")


class Stopped(Exception):
    """The copying was called off."""


class Original:
    """An open file that must stay as it is while it is read, once or several times."""

    def __init__(self, path: Path, source: BinaryIO, stop: threading.Event) -> None:
        self._path = path
        self._source = source
        self._stop = stop
        self._before = os.fstat(source.fileno())
        self.size_bytes = self._before.st_size
        self.sha256 = ""

    def blocks(self, on_progress: Progress | None = None) -> Generator[bytes]:
        """Read it from its start, 1 MiB at a time; `sha256` is known when this has ended.

        Raises:
            MediaChanged: it is not what it was, or not what an earlier reading gave.
            MediaUnreadable: reading failed.
            Stopped: somebody called it off.
        """
        self._source.seek(0)
        digest = hashlib.sha256()
        done = 0
        while block := self._read():
            if self._stop.is_set():
                raise Stopped
            digest.update(block)
            yield block
            done += len(block)
            if done > self.size_bytes:
                break
            if on_progress is not None:
                on_progress(done, self.size_bytes)
        self._check_unchanged(done)
        if self.sha256 not in ("", digest.hexdigest()):
            raise MediaChanged(self._path, "It was read twice and had other bytes each time.")
        self.sha256 = digest.hexdigest()

    def _read(self) -> bytes:
        try:
            return self._source.read(BLOCK_BYTES)
        except OSError as error:
            raise MediaUnreadable(self._path, f"Reading failed: {error.strerror}.") from None

    def _check_unchanged(self, done: int) -> None:
        if done != self.size_bytes:
            why = f"It was {self.size_bytes:,} bytes long at first, then {done:,} or more."
            raise MediaChanged(self._path, why)
        # By the name as well: it may have been replaced by another file.
        for status in (os.fstat(self._source.fileno()), _status(self._path)):
            if status is None or _identity(status) != _identity(self._before):
                raise MediaChanged(self._path, "Another program wrote to it or replaced it.")


@contextmanager
def opened(path: Path, stop: threading.Event) -> Generator[Original]:
    """Open the file that is to be kept.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it is no regular file, or not ours to read.
    """
    with open_source(path) as source:
        yield Original(path, source, stop)


async def in_thread(work: Callable[[], T], stop: threading.Event) -> T:
    """Run `work` in a thread; when cancelled, set `stop` and wait until it has cleaned up."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        with suppress(Exception):  # whatever it ended with, nobody waits for it any more
            await running
        raise


def telling(announce: Announce | None, stop: threading.Event) -> Callable[[StoredMedia], None]:
    """Make `announce` callable from a thread, which waits for it; it ends when `stop` is set."""
    loop = asyncio.get_running_loop()

    def tell(stored: StoredMedia) -> None:
        if announce is None:
            return
        told = asyncio.run_coroutine_threadsafe(_awaited(announce, stored), loop)
        while not told.done():
            wait({told}, timeout=_LOOK_S)
            if stop.is_set():
                told.cancel()
                raise Stopped
        told.result()

    return tell


async def _awaited(announce: Announce, stored: StoredMedia) -> None:
    await announce(stored)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
