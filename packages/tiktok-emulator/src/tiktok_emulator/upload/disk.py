"""Blocks on their way to the disk: gathered in the loop, written in a thread."""

import os
from collections.abc import AsyncIterator, Sequence

from tiktok_emulator.upload.state import Digest

BLOCK_BYTES = 2_097_152


async def blocks(pieces: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Gather network reads into blocks worth a trip to a thread."""
    block: list[bytes] = []
    size = 0
    async for piece in pieces:
        if not piece:
            continue
        block.append(piece)
        size += len(piece)
        if size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


def write(descriptor: int, block: Sequence[bytes], at: int, digest: Digest) -> None:
    """Write a block to its place and hash it. Blocks; run it in a thread.

    Raises:
        OSError: the disk refused (full, gone).
    """
    for piece in block:
        digest.update(piece)
        view = memoryview(piece)
        while view:
            done = os.pwrite(descriptor, view, at)
            at += done
            view = view[done:]
