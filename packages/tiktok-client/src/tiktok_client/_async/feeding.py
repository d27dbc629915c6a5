"""Whatever an upload is made of, handed out chunk by chunk, and again after a fault."""

from collections.abc import AsyncIterable
from pathlib import Path

from anyio.to_thread import run_sync

from tiktok_client._source import BinaryFile, HeldChunk, Source, broken_at
from tiktok_client._waiting import to_the_end
from tiktok_client.errors import SourceError
from tiktok_client.models.chunks import Chunk

__all__ = ["AsyncFeed"]


class AsyncFeed:
    """The bytes of one upload. Close it.

    Files, bytes and byte sources are read again as they are. A stream cannot be: its current chunk
    is gathered into a temporary file before any of it is sent, so that it can be sent again, and so
    that a slow or broken stream never leaves a PUT half done.
    """

    def __init__(
        self, source: Source | AsyncIterable[bytes], total_bytes: int, start: int = 0
    ) -> None:
        self._total_bytes = total_bytes
        self._taken = start  # how far the stream was read, counted from the start of the video
        self._rest = memoryview(b"")  # of the stream's last piece, what is not held yet
        self._held: HeldChunk | None = None
        match source:
            case str() | Path() | bytes() | BinaryFile():
                self._again: Source | None = source
            case AsyncIterable():
                self._again = None
                self._stream = source.__aiter__()
            case _:
                self._again = source

    async def ready(self, chunk: Chunk) -> Source:
        """Return what has this chunk's bytes.

        Raises SourceError for a stream that breaks, that has not as many bytes as planned, or that
        would have to go back behind the chunk that is held; and for a disk that cannot hold it.
        """
        if self._again is not None:
            return self._again
        try:
            return await self._gather(chunk)
        except OSError as error:
            why = f"the temporary folder cannot hold a chunk: {error.strerror}"
            raise SourceError(why, operation="upload") from error

    async def aclose(self) -> None:
        """Give the temporary file back. What the caller made stays the caller's."""
        held = self._held
        if held is not None:
            await to_the_end(lambda: run_sync(held.close))

    async def _gather(self, chunk: Chunk) -> HeldChunk:
        held, end = await self._hold(chunk.first), chunk.last_inclusive + 1
        while held.end < end:
            piece = await self._take(end - held.end)
            await run_sync(held.append, piece)
        if end == self._total_bytes:
            await self._expect_the_end()
        return held

    async def _hold(self, first: int) -> HeldChunk:
        """What is held, with `first` in it or at its end."""
        if self._held is None:
            self._held = HeldChunk(self._taken)
        held = self._held
        if first < held.first:
            raise SourceError(
                f"TikTok wants byte {first} again, but a stream only goes forward",
                operation="upload",
            )
        if first >= held.end:
            skip = first - held.end
            while skip:
                skip -= len(await self._take(skip))
            await run_sync(held.restart, first)
        return held

    async def _take(self, most: int) -> memoryview:
        """The next bytes of the stream, at most so many."""
        if not self._rest:
            self._rest = await self._next()
        if not self._rest:
            raise SourceError(
                f"the video ended at byte {self._taken} of {self._total_bytes}", operation="upload"
            )
        piece, self._rest = self._rest[:most], self._rest[most:]
        self._taken += len(piece)
        return piece

    async def _expect_the_end(self) -> None:
        # Before the last chunk goes out: TikTok publishes when it has it.
        self._rest = self._rest or await self._next()
        if self._rest:
            raise SourceError(
                f"the video has more than the planned {self._total_bytes} bytes", operation="upload"
            )

    async def _next(self) -> memoryview:
        """The stream's next piece that is not empty, or an empty one at its end."""
        try:
            async for piece in self._stream:
                if piece:
                    return memoryview(piece)
        except Exception as error:
            raise broken_at(self._taken, error) from error
        return memoryview(b"")
