"""Bytes that come from elsewhere, before anybody knows what they are: written down on the way.

They are collected in large pieces. While one is filled the last one is written and hashed, each in
a thread, so that who sends waits for neither; and memory stays at two pieces, whatever the size.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from postwright.errors import StorageTrouble
from postwright.media.store.interface import StoredMedia

PIECE_BYTES = 2 << 20
_SETTLE_BYTES = 32 << 20

# Of its own: a slow disk must not keep those from reading who serve what is there.
_threads = ThreadPoolExecutor(8, thread_name_prefix="media-arriving")


class Arrival:
    """A file that is being received, in a part on this machine that nobody else sees.

    Args:
        part: an empty file that is open for writing.
        path: where it is.
        trouble: what to raise when it cannot be written.
        check_room: raises StorageFull when too little is left of the disk. Asked now and then:
            how much comes is not always known, and others write to the same disk.
    """

    def __init__(
        self,
        part: BinaryIO,
        path: Path,
        trouble: Callable[[OSError], StorageTrouble],
        *,
        check_room: Callable[[], None],
    ) -> None:
        self.path = path
        self.size_bytes = 0
        self.sha256 = ""
        self._descriptor = part.fileno()
        self._trouble = trouble
        self._check_room = check_room
        self._digest = hashlib.sha256()
        self._filling, self._other = bytearray(PIECE_BYTES), bytearray(PIECE_BYTES)
        self._filled = 0
        self._settled_bytes = 0
        self._busy: asyncio.Future[Any] | None = None

    async def write(self, piece: bytes | bytearray | memoryview) -> None:
        """Take the next bytes. They are the caller's again when this returns.

        Raises:
            StorageFull: the reserve has been reached.
            StorageTrouble: the disk is gone.
        """
        left = memoryview(piece)
        self.size_bytes += len(left)
        while left:
            taken = min(PIECE_BYTES - self._filled, len(left))
            self._filling[self._filled : self._filled + taken] = left[:taken]
            self._filled += taken
            left = left[taken:]
            if self._filled == PIECE_BYTES:
                await self._hand_over()

    async def finish(self) -> StoredMedia:
        """Say that this was all; when it returns, it is on the disk to stay.

        Raises:
            StorageTrouble: as `write` does.
        """
        await self._hand_over()
        await self._until_free()
        self._busy = asyncio.gather(self._run(lambda: os.fsync(self._descriptor)))
        await self._until_free()
        self.sha256 = self._digest.hexdigest()
        return StoredMedia(self.sha256, self.size_bytes)

    async def close(self) -> None:
        """Wait for the threads: the part is closed after this."""
        if self._busy is not None:
            await asyncio.gather(self._busy, return_exceptions=True)

    async def _hand_over(self) -> None:
        await self._until_free()
        full = memoryview(self._filling)[: self._filled]
        self._filling, self._other, self._filled = self._other, self._filling, 0
        self._busy = asyncio.gather(
            self._run(lambda: self._write(full)), self._run(lambda: self._digest.update(full))
        )

    async def _until_free(self) -> None:
        busy, self._busy = self._busy, None
        try:
            if busy is not None:
                await asyncio.shield(busy)
        except OSError as error:
            raise self._trouble(error) from None
        except asyncio.CancelledError:
            self._busy = busy
            raise

    def _write(self, full: memoryview) -> None:
        at = 0
        while at < len(full):
            at += os.write(self._descriptor, full[at:])
        self._settled_bytes += at
        if self._settled_bytes < _SETTLE_BYTES:
            return
        self._settled_bytes = 0
        self._check_room()
        if hasattr(os, "posix_fadvise"):
            # The disk begins with it now, and has little left to do at the end.
            os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def _run(self, work: Callable[[], None]) -> "asyncio.Future[None]":
        return asyncio.get_running_loop().run_in_executor(_threads, work)
