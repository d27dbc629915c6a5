"""Learn what is in a video file, at arm's length: the file may be broken or made to break us."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postwright.media.errors import MediaUnreadable, ProbeUnusable
from postwright.media.source import open_source

_LIBRARIES = {"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}
_NOT_STARTED = {126, 127}


@dataclass(frozen=True, slots=True)
class VideoProbe:
    """What a video file holds.

    Attributes:
        container: "mp4", "mov", "3gp", "webm", "matroska", "avi", "mpegts", …
        video_codec: "h264", "hevc", "vp8", "vp9", "av1", "mpeg4", …
        audio_codec: of the first sound track; None without one.
        width: pixels as shown, that is after `rotation`.
        height: pixels as shown.
        rotation: degrees clockwise that players turn the picture: 0, 90, 180, 270.
        fps: pictures per second, on average over the first half minute.
        variable_fps: whether the distances between pictures differ noticeably.
        duration_ms: length of the whole file, its longest track.
        size_bytes: size of the file.
        pixel_format: as FFmpeg names it, e.g. "yuv420p".
        hdr: whether its brightness curve is PQ or HLG.
        has_audio: whether there is a sound track.
        audio_channels: of the first sound track: 2 is stereo, 6 is 5.1; 0 without one.
    """

    container: str
    video_codec: str
    audio_codec: str | None
    width: int
    height: int
    rotation: int
    fps: float
    variable_fps: bool
    duration_ms: int
    size_bytes: int
    pixel_format: str
    hdr: bool
    has_audio: bool
    audio_channels: int = 0


@dataclass(frozen=True, slots=True)
class PhotoProbe:
    """What a picture file holds.

    Attributes:
        format: "jpeg", "png", "webp", "heic", "avif", "gif", "tiff", "bmp".
        width: pixels as shown, that is after `orientation`.
        height: pixels as shown.
        orientation: what EXIF says viewers do to it, 1 to 8; 1 is nothing. HEIC and AVIF have no
            such note, what they are turned by is done already.
        mode: as Pillow names it: "RGB", "RGBA", "L", "P", "CMYK", "I;16", …
        animated: whether there is more than one picture to be shown in turn.
        has_alpha: whether parts of it may be transparent.
        size_bytes: size of the file.
        bit_depth: bits per channel.
        hdr: whether it has a gain map that brightens it on HDR screens.
    """

    format: str
    width: int
    height: int
    orientation: int
    mode: str
    animated: bool
    has_alpha: bool
    size_bytes: int
    bit_depth: int = 8
    hdr: bool = False


Probe = VideoProbe | PhotoProbe


async def probe(path: Path, *, timeout_s: float = 30, memory_bytes: int = 1 << 30) -> VideoProbe:
    """Look into a file in a process of its own, which is killed when it takes too long.

    Reads the start and the end of the file, not all of it, unless it has no index.

    Args:
        path: a regular file.
        timeout_s: longest time, in seconds.
        memory_bytes: most address space of the process (not enforced on macOS).

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it is no video, damaged, not readable for us, or too much to read.
    """
    path = await asyncio.to_thread(_absolute, path)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "postwright.media.inspect"),
        f"--memory-bytes={memory_bytes}",
        f"--cpu-s={int(timeout_s) + 1}",
        str(path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(timeout_s):
            output, _ = await process.communicate()
    except TimeoutError:
        raise _too_slow(path, timeout_s) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == -signal.SIGXCPU:
        raise _too_slow(path, timeout_s)
    return _read(path, output, process.returncode)


def _environment() -> dict[str, str]:
    """None of ours: what reads a stranger's file has no business with our secrets.

    But where this Python finds its libraries, or it may not even start.
    """
    given = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  # no setting of ours is read
        if name in _LIBRARIES
    }
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PATH": os.defpath,
        **given,
    }


def _absolute(path: Path) -> Path:
    open_source(path).close()
    return path.absolute()


def _too_slow(path: Path, timeout_s: float) -> MediaUnreadable:
    return MediaUnreadable(
        path,
        f"Looking into it took longer than {timeout_s:g} s.",
        fix="A slow disk needs a higher POSTWRIGHT_MEDIA__PROBE_TIMEOUT_S; otherwise the file is "
        "damaged: export it again.",
    )


def _read(path: Path, output: bytes, returncode: int | None) -> VideoProbe:
    if returncode in _NOT_STARTED:
        raise ProbeUnusable(sys.executable, returncode)
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        why = (
            f"The program that reads it broke off ({returncode}); the file is damaged, or made to."
        )
        raise MediaUnreadable(path, why) from None
    if not answer.pop("ok"):
        raise MediaUnreadable(path, str(answer["why"]))
    return VideoProbe(**answer)
