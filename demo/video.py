"""Make a real video out of nothing: moving colours, a frame counter, a band of static, a chord.

The demonstration and the tests need files that a network would really accept (or really refuse),
of any size, without shipping one. Everything is computed from the arguments, so the same call
gives the same picture again.

python -m demo.video PATH makes one of five seconds to play with.
"""

import argparse
import array
import itertools
import math
import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
from av.audio.stream import AudioStream
from av.error import FFmpegError
from av.video.plane import VideoPlane
from av.video.stream import VideoStream

Codec = Literal["h264", "hevc", "vp9", "vp8", "mpeg4"]
Progress = Callable[[int, int], None]

_ENCODERS: dict[Codec, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"preset": "ultrafast"}),
    "hevc": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}),
    "vp9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}),
    "vp8": ("libvpx", {"deadline": "realtime", "cpu-used": "8"}),
    "mpeg4": ("mpeg4", {}),
}
_AUDIO = {".mp4": "aac", ".mov": "aac", ".webm": "libopus", ".mkv": "aac", ".avi": "mp2"}

_SAMPLE_RATE = 48_000
_CHORDS_HZ = ((220.0, 277.18, 329.63), (246.94, 311.13, 369.99), (196.0, 246.94, 293.66))
_BIT_RATE = 2_500_000
_TRIES = 4

# Three by five blocks per digit, one row per line, most significant bit at the left.
_DIGITS = (
    (7, 5, 5, 5, 7),
    (2, 6, 2, 2, 7),
    (7, 1, 7, 4, 7),
    (7, 1, 7, 1, 7),
    (5, 5, 7, 1, 1),
    (7, 4, 7, 1, 7),
    (7, 4, 7, 5, 7),
    (7, 1, 2, 2, 2),
    (7, 5, 7, 5, 7),
    (7, 5, 7, 1, 7),
)


def make_video(
    path: Path,
    *,
    width: int = 1080,
    height: int = 1920,
    fps: int = 30,
    duration_s: float = 5.0,
    min_bytes: int = 0,
    codec: Codec = "h264",
    audio: bool = True,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> Path:
    """Write a playable video to `path` and return it; an existing file is replaced.

    The container follows the suffix of `path`: .mp4 and .mov (index at the front), .webm, .mkv,
    .avi. `width` and `height` are even pixels. `min_bytes` asks for a file of at least that size:
    the band of static grows and the bit rate with it. `on_progress` gets (frames done, frames in
    all), again from 0 if a second pass was needed to reach `min_bytes`. The file appears under its
    name only when it is complete.

    Raises:
        ValueError: an odd side, an unknown suffix, or a size the codec cannot be made to reach.
    """
    if width % 2 or height % 2:
        message = f"sides must be even, not {width}x{height}"
        raise ValueError(message)
    if path.suffix not in _AUDIO:
        message = f"no container for {path.suffix!r}; known: {', '.join(_AUDIO)}"
        raise ValueError(message)
    scene = _Scene(width, height, fps, max(1, round(duration_s * fps)), seed, noisy=min_bytes > 0)
    bit_rate = max(_BIT_RATE, math.ceil(min_bytes * 8 / duration_s * 1.03))
    part = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        for _ in range(_TRIES):
            _encode(part, scene, codec, bit_rate, audio=audio, on_progress=on_progress)
            size_bytes = part.stat().st_size
            if size_bytes >= min_bytes:
                part.replace(path)
                return path
            bit_rate = math.ceil(bit_rate * max(1.1, min_bytes / size_bytes * 1.05))
    finally:
        part.unlink(missing_ok=True)
    message = f"{codec} at {width}x{height} cannot be made to fill {min_bytes} bytes"
    raise ValueError(message)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is to be seen, before any codec."""

    width: int
    height: int
    fps: int
    frames: int
    seed: int
    noisy: bool

    def pictures(self) -> Iterator[av.VideoFrame]:
        """Yield the frames in order, each with its time stamp."""
        luma = _Ramp(self.height, wave=220, low=48, high=200)
        blue = _Ramp(self.height // 2, wave=640, low=70, high=190)
        red = _Ramp(self.height // 2, wave=460, low=190, high=70)
        snow = _Snow(self.width, self.height * 5 // 8 if self.noisy else 0, self.seed)
        for index in range(self.frames):
            frame = av.VideoFrame(self.width, self.height, "yuv420p")
            y, u, v = frame.planes
            picture = bytearray(luma.at(index, y.line_size))
            snow.draw(picture, y.line_size, top=self.height - snow.rows)
            _draw_number(picture, index, y.line_size, self.width, self.height)
            _fill(y, picture)
            _fill(u, blue.at(index, u.line_size))
            _fill(v, red.at(index, v.line_size))
            frame.pts = index
            frame.time_base = Fraction(1, self.fps)
            yield frame


class _Ramp:
    """A diagonal wave of brightness that climbs by a few rows from frame to frame.

    Row r is the wave from position r on, so that the picture of a later frame is the same bytes
    from a later row: one slice per frame instead of a million pixels.
    """

    def __init__(self, height: int, *, wave: int, low: int, high: int) -> None:
        self._height = height
        self._wave = bytes(
            round((low + high) / 2 + (high - low) / 2 * math.sin(2 * math.pi * i / wave))
            for i in range(wave)
        )
        self._rows: dict[int, bytes] = {}

    def at(self, index: int, line_size: int) -> bytes:
        period = len(self._wave)
        if line_size not in self._rows:
            long = self._wave * (line_size // period + 3)
            rows = (long[r % period : r % period + line_size] for r in range(self._height + period))
            self._rows[line_size] = b"".join(rows)
        start = (index * 3 % period) * line_size
        return self._rows[line_size][start : start + self._height * line_size]


class _Snow:
    """A band of static like an old television's; what a codec finds hardest to make small."""

    def __init__(self, width: int, rows: int, seed: int) -> None:
        self.rows = rows
        self._width = width
        self._random = random.Random(seed)  # noqa: S311  # a picture, not a secret
        self._grain = self._random.randbytes(width * rows * 2) if rows else b""

    def draw(self, picture: bytearray, line_size: int, *, top: int) -> None:
        if not self.rows:
            return
        # Fresh grain would cost more than the encoding; another offset each time is as hard to
        # predict for a codec that only looks a few pixels around.
        start = self._random.randrange(self._width * self.rows)
        for row in range(self.rows):
            at = (top + row) * line_size
            picture[at : at + self._width] = self._grain[start : start + self._width]
            start += self._width


def _draw_number(picture: bytearray, number: int, line_size: int, width: int, height: int) -> None:
    block = max(2, width // 48)
    left, top = block * 3, height // 12
    for position, digit in enumerate(f"{number:05d}"):
        for row, bits in enumerate(_DIGITS[int(digit)]):
            for column in range(3):
                if not bits & (4 >> column):
                    continue
                x = left + (position * 4 + column) * block
                for line in range(block):
                    at = (top + row * block + line) * line_size + x
                    picture[at : at + block] = b"\xeb" * block


def _fill(plane: VideoPlane, data: bytes | bytearray) -> None:
    plane.update(bytes(data).ljust(plane.buffer_size, b"\x80")[: plane.buffer_size])


def _sound(duration_s: float) -> Iterator[av.AudioFrame]:
    """Three soft chords in turn, 16-bit stereo."""
    samples = 1024
    for index in range(math.ceil(duration_s * _SAMPLE_RATE / samples)):
        first = index * samples
        chord = _CHORDS_HZ[int(first / _SAMPLE_RATE) % len(_CHORDS_HZ)]
        steps = [2 * math.pi * hz / _SAMPLE_RATE for hz in chord]
        wave = array.array("h")
        for n in range(first, first + samples):
            level = round(3200 * sum(math.sin(step * n) for step in steps))
            wave.extend((level, level))
        frame = av.AudioFrame(format="s16", layout="stereo", samples=samples)
        frame.planes[0].update(wave.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate = _SAMPLE_RATE
        frame.pts = first
        frame.time_base = Fraction(1, _SAMPLE_RATE)
        yield frame


def _write(container: Any, stream: Any, frame: av.VideoFrame | av.AudioFrame | None) -> None:
    # Any: PyAV declares its packets with a type parameter that it never gives. None ends a stream.
    container.mux(stream.encode(frame))


def _encode(
    path: Path,
    scene: _Scene,
    codec: Codec,
    bit_rate: int,
    *,
    audio: bool,
    on_progress: Progress | None,
) -> None:
    options = {"movflags": "+faststart"} if path.suffix in {".mp4", ".mov"} else {}
    with av.open(str(path), "w", options=options) as container:
        video = _video_stream(container, scene, codec, bit_rate)
        voice = _audio_stream(container, path.suffix) if audio else None
        sound = _sound(scene.frames / scene.fps) if voice else iter(())
        for done, picture in enumerate(scene.pictures(), start=1):
            if voice is not None:
                # Keep the two in step, so that a player never has to seek between them.
                due = int(done / scene.fps * _SAMPLE_RATE / 1024) - int(
                    (done - 1) / scene.fps * _SAMPLE_RATE / 1024
                )
                for frame in itertools.islice(sound, due):
                    _write(container, voice, frame)
            _write(container, video, picture)
            if on_progress is not None:
                on_progress(done, scene.frames)
        _write(container, video, None)
        if voice is not None:
            for frame in sound:
                _write(container, voice, frame)
            _write(container, voice, None)


def _video_stream(container: Any, scene: _Scene, codec: Codec, bit_rate: int) -> VideoStream:
    encoder, options = _ENCODERS[codec]
    stream: VideoStream = container.add_stream(encoder, rate=scene.fps, options=dict(options))
    stream.width, stream.height, stream.pix_fmt = scene.width, scene.height, "yuv420p"
    stream.bit_rate = bit_rate
    # A fixed number: the bits that x264 writes depend on how many threads share the work.
    stream.codec_context.thread_count = 2
    stream.codec_context.gop_size = scene.fps * 2
    return stream


def _audio_stream(container: Any, suffix: str) -> AudioStream:
    stream: AudioStream = container.add_stream(_AUDIO[suffix], rate=_SAMPLE_RATE)
    stream.layout = "stereo"
    stream.bit_rate = 128_000
    return stream


def main() -> None:
    """Make the file that the command line names, unless there is one already."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.video", description="Make an upright video of five seconds."
    )
    parser.add_argument("path", type=Path, help="where to; .mp4, .mov, .webm, .mkv or .avi")
    path: Path = parser.parse_args().path
    if path.exists():
        sys.exit(f"{path} is there already, and stays as it is.")
    try:
        make_video(path, codec="vp9" if path.suffix == ".webm" else "h264")
    except (OSError, ValueError, FFmpegError) as error:
        sys.exit(f"{path} cannot be made: {error}")
    sys.stdout.write(f"{path}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
