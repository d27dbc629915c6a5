"""Photos as people have them."""

import struct
import zlib
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image

_ORIENTATION = 0x0112


def picture(width: int = 1080, height: int = 1350) -> Image.Image:
    """A picture with something in it: three ramps of colour."""
    ramp: Any = Image.linear_gradient("L")
    bands = (ramp, ramp.rotate(90), ramp.rotate(180))
    return Image.merge("RGB", [band.resize((width, height)) for band in bands])


def gradient(path: Path, *, width: int = 1080, height: int = 1350) -> None:
    """A photo in the format of its name."""
    picture(width, height).save(path)


def heic(path: Path) -> None:
    """As iPhones take them."""
    made: Any = pillow_heif.from_pillow(picture())
    made.save(path, quality=60)


def animated(path: Path) -> None:
    """Three pictures in turn."""
    first, *rest = [picture(360, 360).rotate(turn) for turn in (0, 90, 180)]
    first.save(path, save_all=True, append_images=rest, duration=100)


def transparent(path: Path) -> None:
    """One that can be seen through."""
    ramp: Any = Image.linear_gradient("L")
    image = picture()
    image.putalpha(ramp.resize(image.size))
    image.save(path)


def cmyk(path: Path) -> None:
    """As print shops want them."""
    picture().convert("CMYK").save(path)


def huge(path: Path) -> None:
    """As large cameras take them: 108 million pixels."""
    image = Image.new("RGB", (12_000, 9_000), "teal")
    image.paste(picture(1_200, 900), (5_400, 4_050))
    image.save(path)


def turned(path: Path) -> None:
    """Taken upright by a camera that only knows lying pictures: EXIF says how to turn it."""
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    picture(1350, 1080).save(path, exif=exif)


def bomb(path: Path) -> None:
    """A few bytes that claim to be a picture of gigabytes."""
    if path.suffix == ".png":
        header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
        body = zlib.compress(bytes(1000))
        chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", body), _chunk(b"IEND", b""))
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    elif path.suffix == ".webp":
        body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff" * 6
        path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body)
    else:
        gradient(path)
        content = path.read_bytes()
        sides = content.index(b"\xff\xc0") + 5
        path.write_bytes(
            content[:sides] + struct.pack(">HH", 65_500, 65_500) + content[sides + 4 :]
        )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
