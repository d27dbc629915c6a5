"""Looks into photos: what they really are, and what TikTok would say of them."""

from collections.abc import Sequence
from pathlib import Path

from PIL.JpegImagePlugin import JpegImageFile
from PIL.WebPImagePlugin import WebPImageFile

from tiktok_emulator.posting.publish import StoredFile
from tiktok_emulator.posting.state import FailReason, Photo

JPEG = "image/jpeg"
WEBP = "image/webp"
LONGEST_SHORT_SIDE = 1_080
# Decoding shrinks a JPEG to about this, so that a long strip does not fill the memory.
SKETCH = (135, 135)

Verdict = tuple[tuple[Photo, ...], FailReason | None, str | None]


def look_at(files: Sequence[StoredFile]) -> Verdict:
    """The photos; or none, the reason why TikTok takes none of them, and which one it is.

    Blocks; run it in a thread.

    spec: media.photo.formats, media.photo.short-side, media.photo.all-or-nothing
    Source: media transfer guide, 2026-09-11; the shorter side observed 2026-08-11.
    """
    photos: list[Photo] = []
    for number, file in enumerate(files):
        photo = _photo(file)
        if photo is None:
            return (), FailReason.FILE_FORMAT, f"photo {number} is no whole JPEG or WebP."
        if min(photo.width, photo.height) > LONGEST_SHORT_SIDE:
            why = (
                f"photo {number} is {photo.width} x {photo.height}; the shorter side may have "
                f"{LONGEST_SHORT_SIDE} pixels."
            )
            return (), FailReason.PICTURE_SIZE, why
        photos.append(photo)
    return tuple(photos), None, None


def _photo(file: StoredFile) -> Photo | None:
    """What the bytes are; the name and what the server called them do not count."""
    with file.path.open("rb") as opened:
        head = opened.read(30)
    if head.startswith(b"\xff\xd8\xff"):
        media_type, sides = JPEG, _jpeg_sides(file.path)
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        media_type, sides = WEBP, _webp_sides(head)
    else:
        return None
    if sides is None or 0 in sides:
        return None
    # A picture that is too large is told by its header; it is never unpacked.
    is_small = min(sides) <= LONGEST_SHORT_SIDE
    if is_small and not _is_whole(file.path, media_type):
        return None
    return Photo(file.path, media_type, *sides, file.size_bytes, file.sha256)


def _jpeg_sides(path: Path) -> tuple[int, int] | None:
    try:
        with JpegImageFile(path) as image:
            return image.size
    except Exception:  # noqa: BLE001  # anybody's bytes: whatever a decoder trips over
        return None


def _webp_sides(head: bytes) -> tuple[int, int] | None:
    """The canvas, from the first chunk's header. Pillow would unpack it to tell.

    Source: WebP container specification; VP8 and VP8L bitstream specifications.
    """
    match head[12:16]:
        case b"VP8X":
            return (
                int.from_bytes(head[24:27], "little") + 1,
                int.from_bytes(head[27:30], "little") + 1,
            )
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return (
                int.from_bytes(head[26:28], "little") & 0x3FFF,
                int.from_bytes(head[28:30], "little") & 0x3FFF,
            )
        case _:
            return None


def _is_whole(path: Path, media_type: str) -> bool:
    """Whether every pixel can be had."""
    try:
        with JpegImageFile(path) if media_type == JPEG else WebPImageFile(path) as image:
            image.draft("RGB", SKETCH)
            image.load()
    except Exception:  # noqa: BLE001  # as above
        return False
    return True
