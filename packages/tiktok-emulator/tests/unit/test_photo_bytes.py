"""What a photo's bytes say."""

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from tiktok_emulator.posting.publish import StoredFile
from tiktok_emulator.posting.state import FailReason
from tiktok_emulator.pull.photos import look_at


def _picture(kind: str, width: int, height: int, **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 90)).save(out, kind, **how)
    return out.getvalue()


def _stored(folder: Path, *contents: bytes) -> list[StoredFile]:
    files: list[StoredFile] = []
    for number, content in enumerate(contents):
        path = folder / str(number)
        path.write_bytes(content)
        files.append(StoredFile(path, len(content), "hash"))
    return files


@pytest.mark.parametrize(
    ("kind", "how", "media_type"),
    [
        ("JPEG", {}, "image/jpeg"),
        ("JPEG", {"progressive": True}, "image/jpeg"),
        ("WEBP", {}, "image/webp"),
        ("WEBP", {"lossless": True}, "image/webp"),
        ("WEBP", {"exif": b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00"}, "image/webp"),
    ],
)
def test_jpeg_and_webp_are_taken_and_measured(
    tmp_path: Path, kind: str, how: dict[str, object], media_type: str
) -> None:
    photos, reason, why = look_at(_stored(tmp_path, _picture(kind, 1080, 1920, **how)))
    assert (reason, why) == (None, None)
    [photo] = photos
    assert (photo.media_type, photo.width, photo.height) == (media_type, 1080, 1920)
    assert photo.sha256 == "hash"


@pytest.mark.parametrize(
    ("width", "height", "is_good"),
    [
        (1080, 1920, True),
        (941, 1672, True),
        (1920, 1080, True),
        (4000, 10, True),
        (1086, 1448, False),
        (1254, 1254, False),
        (1081, 1081, False),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_the_shorter_side_has_1080_pixels_at_most(
    tmp_path: Path, kind: str, width: int, height: int, *, is_good: bool
) -> None:
    _, reason, why = look_at(_stored(tmp_path, _picture(kind, width, height)))
    assert reason == (None if is_good else FailReason.PICTURE_SIZE)
    assert (why is None) == is_good


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture at all",
        _picture("PNG", 10, 10),
        _picture("GIF", 10, 10),
        _picture("JPEG", 800, 800, quality=95)[:400],
        _picture("JPEG", 800, 800)[:4],
        _picture("WEBP", 400, 400, lossless=True)[:40],
        b"RIFF\x10\x00\x00\x00WEBPVP9 " + b"\x00" * 20,
        b"RIFF\x10\x00\x00\x00WEBP",
    ],
    ids=["empty", "text", "png", "gif", "cut", "cut-early", "webp-cut", "webp-odd", "webp-short"],
)
def test_anything_else_is_of_no_format(tmp_path: Path, content: bytes) -> None:
    photos, reason, _ = look_at(_stored(tmp_path, content))
    assert (photos, reason) == ((), FailReason.FILE_FORMAT)


def test_one_bad_photo_takes_all_with_it_and_we_say_which(tmp_path: Path) -> None:
    good = _picture("JPEG", 100, 100)
    photos, reason, why = look_at(_stored(tmp_path, good, _picture("JPEG", 2000, 2000), good))
    assert (photos, reason) == ((), FailReason.PICTURE_SIZE)
    assert why is not None
    assert why.startswith("photo 1 is 2000 x 2000")


def test_a_bomb_is_told_by_its_header_and_never_unpacked(tmp_path: Path) -> None:
    sides = (16_383).to_bytes(3, "little") * 2
    canvas = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x00" * 4 + sides
    webp = b"RIFF" + struct.pack("<I", len(canvas)) + canvas
    small = bytearray(_picture("JPEG", 16, 16))
    frame = small.index(b"\xff\xc0")
    small[frame + 5 : frame + 9] = struct.pack(">HH", 60_000, 60_000)
    for content in (webp, bytes(small)):
        _, reason, _ = look_at(_stored(tmp_path, content))
        assert reason is FailReason.PICTURE_SIZE
