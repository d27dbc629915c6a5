"""Keep media in a folder, each file once per workspace, under the hash of its bytes.

    <folder>/<workspace>/ab/cdef…   a file whose SHA-256 begins with "ab", whole or not there at all
    <folder>/.part-…                being written; locked by its writer, swept when that has died

Several processes may use one folder at a time.
"""

import asyncio
import errno
import os
import shutil
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from postwright.media.errors import MediaMissing, StorageFull, StorageUnusable
from postwright.media.store.arriving import Arrival
from postwright.media.store.interface import (
    Announce,
    ByteSource,
    Held,
    Progress,
    StoredMedia,
    folder_of,
    key_of,
    named_by,
)
from postwright.media.store.original import BLOCK_BYTES, Original, in_thread, opened, telling
from postwright.media.store.parts import check_room, open_part, sweep_parts

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _silent(_: StoredMedia) -> None:
    """Nobody wants to hear of a hash."""


class FolderStore:
    """A folder of media, made (0700) when the first file comes. See `MediaStore`.

    Args:
        folder: where the files go; other things in it are left alone.
        reserve_bytes: what is to stay free on its disk.
    """

    def __init__(self, folder: Path, *, reserve_bytes: int) -> None:
        self.folder = folder
        self.reserve_bytes = reserve_bytes

    def path_of(self, workspace_id: str, sha256: str) -> Path:
        """Say where a file lies, if it is there.

        Raises:
            ValueError: no workspace's id, or no hash (64 hex digits, lower case).
        """
        return self.folder / key_of(workspace_id, sha256)

    async def keep(
        self,
        workspace_id: str,
        path: Path,
        on_progress: Progress | None = None,
        *,
        announce: Announce | None = None,
    ) -> StoredMedia:
        """Copy a file into the folder. See `MediaStore.keep`."""
        stop = threading.Event()
        tell = telling(announce, stop)
        return await in_thread(
            lambda: self.add(workspace_id, path, on_progress, tell=tell, stop=stop), stop
        )

    def add(
        self,
        workspace_id: str,
        path: Path,
        on_progress: Progress | None = None,
        *,
        tell: Callable[[StoredMedia], None] = _silent,
        stop: threading.Event | None = None,
    ) -> StoredMedia:
        """Do what `keep` does, in this thread.

        Reads the file once. `tell` hears the hash before the copy gets its name; when `stop` is
        set, it ends with `Stopped`.
        """
        with opened(path, stop or threading.Event()) as original:
            part, part_path = self._open_arrival(original.size_bytes)
            try:
                with part:
                    stored = _copy(original, part, on_progress)
                    tell(stored)
                    self._place(part_path, workspace_id, stored)
                    return stored
            except OSError as error:
                raise self._trouble(error, original.size_bytes) from None
            finally:
                part_path.unlink(missing_ok=True)

    @asynccontextmanager
    async def receiving(self, size_bytes: int) -> AsyncGenerator[Arrival]:
        """Give a part for bytes that come from elsewhere. See `MediaStore.receiving`."""
        part, path = await asyncio.to_thread(self._open_arrival, size_bytes)
        arrival = Arrival(
            part,
            path,
            lambda error: self._trouble(error, size_bytes),
            check_room=lambda: check_room(self.folder, 0, self.reserve_bytes),
        )
        try:
            yield arrival
        finally:
            await arrival.close()
            part.close()
            path.unlink(missing_ok=True)

    async def take(
        self, workspace_id: str, arrival: Arrival, *, announce: Announce | None = None
    ) -> StoredMedia:
        """Keep what has arrived, under its new name. See `MediaStore.take`."""
        stop = threading.Event()
        tell = telling(announce, stop)
        stored = StoredMedia(arrival.sha256, arrival.size_bytes)

        def place() -> StoredMedia:
            tell(stored)
            try:
                self._place(arrival.path, workspace_id, stored)
            except OSError as error:
                raise self._trouble(error, stored.size_bytes) from None
            return stored

        return await in_thread(place, stop)

    async def size(self, workspace_id: str, sha256: str) -> int | None:
        """How many bytes a file has; None if it is not there."""
        path = self.path_of(workspace_id, sha256)
        return await asyncio.to_thread(self._size, path)

    async def exists(self, workspace_id: str, sha256: str) -> bool:
        """Whether a file is there."""
        return await self.size(workspace_id, sha256) is not None

    def read(self, workspace_id: str, sha256: str, offset: int, size: int) -> bytes:
        """Read `size` bytes from `offset`. See `MediaStore.read`."""
        descriptor = self.open(workspace_id, sha256)
        try:
            return os.pread(descriptor, size, offset)
        except OSError as error:
            raise StorageUnusable(self.folder, error) from None
        finally:
            os.close(descriptor)

    def open(self, workspace_id: str, sha256: str) -> int:
        """Open a file for reading; its descriptor, which the caller closes.

        Raises:
            MediaMissing: it is not there.
            StorageUnusable: it cannot be opened.
        """
        try:
            return os.open(self.path_of(workspace_id, sha256), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise MediaMissing(workspace_id, sha256, str(self.folder)) from None
        except OSError as error:
            raise StorageUnusable(self.folder, error) from None

    def source(self, workspace_id: str, sha256: str) -> ByteSource:
        """Give a file for sending it on. See `MediaStore.source`."""
        return _Kept(self, workspace_id, sha256)

    async def stream(
        self, workspace_id: str, sha256: str, *, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes]:
        """Give a file in pieces of 1 MiB. See `MediaStore.stream`."""
        left = size
        while left is None or left > 0:
            wanted = BLOCK_BYTES if left is None else min(BLOCK_BYTES, left)
            piece = await asyncio.to_thread(self.read, workspace_id, sha256, offset, wanted)
            if not piece:
                return
            yield piece
            offset += len(piece)
            left = None if left is None else left - len(piece)

    @asynccontextmanager
    async def local(self, workspace_id: str, sha256: str) -> AsyncGenerator[Path]:
        """Give the kept file itself; it must not be written to."""
        if not await self.exists(workspace_id, sha256):
            raise MediaMissing(workspace_id, sha256, str(self.folder))
        yield self.path_of(workspace_id, sha256)

    async def delete(self, workspace_id: str, sha256: str) -> None:
        """Remove a file. Quiet if it is not there."""
        path = self.path_of(workspace_id, sha256)
        try:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except OSError as error:
            raise StorageUnusable(self.folder, error) from None

    async def list(self, workspace_id: str | None = None) -> AsyncGenerator[Held]:
        """Everything that is kept, shelf by shelf: never all of it in memory."""
        place = self.folder if workspace_id is None else self.folder / folder_of(workspace_id)
        depth = "*/*" if workspace_id is None else "*"
        for shelf in await asyncio.to_thread(lambda: sorted(place.glob(depth))):
            for held in await asyncio.to_thread(self._on, shelf):
                yield held

    async def sweep(self) -> int:
        """Remove the parts of writers that have died; how many."""
        return await asyncio.to_thread(sweep_parts, self.folder)

    def _size(self, path: Path) -> int | None:
        try:
            return path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StorageUnusable(self.folder, error) from None

    def _on(self, shelf: Path) -> Sequence[Held]:
        found = deque[Held]()
        for path in shelf.iterdir() if shelf.is_dir() else ():
            named = named_by(path.relative_to(self.folder).as_posix())
            if named is None:
                continue
            with suppress(FileNotFoundError):
                status = path.stat()
                kept_at = datetime.fromtimestamp(status.st_mtime, UTC)
                found.append(Held(*named, status.st_size, kept_at))
        return found

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnusable(self.folder, error) from None

    def _open_arrival(self, size_bytes: int) -> tuple[BinaryIO, Path]:
        self._make_folder()
        sweep_parts(self.folder)
        check_room(self.folder, size_bytes, self.reserve_bytes)
        return self._open_part(size_bytes)

    def _open_part(self, size_bytes: int) -> tuple[BinaryIO, Path]:
        try:
            return open_part(self.folder)
        except OSError as error:
            raise self._trouble(error, size_bytes) from None

    def _place(self, part: Path, workspace_id: str, stored: StoredMedia) -> None:
        target = self.path_of(workspace_id, stored.sha256)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.replace(target)  # in any case: what was there may be damaged
        for folder in (target.parent, target.parent.parent, self.folder):
            _sync_folder(folder)

    def _trouble(self, error: OSError, size_bytes: int) -> StorageFull | StorageUnusable:
        if error.errno not in _FULL:
            return StorageUnusable(self.folder, error)
        free = shutil.disk_usage(self.folder).free
        needed = size_bytes + self.reserve_bytes
        return StorageFull(self.folder, needed_bytes=needed, free_bytes=free)


class _Kept:
    """Opened with the first read, for as long as somebody has this: for one upload."""

    __slots__ = ("_descriptor", "_lock", "_sha256", "_store", "_workspace_id")

    def __init__(self, store: FolderStore, workspace_id: str, sha256: str) -> None:
        self._store = store
        self._workspace_id = workspace_id
        self._sha256 = sha256
        self._lock = threading.Lock()
        self._descriptor: int | None = None

    def read(self, offset: int, size: int, /) -> bytes:
        with self._lock:
            if self._descriptor is None:
                self._descriptor = self._store.open(self._workspace_id, self._sha256)
            try:
                return os.pread(self._descriptor, size, offset)
            except OSError as error:
                self._close()  # it may have been unmounted: what comes next opens it anew
                raise StorageUnusable(self._store.folder, error) from None

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _copy(original: Original, part: BinaryIO, on_progress: Progress | None) -> StoredMedia:
    part.writelines(original.blocks(on_progress))
    part.flush()
    os.fsync(part.fileno())
    return StoredMedia(original.sha256, original.size_bytes)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
