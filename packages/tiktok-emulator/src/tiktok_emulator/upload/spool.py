"""Puts one chunk on the disk, off the event loop, keeping two blocks in memory at most."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from tiktok_emulator.posting.publish import StoredFile
from tiktok_emulator.upload.disk import blocks, write
from tiktok_emulator.upload.rules import Range
from tiktok_emulator.upload.state import Digest, Upload


class ChunkIncomplete(Exception):
    """The connection broke before the last byte of the chunk; nothing of it counts."""


class ChunkTooLate(Exception):
    """The upload address expired while the chunk came in; nothing of it counts."""


class ChunkSuperseded(Exception):
    """A newer request for the same chunk took over; nothing of this one counts."""


async def store_chunk(
    upload: Upload, span: Range, pieces: AsyncIterator[bytes], now: Callable[[], datetime]
) -> None:
    """Write a chunk to its place in the file and, once it is whole, count it.

    The newest request for a chunk wins: an older one that is still writing is told so and
    stops, so that a connection that hangs cannot block the upload. The running hash is a copy
    until the chunk is whole, like the count, so half a chunk leaves no trace.

    Raises:
        ChunkIncomplete: the connection broke.
        ChunkTooLate: the address expired meanwhile.
        ChunkSuperseded: another request took over, or the upload was reset away.
        OSError: the disk refused (full, gone).
    """
    me = object()
    upload.writer = me
    if upload.pending_write is not None:
        await asyncio.wait([upload.pending_write])
    digest = upload.digest.copy()
    received = 0
    writing: asyncio.Future[None] | None = None
    descriptor = await asyncio.to_thread(os.open, upload.path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        async for block in blocks(pieces):
            await _turn(upload, me, writing)
            writing = asyncio.get_running_loop().run_in_executor(
                None, write, descriptor, block, span.first + received, digest
            )
            upload.pending_write = writing
            received += sum(map(len, block))
        await _turn(upload, me, writing)
    finally:
        if writing is not None:
            await asyncio.wait([writing])
            writing.exception()
        os.close(descriptor)
    if received != span.size_bytes:
        raise ChunkIncomplete
    if upload.writer is not me:
        raise ChunkSuperseded
    _count(upload, received, digest, now())


def _count(upload: Upload, received: int, digest: Digest, now: datetime) -> None:
    """Let a whole chunk count; whoever began to wait for it meanwhile is superseded."""
    if now >= upload.expires_at:
        raise ChunkTooLate
    upload.writer = upload.pending_write = None
    upload.digest = digest
    upload.received_bytes += received
    if upload.is_complete:
        upload.files = [StoredFile(upload.path, upload.received_bytes, digest.hexdigest())]
        upload.completed_at = now


async def _turn(upload: Upload, me: object, writing: asyncio.Future[None] | None) -> None:
    """Wait for the block before; stop if the upload is no longer ours."""
    if upload.writer is me and writing is not None:
        await writing
    if upload.writer is not me or upload.is_forgotten:
        raise ChunkSuperseded
