"""Keep media in a folder, each file once, under the hash of its bytes.

    <folder>/ab/cdef…      a file whose SHA-256 begins with "ab", whole or not there at all
    <folder>/.part-…       being written; locked by its writer, swept when that has died

Several processes may use one folder at a time.
"""

import asyncio
import errno
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from postwright.media.errors import MediaChanged, MediaUnreadable, StorageFull, StorageUnusable
from postwright.media.source import open_source

BLOCK_BYTES = 1 << 20

_PART = ".part-"
_NAME = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A file in the store: never written to again."""

    sha256: str
    size_bytes: int
    path: Path


class Stopped(Exception):
    """The copying was called off."""


class MediaStore:
    """A folder of media, made (0700) when the first file comes.

    Args:
        folder: where the files go; other things in it are left alone.
        reserve_bytes: what is to stay free on its disk.
    """

    def __init__(self, folder: Path, *, reserve_bytes: int) -> None:
        self.folder = folder
        self.reserve_bytes = reserve_bytes

    def path_of(self, sha256: str) -> Path:
        """Say where a file of this hash (64 hex digits, lower case) lies, if it is there.

        Raises:
            ValueError: not such a hash.
        """
        if not _NAME.fullmatch(sha256):
            message = f"not a SHA-256 in hex: {sha256!r}"
            raise ValueError(message)
        return self.folder / sha256[:2] / sha256[2:]

    def exists(self, sha256: str) -> bool:
        """Whether a file of this hash is kept."""
        return self.path_of(sha256).is_file()

    async def keep(self, path: Path, on_progress: Progress | None = None) -> StoredMedia:
        """Do what `add` does, in a thread; when cancelled, stop copying and keep nothing.

        `on_progress` is called from that thread.
        """
        stop = threading.Event()
        copying = asyncio.create_task(asyncio.to_thread(self.add, path, on_progress, stop=stop))
        try:
            return await asyncio.shield(copying)
        except asyncio.CancelledError:
            stop.set()
            with suppress(Stopped):
                await copying
            raise

    def add(
        self,
        path: Path,
        on_progress: Progress | None = None,
        *,
        stop: threading.Event | None = None,
    ) -> StoredMedia:
        """Copy a file into the store and return its hash; the same bytes are kept once.

        Reads the file once, in blocks of 1 MiB. When it returns, the copy is on the disk to stay.
        When it raises, nothing is left.

        Args:
            path: a regular file.
            on_progress: called after each block with (bytes done, bytes in all).
            stop: when set, the copying ends with `Stopped`.

        Raises:
            MediaNotFound: there is no such file.
            MediaUnreadable: it is no regular file, or not ours to read.
            MediaChanged: somebody wrote to it in the meantime.
            StorageFull: no room, counting the reserve.
            StorageUnusable: the folder cannot be made or written.
            Stopped: `stop` was set.
        """
        with open_source(path) as source:
            before = os.fstat(source.fileno())
            self._make_folder()
            self._sweep()
            self._check_room(before.st_size)
            part, part_path = self._open_part()
            try:
                with part:
                    sha256 = _Copy(path, source, before, part).run(on_progress, stop)
                    return StoredMedia(sha256, before.st_size, self._place(part_path, sha256))
            except OSError as error:
                raise self._trouble(error, before.st_size) from None
            finally:
                part_path.unlink(missing_ok=True)

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnusable(self.folder, error) from None

    def _check_room(self, size_bytes: int) -> None:
        needed = size_bytes + self.reserve_bytes
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise StorageFull(self.folder, needed_bytes=needed, free_bytes=free)

    def _open_part(self) -> tuple[BinaryIO, Path]:
        try:
            while True:
                descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=_PART)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if Path(name).exists():
                    return os.fdopen(descriptor, "wb"), Path(name)
                os.close(descriptor)  # swept between being made and being locked
        except OSError as error:
            raise self._trouble(error, 0) from None

    def _place(self, part: Path, sha256: str) -> Path:
        target = self.path_of(sha256)
        if target.is_file() and target.stat().st_size == part.stat().st_size:
            return target
        target.parent.mkdir(mode=0o700, exist_ok=True)
        part.replace(target)
        _sync_folder(target.parent)
        _sync_folder(self.folder)
        return target

    def _sweep(self) -> None:
        """Remove what killed writers have left; a living one holds the lock of its own."""
        for leftover in self.folder.glob(f"{_PART}*"):
            with suppress(OSError), leftover.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                leftover.unlink()

    def _trouble(self, error: OSError, size_bytes: int) -> StorageFull | StorageUnusable:
        if error.errno not in _FULL:
            return StorageUnusable(self.folder, error)
        free = shutil.disk_usage(self.folder).free
        needed = size_bytes + self.reserve_bytes
        return StorageFull(self.folder, needed_bytes=needed, free_bytes=free)


@dataclass(frozen=True, slots=True)
class _Copy:
    """One file on its way into the store."""

    path: Path
    source: BinaryIO
    before: os.stat_result
    target: BinaryIO

    def run(self, on_progress: Progress | None, stop: threading.Event | None) -> str:
        total = self.before.st_size
        digest = hashlib.sha256()
        done = 0
        while block := self._read():
            if stop is not None and stop.is_set():
                raise Stopped
            digest.update(block)
            self.target.write(block)
            done += len(block)
            if done > total:
                break
            if on_progress is not None:
                on_progress(done, total)
        self._check_unchanged(done)
        self.target.flush()
        os.fsync(self.target.fileno())
        return digest.hexdigest()

    def _read(self) -> bytes:
        try:
            return self.source.read(BLOCK_BYTES)
        except OSError as error:
            raise MediaUnreadable(self.path, f"Reading failed: {error.strerror}.") from None

    def _check_unchanged(self, done: int) -> None:
        if done != self.before.st_size:
            why = f"It was {self.before.st_size:,} bytes long at first, then {done:,} or more."
            raise MediaChanged(self.path, why)
        # By the name as well: it may have been replaced by another file.
        for status in (os.fstat(self.source.fileno()), _status(self.path)):
            if status is None or _identity(status) != _identity(self.before):
                raise MediaChanged(self.path, "Another program wrote to it or replaced it.")


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
