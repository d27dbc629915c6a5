"""Takes the picture that stands for a post until it is played."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.codec.context import CodecContext
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

LONGEST_SIDE = 960
MOST_DECODED = 600

# By the angle, counterclockwise, at which a player shows the picture: phones film sideways.
_TURNS: dict[int, tuple[tuple[str, str | None], ...]] = {
    90: (("transpose", "cclock"),),
    -90: (("transpose", "clock"),),
    180: (("hflip", None), ("vflip", None)),
    -180: (("hflip", None), ("vflip", None)),
}


def cover_moment_ms(asked_ms: int | None, duration_ms: int) -> int:
    """Where the cover is taken: 0, the first picture, unless the video has that moment.

    spec: posting.init.cover-timestamp
    Source: direct post page, 2026-09-11.
    """
    return asked_ms if asked_ms is not None and 0 <= asked_ms < duration_ms else 0


def take_cover(path: Path, at_ms: int) -> bytes | None:
    """The picture seen at `at_ms` as a JPEG, upright, its longer side at most 960 pixels.

    None if it cannot be made, whatever the reason: a cover is never worth a post. Should the
    nearest key picture be more than 600 pictures away, the last of those is taken.
    Blocks; run it in a thread.
    """
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            frame = _picture_at(container, stream, at_ms)
            return None if frame is None else _jpeg(frame)
    except Exception:  # noqa: BLE001  # anybody's bytes: whatever a decoder trips over
        return None


def _picture_at(container: InputContainer, stream: VideoStream, at_ms: int) -> VideoFrame | None:
    """The last picture that begins at or before the moment."""
    if at_ms == 0:
        return next(container.decode(stream), None)
    time_base = stream.time_base or Fraction(1, 1000)
    moment = (stream.start_time or 0) + int(Fraction(at_ms, 1000) / time_base)
    stream.thread_type = "AUTO"
    container.seek(moment, stream=stream)
    shown: VideoFrame | None = None
    pictures: Iterator[VideoFrame] = container.decode(stream)
    for frame in islice(pictures, MOST_DECODED):
        if shown is not None and frame.pts is not None and frame.pts > moment:
            break
        shown = frame
    return shown


def _jpeg(frame: VideoFrame) -> bytes:
    longest = max(frame.width, frame.height)
    scale = min(Fraction(1), Fraction(LONGEST_SIDE, longest))
    small = frame.reformat(
        width=max(1, round(frame.width * scale)),
        height=max(1, round(frame.height * scale)),
        format="yuvj420p",
        # A JPEG does not say how its colours are to be read: these are what everybody takes.
        dst_colorspace="ITU601",
        dst_color_range="JPEG",
    )
    upright = _turned(small, frame.rotation)
    # Any: PyAV declares its packets with a type parameter that it never gives.
    encoder: Any = CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = upright.width, upright.height, "yuvj420p"
    encoder.time_base = upright.time_base = Fraction(1)
    upright.pts = 0
    encoder.qmin = encoder.qmax = 4
    return b"".join(map(bytes, [*encoder.encode(upright), *encoder.encode()]))


def _turned(frame: VideoFrame, angle: int) -> VideoFrame:
    if angle not in _TURNS:
        return frame
    graph = Graph()
    nodes = [
        graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=Fraction(1),
        ),
        *(graph.add(name, argument) for name, argument in _TURNS[angle]),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    graph.vpush(frame)
    return graph.vpull()
