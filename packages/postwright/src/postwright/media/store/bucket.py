"""Keep media in a bucket: S3 and what speaks like it, Google Cloud Storage, Azure.

A file is read twice. The first time gives its hash, and with it its key; a file that is there
already is not sent at all. The second time it is sent in parts straight to that key, and hashed
again: the bucket shows an object only when the last part was acknowledged, and that one is held
back until the second hash is found to be the first one. So there is no key for things half done,
nothing to rename (S3 copies no more than 5 GB at a time), and no copy of the file on this disk.

What a killed upload leaves are parts that no listing shows; see `abandoned`.
"""

import asyncio
import hashlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import obstore
from obstore.store import ObjectStore

from postwright.media.errors import MediaDamaged, MediaMissing, StorageAway, StorageUnusable
from postwright.media.store.arriving import Arrival
from postwright.media.store.interface import (
    Announce,
    Held,
    Progress,
    StoredMedia,
    folder_of,
    key_of,
    named_by,
)
from postwright.media.store.original import Original, in_thread, opened, telling
from postwright.media.store.parts import check_room, open_part, sweep_parts
from postwright.media.store.trouble import Failures

if TYPE_CHECKING:  # there only for type checkers
    from obstore import ObjectMeta

PART_BYTES = 8 << 20
PARTS_AT_ONCE = 4
FIRST_BYTES = 1 << 20  # of a stream: its first byte comes sooner


class BucketStore:
    """A bucket, or a folder in one. See `MediaStore`.

    Memory stays at a few parts of 8 MiB per transfer, whatever the size of the file.

    Args:
        objects: the bucket.
        url: its address, for people.
        scratch: a folder of this machine, for `local` and for what arrives.
        reserve_bytes: what is to stay free on the disk of that folder.
        sweep_uploads: removes the parts that killed uploads have left; None where that is left to
            the bucket.
    """

    def __init__(
        self,
        objects: ObjectStore,
        url: str,
        *,
        scratch: Path,
        reserve_bytes: int,
        sweep_uploads: Callable[[], int] | None = None,
    ) -> None:
        self.url = url
        self._objects = objects
        self._scratch = scratch
        self._reserve_bytes = reserve_bytes
        self._sweep_uploads = sweep_uploads
        self._failures = Failures(url)
        self._ahead = ThreadPoolExecutor(PARTS_AT_ONCE, thread_name_prefix="media-ahead")

    async def keep(
        self,
        workspace_id: str,
        path: Path,
        on_progress: Progress | None = None,
        *,
        announce: Announce | None = None,
    ) -> StoredMedia:
        """Send a file to the bucket. See `MediaStore.keep`."""
        stop = threading.Event()
        tell = telling(announce, stop)

        def add() -> StoredMedia:
            with opened(path, stop) as original:
                for _ in original.blocks():
                    pass  # only its hash is wanted
                stored = StoredMedia(original.sha256, original.size_bytes)
                tell(stored)
                self._send(key_of(workspace_id, stored.sha256), original, on_progress)
                return stored

        return await in_thread(add, stop)

    @asynccontextmanager
    async def receiving(self, size_bytes: int) -> AsyncGenerator[Arrival]:
        """Give a part on this machine: the key of an object is known only when all is here."""
        part, path = await asyncio.to_thread(self._open_scratch, size_bytes)
        arrival = Arrival(
            part,
            path,
            lambda error: StorageUnusable(self._scratch, error),
            check_room=lambda: check_room(self._scratch, 0, self._reserve_bytes),
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
        """Send what has arrived to the bucket, hashed once more on its way."""
        stop = threading.Event()
        tell = telling(announce, stop)
        stored = StoredMedia(arrival.sha256, arrival.size_bytes)

        def add() -> StoredMedia:
            with opened(arrival.path, stop) as original:
                original.sha256 = stored.sha256
                tell(stored)
                self._send(key_of(workspace_id, stored.sha256), original, None)
                return stored

        return await in_thread(add, stop)

    async def size(self, workspace_id: str, sha256: str) -> int | None:
        """How many bytes a file has; None if it is not there."""
        return await asyncio.to_thread(self._size, key_of(workspace_id, sha256))

    async def exists(self, workspace_id: str, sha256: str) -> bool:
        """Whether a file is there."""
        return await self.size(workspace_id, sha256) is not None

    def read(self, workspace_id: str, sha256: str, offset: int, size: int) -> bytes:
        """Read `size` bytes from `offset`, one request. See `MediaStore.read`."""
        key = key_of(workspace_id, sha256)
        if size == 0:
            return b""
        try:
            with self._failures.told():
                return bytes(obstore.get_range(self._objects, key, start=offset, length=size))
        except FileNotFoundError:
            raise MediaMissing(workspace_id, sha256, self.url) from None
        except StorageAway:
            # A range that starts behind the end is refused; here it is empty, as in any file.
            there = self._size(key)
            if there is not None and offset >= there:
                return b""
            raise

    def source(self, workspace_id: str, sha256: str) -> "Ahead":
        """Give a file for reading from its start to its end. See `MediaStore.source`."""
        return Ahead(
            lambda offset, size: self.read(workspace_id, sha256, offset, size), self._ahead
        )

    async def stream(
        self, workspace_id: str, sha256: str, *, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes]:
        """Give a file in pieces of 8 MiB, the next one being fetched meanwhile."""
        there = await self.size(workspace_id, sha256)
        if there is None:
            # Why not is said only to those who ask for the bytes themselves.
            await asyncio.to_thread(self.read, workspace_id, sha256, 0, 1)
            raise MediaMissing(workspace_id, sha256, self.url)
        end = there if size is None else min(there, offset + size)

        def fetch(start: int, length: int) -> "asyncio.Future[bytes]":
            length = min(length, end - start)
            read = asyncio.to_thread(self.read, workspace_id, sha256, start, length)
            return asyncio.ensure_future(read)

        coming = fetch(offset, FIRST_BYTES) if offset < end else None
        try:
            while coming is not None and (piece := await coming):
                offset += len(piece)
                coming = fetch(offset, PART_BYTES) if offset < end else None
                yield piece
        finally:
            if coming is not None:
                coming.cancel()

    @asynccontextmanager
    async def local(self, workspace_id: str, sha256: str) -> AsyncGenerator[Path]:
        """Give a copy on this machine, verified, and removed at the end."""
        part, path = await asyncio.to_thread(self._open_scratch)
        try:
            with part:
                digest = hashlib.sha256()
                async for piece in self.stream(workspace_id, sha256):
                    await asyncio.to_thread(digest.update, piece)
                    await asyncio.to_thread(part.write, piece)
                await asyncio.to_thread(part.flush)
                if digest.hexdigest() != sha256:
                    raise MediaDamaged(sha256, f"{self.url} gave other bytes than were kept.")
                yield path
        except OSError as error:
            raise StorageUnusable(self._scratch, error) from None
        finally:
            path.unlink(missing_ok=True)

    async def delete(self, workspace_id: str, sha256: str) -> None:
        """Remove a file. Quiet if it is not there."""
        key = key_of(workspace_id, sha256)

        def remove() -> None:
            with suppress(FileNotFoundError), self._failures.told():
                obstore.delete(self._objects, key)

        await asyncio.to_thread(remove)

    async def list(self, workspace_id: str | None = None) -> AsyncGenerator[Held]:
        """Everything that is kept, a thousand at a time."""
        prefix = None if workspace_id is None else folder_of(workspace_id)
        untyped = cast("Any", obstore)  # one of its overloads is about a library we have not
        pages: Iterator[Sequence[ObjectMeta]] = untyped.list(
            self._objects, prefix=prefix, chunk_size=1000
        )

        def next_page() -> "Sequence[ObjectMeta]":
            with self._failures.told():
                return next(pages, ())

        while page := await asyncio.to_thread(next_page):
            for found in page:
                named = named_by(found["path"])
                if named is not None:
                    yield Held(*named, found["size"], found["last_modified"])

    async def sweep(self) -> int:
        """Remove dead copies on this machine and, on S3, the parts that killed uploads left."""
        swept = await asyncio.to_thread(sweep_parts, self._scratch)
        if self._sweep_uploads is not None:
            swept += await asyncio.to_thread(self._sweep_uploads)
        return swept

    def _send(self, key: str, original: Original, on_progress: Progress | None) -> None:
        size = original.size_bytes
        if self._size(key) == size:
            if on_progress is not None:
                on_progress(size, size)
            return
        blocks = original.blocks(on_progress)
        with self._failures.told():
            if size <= PART_BYTES:
                obstore.put(self._objects, key, b"".join(blocks), use_multipart=False)
            else:
                obstore.put(
                    self._objects,
                    key,
                    blocks,
                    use_multipart=True,
                    chunk_size=PART_BYTES,
                    max_concurrency=PARTS_AT_ONCE,
                )
        if self._size(key) != size:
            raise StorageAway(self.url, f"It took {size:,} bytes and does not show them.")

    def _size(self, key: str) -> int | None:
        try:
            with self._failures.told():
                return obstore.head(self._objects, key)["size"]
        except FileNotFoundError:
            return None

    def _open_scratch(self, size_bytes: int = 0) -> tuple[BinaryIO, Path]:
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_room(self._scratch, size_bytes, self._reserve_bytes)
        return open_part(self._scratch)


class Ahead:
    """Bytes of a bucket, read in order: while one part is used up the next one is fetched.

    Reading elsewhere works as well, for the price of another request.
    """

    def __init__(self, fetch: Callable[[int, int], bytes], threads: ThreadPoolExecutor) -> None:
        self._fetch = fetch
        self._threads = threads
        self._first: int = 0
        self._part = b""
        self._coming: Future[bytes] | None = None

    def read(self, offset: int, size: int, /) -> bytes:
        """Read `size` bytes from `offset`, fewer at the end of the file."""
        pieces = list[bytes]()
        while size > 0:
            if not self._first <= offset < self._first + len(self._part):
                self._go_to(offset)
            start = offset - self._first
            piece = self._part[start : start + size]
            if not piece:
                break
            pieces.append(piece)
            offset, size = offset + len(piece), size - len(piece)
        return b"".join(pieces)

    def _go_to(self, offset: int) -> None:
        coming, self._coming = self._coming, None
        if coming is not None and offset == self._first + len(self._part):
            self._part = coming.result()
        else:
            self._part = self._fetch(offset, PART_BYTES)
        self._first = offset
        if len(self._part) == PART_BYTES:
            self._coming = self._threads.submit(self._fetch, offset + PART_BYTES, PART_BYTES)
