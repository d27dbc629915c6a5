"""Sending bytes to TikTok: one chunk, or everything with what it takes to get there."""

from collections.abc import AsyncIterable, Callable

from anyio import sleep

from tiktok_client._operations import upload
from tiktok_client._source import Source
from tiktok_client.errors import TransportError, UploadError
from tiktok_client.models.chunks import Chunk, ChunkPlan
from tiktok_client.models.posting import ChunkReceipt

from .calls import AsyncCalls
from .feeding import AsyncFeed

__all__ = ["AsyncSending"]


class AsyncSending(AsyncCalls):
    """The PUTs of the Content Posting API. They need no token: the address carries its own.

    Source: content-posting-api-media-transfer-guide, 2026-09-11.
    """

    async def upload_chunk(
        self,
        upload_url: str,
        source: Source,
        chunk: Chunk,
        *,
        total_bytes: int,
        content_type: str = "video/mp4",
        on_progress: Callable[[int], None] | None = None,
        timeout_s: float | None = None,
    ) -> ChunkReceipt:
        """Send one chunk, once. Needs no token; memory stays flat whatever the size.

        After the last chunk TikTok publishes. `timeout_s` bounds this PUT. Raises UploadError,
        TransportError (`sent` True: the chunk may have arrived), SourceError, and ResponseError for
        an address outside TikTok.

        Source: content-posting-api-media-transfer-guide, 2026-09-11.
        """
        target = upload.put_chunk(
            self._endpoints,
            upload_url,
            chunk,
            total_bytes=total_bytes,
            content_type=content_type,
        )
        return await self._transport.put(
            target,
            source,
            chunk,
            lambda answer: upload.read_receipt(answer, chunk),
            total_bytes=total_bytes,
            timeout_s=timeout_s,
            on_progress=on_progress,
        )

    async def upload(
        self,
        upload_url: str,
        source: Source | AsyncIterable[bytes],
        plan: ChunkPlan,
        *,
        content_type: str = "video/mp4",
        start: int = 0,
        on_progress: Callable[[int], None] | None = None,
        tries: int = 3,
        pause_s: float = 0.5,
        timeout_s: float | None = None,
    ) -> ChunkReceipt:
        """Send everything from `start` on, in order, and return the last receipt.

        `source` is a path, bytes, an open binary file (read from its beginning, wherever it stands,
        and left open; one upload at a time), anything with `read(offset, size)`, or a stream of
        bytes, which begins at `start`. A path and bytes are read 96 KiB at a time, an open file and
        a source of your own 512 KiB. A stream cannot be read twice, so each chunk is first gathered
        in a temporary file: the disk holds one chunk (the largest of `plan`), the memory one piece
        of the stream.

        A chunk is tried `tries` times after a server fault or a broken connection, with pauses of
        `pause_s`, doubled each time; after a 416 it goes on from where TikTok says it is.
        Failures are counted until the upload is further than it ever was. `timeout_s` bounds each
        PUT. `on_progress` gets the offset up to which bytes were handed to the network; after a
        fault it goes back.

        To stop, cancel the task, or raise from `on_progress`: the connection is closed, no thread
        goes on, and what TikTok has of the file stays unpublished until its address ends.

        Raises as `upload_chunk`; advice ASK_STATUS means that the file may be complete. SourceError
        also for a stream that breaks or has not as many bytes as planned: nothing is published.
        ValueError for a `start` outside the file.

        Source: content-posting-api-media-transfer-guide, 2026-09-11.
        """
        if not 0 <= start <= plan.size_bytes:
            raise ValueError(f"start {start} is outside a file of {plan.size_bytes} bytes")
        feed = AsyncFeed(source, plan.size_bytes, start)
        try:
            return await self._upload(
                upload_url,
                feed,
                plan,
                content_type=content_type,
                start=start,
                on_progress=on_progress,
                tries=tries,
                pause_s=pause_s,
                timeout_s=timeout_s,
            )
        finally:
            await feed.aclose()

    async def _upload(
        self,
        upload_url: str,
        feed: AsyncFeed,
        plan: ChunkPlan,
        *,
        content_type: str,
        start: int,
        on_progress: Callable[[int], None] | None,
        tries: int = 3,
        pause_s: float = 0.5,
        timeout_s: float | None = None,
    ) -> ChunkReceipt:
        receipt = ChunkReceipt(status=0, complete=False, received=start)
        offset = furthest = start
        failures = 0
        while offset < plan.size_bytes:
            chunk = next(plan.chunks_from(offset))
            try:
                receipt = await self.upload_chunk(
                    upload_url,
                    await feed.ready(chunk),
                    chunk,
                    total_bytes=plan.size_bytes,
                    content_type=content_type,
                    on_progress=on_progress,
                    timeout_s=timeout_s,
                )
            except (UploadError, TransportError) as error:
                failures += 1
                resumed = upload.resume_after(error, plan, offset)
                if resumed is None or failures >= tries:
                    raise
                receipt = upload.receipt_of_resync(error, plan, resumed)
                await sleep(pause_s * 2 ** (failures - 1))
                offset = resumed
                if on_progress is not None:
                    on_progress(offset)
            else:
                offset = plan.size_bytes if receipt.complete else chunk.last_inclusive + 1
                if offset > furthest:  # a server that takes a chunk and wants it again is a fault
                    furthest, failures = offset, 0
        return receipt
