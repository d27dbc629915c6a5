"""Colours of high dynamic range come out as the library's own slow way has them."""

import array
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import pytest
from av.filter import Graph

from postwright.media.fixing.colours import TO_SDR, table_for
from postwright.media.fixing.graph import Look, PictureFilters

pytestmark = pytest.mark.slow

SIDES = (360, 640)
LOOK = Look(*SIDES, SIDES, rotation=0)


def recorded(curve: int) -> Any:
    """A picture of all brightnesses downwards and many hues across, as phones record it."""
    width, height = SIDES
    frame: Any = av.VideoFrame(width, height, "yuv420p10le")
    for number, plane in enumerate(frame.planes):
        wide, high = (width, height) if number == 0 else (width // 2, height // 2)
        data = bytearray(plane.buffer_size)
        for row in range(high):
            line = array.array("H", values(number, row / high, wide))
            data[row * plane.line_size : row * plane.line_size + wide * 2] = line.tobytes()
        plane.update(bytes(data))
    frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range = curve, 9, 9, 1
    frame.pts, frame.time_base = 0, Fraction(1, 30)
    return frame


def values(plane: int, down: float, wide: int) -> Iterator[int]:
    for spot in range(wide):
        if plane == 0:
            yield round(64 + 876 * down)
        else:
            turn = 2 * math.pi * spot / wide
            yield round(512 + 160 * (math.cos(turn) if plane == 1 else math.sin(turn)))


def slow(frame: Any) -> Any:
    """The library's own way."""
    graph = Graph()
    given = f"video_size={SIDES[0]}x{SIDES[1]}:pix_fmt=yuv420p10le:time_base=1/30"
    scaled = {"out_color_matrix": "bt709", "out_range": "tv", "flags": "bicubic", **TO_SDR}
    graph.link_nodes(
        graph.add("buffer", f"{given}:colorspace=9:range=1"),
        graph.add("scale", **scaled),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    )
    graph.configure()
    graph.push(frame)
    return graph.pull()


@pytest.mark.parametrize("curve", [16, 18], ids=["PQ", "HLG"])
def test_a_table_gives_the_colours_that_the_library_works_out(curve: int) -> None:
    frame = recorded(curve)
    assert table_for(frame) is not None

    (made,) = [*PictureFilters(LOOK, frame.time_base).push(frame)]

    wanted = slow(recorded(curve))
    assert (made.color_trc, made.color_primaries, made.colorspace) == (1, 1, 1)
    assert made.color_range == wanted.color_range == 1
    for ours, theirs in zip(made.planes, wanted.planes, strict=True):
        apart = [abs(one - two) for one, two in zip(bytes(ours), bytes(theirs), strict=True)]
        assert sum(apart) / len(apart) < 1, f"{sum(apart) / len(apart)}, {max(apart)}"
        assert max(bytes(ours)) - min(bytes(ours)) > 60


@pytest.mark.parametrize("pixels", ["yuv420p", "rgb24"])
def test_pictures_are_turned_after_their_colours_are_changed(pixels: str) -> None:
    look = Look(180, 320, (180, 320), rotation=90, pixels=pixels)

    (made,) = [*PictureFilters(look, Fraction(1, 30)).push(recorded(18))]

    assert (made.width, made.height, made.format.name) == (180, 320, pixels)


def test_what_is_no_hdr_has_no_table() -> None:
    frame = recorded(18)
    frame.color_trc = 1

    assert table_for(frame) is None
