"""The picture a post shows until it is played."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from tiktok_emulator.upload.cover import take_cover

from .conftest import Caller

DARK, BRIGHT = 40, 210


@pytest.fixture(scope="module")
def two_colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, dark then bright, wide, with one key picture only."""
    path = tmp_path_factory.mktemp("covers") / "two.mp4"
    container: Any = av.open(str(path), "w")
    with container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 1280, 640, "yuv420p"
        stream.codec_context.gop_size = 600
        for number in range(60):
            frame = _plain(1280, 640, DARK if number < 30 else BRIGHT)
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _plain(width: int, height: int, luma: int) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, value in zip(frame.planes, (luma, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


def _picture(jpeg: bytes) -> av.VideoFrame:
    with av.open(io.BytesIO(jpeg), "r") as container:
        assert container.streams.video[0].codec_context.name == "mjpeg"
        return next(container.decode(video=0)).reformat(format="gray")


def _brightness(jpeg: bytes) -> float:
    pixels = bytes(_picture(jpeg).planes[0])
    return sum(pixels) / len(pixels)


def _is_bright(jpeg: bytes | None) -> bool:
    assert jpeg is not None
    return _brightness(jpeg) > (DARK + BRIGHT) / 2


@pytest.mark.parametrize(
    ("asked_ms", "is_bright"),
    [
        (None, False),
        (0, False),
        (-1, False),
        (900, False),
        (1_100, True),
        (1_999, True),
        (2_000, False),
        (2_147_483_647, False),
    ],
)
async def test_the_cover_is_the_asked_picture_and_else_the_first(
    caller: Caller, two_colours: Path, asked_ms: int | None, *, is_bright: bool
) -> None:
    await caller.sign_in()
    await caller.post(two_colours.read_bytes(), video_cover_timestamp_ms=asked_ms)
    [post] = (await caller.state())["posts"]
    path = f"/media/{post['post_id']}/cover.jpg"
    answer = await caller.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert _is_bright(answer.content) is is_bright
    assert f'<img src="{path}"' in (await caller.http.get("/@demo")).text
    assert f'poster="{path}"' in (await caller.http.get(post["url"])).text


def test_the_picture_changes_where_the_video_changes(two_colours: Path) -> None:
    assert not _is_bright(take_cover(two_colours, 999))
    assert _is_bright(take_cover(two_colours, 1_000))


def test_the_longer_side_of_a_cover_is_at_most_960(two_colours: Path) -> None:
    jpeg = take_cover(two_colours, 0)
    assert jpeg is not None
    picture = _picture(jpeg)
    assert (picture.width, picture.height) == (960, 480)


# The upper left part of a display matrix, 16.16 fixed point, and where the bright half ends up.
@pytest.mark.parametrize(
    ("matrix", "bright_half"),
    [((0, 1, -1, 0), "top"), ((0, -1, 1, 0), "bottom"), ((-1, 0, 0, -1), "right")],
)
def test_a_video_filmed_sideways_has_an_upright_cover(
    tmp_path: Path, matrix: tuple[int, int, int, int], bright_half: str
) -> None:
    picture = _cover_of_turned(tmp_path / "turned.mp4", matrix)
    is_upright = bright_half != "right"
    assert (picture.width, picture.height) == ((360, 640) if is_upright else (640, 360))
    plane = picture.planes[0]
    pixels, width, middle = bytes(plane), plane.line_size, picture.height // 2
    spots = {
        "top": pixels[10 * width + picture.width // 2],
        "bottom": pixels[(picture.height - 10) * width + picture.width // 2],
        "left": pixels[middle * width + 10],
        "right": pixels[middle * width + picture.width - 10],
    }
    opposite = {"top": "bottom", "bottom": "top", "right": "left"}[bright_half]
    assert spots[bright_half] > spots[opposite] + 100


def _cover_of_turned(path: Path, matrix: tuple[int, int, int, int]) -> av.VideoFrame:
    """A cover of a video whose pixels are bright at the left and which says it is turned."""
    container: Any = av.open(str(path), "w")
    with container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        frame = _plain(640, 360, DARK)
        plane = frame.planes[0]
        row = bytes([BRIGHT]) * 320 + bytes([DARK]) * (plane.line_size - 320)
        plane.update(row * (plane.buffer_size // plane.line_size))
        for _ in range(3):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    _turn(path, matrix)
    jpeg = take_cover(path, 0)
    assert jpeg is not None
    return _picture(jpeg)


def _turn(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Write another matrix over the one in the track header."""
    data = path.read_bytes()
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (value * 65536 for value in matrix)
    numbers = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    turned = b"".join(number.to_bytes(4, "big", signed=True) for number in numbers)
    path.write_bytes(data[:at] + turned + data[at + 36 :])


async def test_a_video_without_a_cover_is_posted_all_the_same(
    caller: Caller, two_colours: Path
) -> None:
    await caller.sign_in()
    broken = _with_noise_after_the_first_picture(two_colours)
    await caller.post(broken, video_cover_timestamp_ms=1_500)
    [post] = (await caller.state())["posts"]
    assert (await caller.http.get(f"/media/{post['post_id']}/cover.jpg")).status_code == 404
    page = (await caller.http.get(post["url"])).text
    assert f'src="/media/{post["post_id"]}#t=1.5"' in page
    assert "poster" not in page


def _with_noise_after_the_first_picture(path: Path) -> bytes:
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        pictures = [packet for packet in container.demux(stream) if packet.size]
    for picture in pictures[1:]:
        assert picture.pos is not None
        data[picture.pos : picture.pos + picture.size] = b"\xff" * picture.size
    return bytes(data)


def test_what_is_no_video_has_no_cover(tmp_path: Path) -> None:
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"no video" * 100)
    assert take_cover(junk, 0) is None
    assert take_cover(tmp_path / "missing.mp4", 0) is None


async def test_a_cover_of_nothing_is_404(caller: Caller) -> None:
    for path in ("/media/1/cover.jpg", "/media/x/cover.jpg"):
        assert (await caller.http.get(path)).status_code == 404, path
