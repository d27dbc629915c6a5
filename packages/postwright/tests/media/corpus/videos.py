"""Videos as people have them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from typing import Any

import av

from demo.video import make_video

_OPTIONS = {
    "libx264": {"preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}
_RATE = 48_000
_SAMPLES = 1024


@dataclass(frozen=True, slots=True)
class Shot:
    """What a video is like.

    Attributes:
        codec: the encoder.
        width: as stored, in pixels.
        height: likewise.
        fps: pictures per second, if `gaps` are all 1.
        gaps: distances between pictures in turn, in 1/fps seconds.
        seconds: length.
        pixels: pixel format.
        curve: of brightness: 1 is usual, 18 is HLG.
        rotation: degrees clockwise by which players turn it.
        aspect: width of a pixel for each part of its height.
        sound: layout of its channels; None for silence.
    """

    codec: str = "libx264"
    width: int = 360
    height: int = 640
    fps: int = 30
    gaps: tuple[int, ...] = (1,)
    seconds: int = 3
    pixels: str = "yuv420p"
    curve: int = 1
    rotation: int = 0
    aspect: Fraction = Fraction(1)
    sound: str | None = "stereo"


def film(shot: Shot) -> Callable[[Path], None]:
    """Something that writes such a video, in the container that the file's name says."""

    def make(path: Path) -> None:
        with av.open(str(path), "w") as opened:
            container: Any = opened
            video = _video_stream(container, shot)
            audio = None
            if shot.sound is not None:
                encoder = "libopus" if path.suffix == ".webm" else "aac"
                audio = container.add_stream(encoder, rate=_RATE, layout=shot.sound)
            for frame in (*_pictures(shot), None):
                container.mux(video.encode(frame))
            if audio is not None:
                for frame in (*_silence(shot), None):
                    container.mux(audio.encode(frame))

    return make


def mpeg4_avi(path: Path) -> None:
    """As cameras wrote them twenty years ago."""
    make_video(path, width=360, height=640, duration_s=3, codec="mpeg4")


def theora(path: Path) -> None:
    """Three seconds in which little happens: most of its packets are empty, the last ones too.

    It lies here as it is: no library of the tests writes Theora.
    """
    path.write_bytes(Path(__file__).with_name("still.ogv").read_bytes())


def text(path: Path) -> None:
    """Something else under the name of a video."""
    path.write_text("Dear diary, today I bought a camera.\n" * 100)


def cut(make: Callable[[Path], object], whole: Path, path: Path) -> None:
    """The first half of a file, which is made first if it is not there."""
    if not whole.exists():
        make(whole)
    content = whole.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _video_stream(container: Any, shot: Shot) -> Any:
    stream = container.add_stream(shot.codec, rate=shot.fps, options=dict(_OPTIONS[shot.codec]))
    stream.width, stream.height, stream.pix_fmt = shot.width, shot.height, shot.pixels
    stream.codec_context.time_base = Fraction(1, shot.fps)
    stream.codec_context.color_trc = shot.curve
    if shot.curve != 1:
        stream.codec_context.color_primaries = stream.codec_context.colorspace = 9
    stream.codec_context.sample_aspect_ratio = shot.aspect
    if shot.rotation:
        # The library counts the other way round.
        stream.set_display_rotation(-shot.rotation)
    return stream


def _pictures(shot: Shot) -> Iterator[av.VideoFrame]:
    """A grey that grows, with a bright corner: which way is up can be seen."""
    at = 0
    for gap in cycle(shot.gaps):
        if at >= shot.seconds * shot.fps:
            return
        frame = av.VideoFrame(shot.width, shot.height, "yuv420p")
        for number, plane in enumerate(frame.planes):
            shade = bytes([60 + at % 60 if number == 0 else 128])
            rows = bytearray(shade * plane.buffer_size)
            if number == 0:
                for row in range(shot.height // 4):
                    start = row * plane.line_size
                    rows[start : start + shot.width // 4] = b"\xeb" * (shot.width // 4)
            plane.update(bytes(rows))
        frame.pts, frame.time_base = at, Fraction(1, shot.fps)
        yield frame if shot.pixels == "yuv420p" else _converted(frame, shot.pixels)
        at += gap


def _converted(frame: av.VideoFrame, pixels: str) -> av.VideoFrame:
    made = frame.reformat(format=pixels)
    made.pts, made.time_base = frame.pts, frame.time_base
    return made


def _silence(shot: Shot) -> Iterator[av.AudioFrame]:
    for number in range(shot.seconds * _RATE // _SAMPLES):
        frame = av.AudioFrame(format="fltp", layout=shot.sound or "stereo", samples=_SAMPLES)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts = _RATE, number * _SAMPLES
        frame.time_base = Fraction(1, _RATE)
        yield frame
