"""Files that are made to hurt whoever opens them."""

import struct
import zlib
from pathlib import Path

from PIL import Image

from .videos import Shot, film

_SCANS = 40_000
_HUGE_COUNT = 0x08000000


def spinning(path: Path) -> Path:
    """A JPEG of a few hundred kB that takes minutes to unpack: the same scan again and again."""
    Image.new("L", (7_000, 7_000)).save(path, format="JPEG", progressive=True)
    content = path.read_bytes()
    last = content.rindex(b"\xff\xda")
    path.write_bytes(content[:last] + content[last:-2] * _SCANS + content[-2:])
    return path


def greedy(path: Path) -> Path:
    """A video whose index says that it has 134 million pictures of a byte each."""
    film(Shot(sound=None, seconds=1))(path)
    content = bytearray(path.read_bytes())
    sizes = content.index(b"stsz") + 8
    content[sizes : sizes + 8] = struct.pack(">II", 1, _HUGE_COUNT)
    times = content.index(b"stts") + 12
    content[times : times + 4] = struct.pack(">I", _HUGE_COUNT)
    chunks = content.index(b"stsc") + 16
    content[chunks : chunks + 4] = struct.pack(">I", _HUGE_COUNT)
    path.write_bytes(content)
    return path


def swollen(path: Path) -> Path:
    """A JPEG of a hundred kB that fills 300 MB before its first line can be seen."""
    Image.new("RGB", (7_000, 7_000)).save(
        path, format="JPEG", progressive=True, subsampling="4:4:4"
    )
    return path


def wordy(path: Path) -> Path:
    """A PNG with a note that unpacks to 200 MB."""
    Image.new("L", (64, 64)).save(path, format="PNG")
    content = path.read_bytes()
    note = b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9)
    chunk = struct.pack(">I", len(note)) + b"zTXt" + note
    path.write_bytes(content[:33] + chunk + struct.pack(">I", zlib.crc32(chunk[4:])) + content[33:])
    return path
