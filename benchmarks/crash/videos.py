"""Real videos of any size, quickly: one short video, and a `free` box behind it that players skip.

A box of random bytes makes each file another one; a box that is a hole in the file makes it large
without using the disk.
"""

import hashlib
import random
import struct
from pathlib import Path

from demo.video import make_video
from postwright.media.store.folder import FolderStore

BASE_BYTES = 6_000_000
_BLOCK_BYTES = 1 << 20
_LONG_HEADER_BYTES = 16
_FOUR_GIB = 1 << 32


def make_base(folder: Path) -> Path:
    """A vertical video of about 6 MB that TikTok takes."""
    return make_video(
        folder / "base.mp4", width=540, height=960, duration_s=4, min_bytes=BASE_BYTES
    )


def filled(base: Path, path: Path, size_bytes: int, seed: int) -> str:
    """Write the video of `base` with random bytes behind it; returns the file's SHA-256."""
    source = random.Random(seed)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for block in (base.read_bytes(), _free_header(size_bytes - base.stat().st_size)):
            digest.update(block)
            file.write(block)
        while (left := size_bytes - file.tell()) > 0:
            block = source.randbytes(min(left, _BLOCK_BYTES))
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def hollow(base: Path, path: Path, size_bytes: int) -> str:
    """Write the video of `base` with a hole behind it; returns the file's SHA-256."""
    with path.open("wb") as file:
        file.write(base.read_bytes())
        file.write(_free_header(size_bytes - base.stat().st_size))
        file.truncate(size_bytes)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place(path: Path, media_folder: Path, workspace_id: str, sha256: str) -> Path:
    """Move a file to where the media store keeps it; it must be on the same disk."""
    target = FolderStore(media_folder, reserve_bytes=0).path_of(workspace_id, sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.replace(target)


def _free_header(size_bytes: int) -> bytes:
    """The header of a `free` box of this size, header included; 64 bits when it takes them."""
    if size_bytes < _LONG_HEADER_BYTES:
        message = f"no room for a box in {size_bytes} bytes"
        raise ValueError(message)
    if size_bytes < _FOUR_GIB:
        return struct.pack(">I4s", size_bytes, b"free")
    return struct.pack(">I4sQ", 1, b"free", size_bytes)
