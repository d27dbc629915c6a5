"""Reads a kept file to its end, to see whether it still is what was kept."""

import asyncio
import hashlib

from postwright.media.errors import MediaDamaged
from postwright.media.store.interface import MediaStore


async def verify(store: MediaStore, workspace_id: str, sha256: str, size_bytes: int) -> None:
    """Read a whole file and compare it with what is known of it.

    Raises:
        MediaMissing: it is not there.
        MediaDamaged: it has another size or other bytes.
        StorageTrouble: the store cannot be used now.
    """
    digest = hashlib.sha256()
    read = 0
    async for piece in store.stream(workspace_id, sha256):
        read += len(piece)
        await asyncio.to_thread(digest.update, piece)
    if read != size_bytes:
        raise MediaDamaged(sha256, f"It has {read:,} bytes in place of {size_bytes:,}.")
    if digest.hexdigest() != sha256:
        raise MediaDamaged(sha256, "Its bytes have another SHA-256 than the ones that were kept.")
