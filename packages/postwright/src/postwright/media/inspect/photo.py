"""What is in a photo."""

import os
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image

from postwright.media.inspect.refused import Refused

# A photo that says that it is larger than this is not unpacked: a few kB can claim terabytes.
MOST_PIXELS = 200_000_000
# What is larger and cannot be unpacked piece by piece is only unpacked when it is mended.
_UNPACKED_PIXELS = 50_000_000
_GAIN_MAPS = (b"hdrgm:Version", b"urn:iso:std:iso:ts:21496:-1", b"aux:hdrgainmap")
_NOTES_BYTES = 1 << 18
_ORIENTATION = 0x0112
_SKETCH = (135, 135)
# Where the pieces of a TIFF are (strips, or tiles), and how long. Source: TIFF 6.0, 1992.
_PIECES = (273, 324)
_PIECE_BYTES = (279, 325)

_BITMAP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
}
_SEQUENCES = {b"hevc", b"hevx", b"avis", b"msf1"}
_LIBRARY = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "tiff": "TIFF"}


def kind_of(head: bytes) -> str | None:
    """The format of a picture by its first bytes; None if they are no picture's."""
    for start, kind in (
        (b"\xff\xd8\xff", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF8", "gif"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
    ):
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS:
        return "bmp"
    return next((_BRANDS[brand] for brand in _brands(head) if brand in _BRANDS), None)


def look(path: Path, kind: str, head: bytes, size_bytes: int) -> dict[str, Any]:
    """Gather what PhotoProbe holds. `head` is the start of the file.

    Raises:
        Refused: it is damaged, cut off, or says that it is larger than a photo can be.
    """
    warnings.simplefilter("ignore")  # nobody reads them
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, and tells the numbers
    try:
        if kind in {"heic", "avif"}:
            found = _modern(path, kind, head)
        elif kind == "webp":
            found = _webp(path, head, size_bytes)
        else:
            found = _classic(path, kind)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # anybody's bytes: whatever a decoder trips over
        raise Refused(_explain(error)) from None
    with path.open("rb") as file:
        notes = file.read(_NOTES_BYTES)
    found["hdr"] = any(mark in notes for mark in _GAIN_MAPS)
    return {"format": kind, **found, "size_bytes": size_bytes}


def _explain(error: Exception) -> str:
    said = str(error).lower()
    if "truncated" in said or "end of" in said or isinstance(error, EOFError):
        return "It is cut off: the end of the picture is missing."
    return "It looks like a photo, but is damaged: its picture cannot be read."


def _small_enough(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        message = (
            f"It says that it has {width:,} x {height:,} pixels, {width * height / 1e6:,.0f} "
            f"million; more than {MOST_PIXELS / 1e6:.0f} million are not unpacked."
        )
        raise Refused(message)


def _classic(path: Path, kind: str) -> dict[str, Any]:
    with Image.open(path, formats=[_LIBRARY.get(kind, kind.upper())]) as image:
        _small_enough(*image.size)
        found = _describe(image)
        # More pictures in a JPEG are for depth, for HDR or for a preview: viewers show the first.
        found["animated"] = kind != "jpeg" and bool(getattr(image, "is_animated", False))
        _prove(image, kind, path)
    if kind == "png":
        with Image.open(path, formats=["PNG"]) as image:
            image.verify()  # the check sums of all parts; the pixels stay packed
    return found


def _prove(image: Image.Image, kind: str, path: Path) -> None:
    """Read the picture to its end, as small as the format allows.

    Raises:
        Refused: it is too large to be read here, and its end is missing.
    """
    pixels = image.size[0] * image.size[1]
    streams = kind == "jpeg" and not image.info.get("progressive")
    if kind == "jpeg":
        image.draft("RGB", _SKETCH)
    if streams or (kind != "png" and pixels <= _UNPACKED_PIXELS):
        image.load()
    elif not _has_end(image, kind, path):
        message = "It is cut off: the end of the picture is missing."
        raise Refused(message)


def _has_end(image: Any, kind: str, path: Path) -> bool:
    """Whether the last bytes that the picture needs are there; True where that takes reading it."""
    size_bytes = path.stat().st_size
    if kind == "tiff":
        offsets, counts = (
            next((image.tag_v2[tag] for tag in tags if tag in image.tag_v2), ())
            for tags in (_PIECES, _PIECE_BYTES)
        )
        return max(map(sum, zip(offsets, counts, strict=False)), default=0) <= size_bytes
    if kind == "jpeg":
        with path.open("rb") as file:
            file.seek(max(0, size_bytes - _NOTES_BYTES))
            return b"\xff\xd9" in file.read()
    return True


def _describe(image: Image.Image) -> dict[str, Any]:
    orientation = 1
    with suppress(Exception):  # a note that cannot be read turns nothing
        noted = image.getexif().get(_ORIENTATION, 1)
        orientation = noted if noted in range(1, 9) else 1
    width, height = image.size if orientation <= 4 else image.size[::-1]
    return {
        "width": width,
        "height": height,
        "orientation": orientation,
        "mode": image.mode,
        "has_alpha": "A" in image.getbands() or "transparency" in image.info,
        "bit_depth": 16 if image.mode.startswith("I") else 8,
    }


def _webp(path: Path, head: bytes, size_bytes: int) -> dict[str, Any]:
    # Pillow makes room for the whole canvas to tell its size, so that is read here first.
    # Source: WebP container specification; VP8 and VP8L bitstream specifications.
    animated = False
    match head[12:16]:
        case b"VP8X":
            animated = bool(head[20] & 2)
            sides = (_number(head[24:27]) + 1, _number(head[27:30]) + 1)
        case b"VP8L":
            bits = _number(head[21:25])
            sides = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8 ":
            sides = (_number(head[26:28]) & 0x3FFF, _number(head[28:30]) & 0x3FFF)
        case _:
            message = "It looks like a photo, but is damaged: it does not start with a picture."
            raise Refused(message)
    _small_enough(*sides)
    if _number(head[4:8]) + 8 > size_bytes:
        message = "It is cut off: the end of the picture is missing."
        raise Refused(message)
    with Image.open(path, formats=["WEBP"]) as image:
        found = _describe(image)
        if not animated and sides[0] * sides[1] <= _UNPACKED_PIXELS:
            image.load()
    return {**found, "animated": animated}


def _number(bytes_: bytes) -> int:
    return int.from_bytes(bytes_, "little")


def _modern(path: Path, kind: str, head: bytes) -> dict[str, Any]:
    _all_boxes(path)
    if kind == "avif":
        with Image.open(path, formats=["AVIF"]) as image:
            _small_enough(*image.size)
            found = {**_describe(image), "orientation": 1}
            found["width"], found["height"] = image.size
            return {**found, "animated": bool(getattr(image, "is_animated", False))}
    library: Any = pillow_heif
    heif = library.open_heif(path, convert_hdr_to_8bit=False)
    width, height = heif.size
    _small_enough(width, height)
    return {
        "width": width,
        "height": height,
        "orientation": 1,
        "mode": heif.mode.partition(";")[0],
        "animated": bool(_SEQUENCES.intersection(_brands(head))),
        "has_alpha": heif[heif.primary_index].has_alpha,
        "bit_depth": int(heif.info.get("bit_depth") or 8),
    }


def _brands(head: bytes) -> list[bytes]:
    """The brands of an ISO file, the major one first."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12], *(head[at : at + 4] for at in range(16, end, 4))]


def _all_boxes(path: Path) -> None:
    """Go from box to box, of which an ISO file consists, up to its end.

    Raises:
        Refused: the last one is longer than what is there.
    """
    with path.open("rb") as file:
        there = os.fstat(file.fileno()).st_size
        at = 0
        while at < there:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length == 0:  # up to the end of the file
                return
            if length < 8 or at + length > there:
                message = "It is cut off: the end of the picture is missing."
                raise Refused(message)
            at += length
