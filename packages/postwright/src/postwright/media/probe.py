"""Learn what is in a media file, at arm's length: the file may be broken or made to break us."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from postwright.media.errors import MediaUnreadable, ProbeUnusable
from postwright.media.lookout import Unusable, lookout
from postwright.media.source import open_source

# The process is killed from here; should nobody be here any more, it is by itself.
_LATER_S = 5.0


@dataclass(frozen=True, slots=True)
class VideoProbe:
    """What a video file holds.

    Attributes:
        container: "mp4", "mov", "3gp", "webm", "matroska", "avi", "mpegts", …
        video_codec: "h264", "hevc", "vp8", "vp9", "av1", "mpeg4", …
        audio_codec: of the first sound track; None without one.
        width: pixels as stored, after `rotation`; see `shown`.
        height: likewise.
        rotation: degrees clockwise that players turn the picture: 0, 90, 180, 270.
        fps: pictures per second, on average over the first half minute.
        variable_fps: whether the distances between pictures differ by more than half, for more
            than one in twenty: screen recordings do, cameras that jitter do not.
        duration_ms: length of the whole file, its longest track.
        size_bytes: size of the file.
        pixel_format: as FFmpeg names it, e.g. "yuv420p".
        hdr: whether its brightness curve is PQ or HLG.
        has_audio: whether there is a sound track.
        audio_channels: of the first sound track: 2 is stereo, 6 is 5.1; 0 without one.
        pixel_aspect: width of a pixel for each part of its height, after `rotation`; 1 is square.
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
    pixel_aspect: float = 1.0

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height as people see it, in square pixels."""
        return max(1, round(self.width * self.pixel_aspect)), self.height


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


async def probe(path: Path, *, timeout_s: float = 30, memory_bytes: int = 1 << 30) -> Probe:
    """Look into a file in a process of its own, which is killed when it takes too long.

    What it is is told by its content, not by its name. Of a video the start and the end are read,
    not all of it, unless it has no index; a photo is read to its end.

    Args:
        path: a regular file.
        timeout_s: longest time, in seconds.
        memory_bytes: most address space of the process (not enforced on macOS).

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it is neither video nor photo, damaged, or too much to read.
        ProbeUnusable: no file can be looked into on this machine.
    """
    order = {
        "memory_bytes": memory_bytes,
        "cpu_s": int(timeout_s) + 1,
        "wall_s": timeout_s + _LATER_S,
    }
    with await _opened(path) as file:
        try:
            async with asyncio.timeout(timeout_s):
                answer = await lookout.ask(order, file.fileno())
                if _status(answer) == -signal.SIGKILL:
                    # Not one of its limits: somebody needed the memory, or ended it by hand.
                    answer = await lookout.ask(order, file.fileno())
        except TimeoutError:
            raise _too_slow(path, timeout_s) from None
        except Unusable as error:
            raise ProbeUnusable(sys.executable, error.status) from None
    return _read(path, answer, timeout_s)


def read_probe(stored: Mapping[str, Any]) -> Probe:
    """A probe from its fields, as `asdict` gave them."""
    return VideoProbe(**stored) if "container" in stored else PhotoProbe(**stored)


async def _opened(path: Path) -> BinaryIO:
    opening = asyncio.ensure_future(asyncio.to_thread(open_source, path))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close)
        raise


def _close(opening: asyncio.Future[BinaryIO]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _too_slow(path: Path, timeout_s: float) -> MediaUnreadable:
    return MediaUnreadable(
        path,
        f"Looking into it took longer than {timeout_s:g} s.",
        fix="A slow disk needs a higher POSTWRIGHT_MEDIA__PROBE_TIMEOUT_S; otherwise the file is "
        "damaged: export it again.",
    )


def _status(answer: list[dict[str, Any]]) -> int:
    """How the process has ended that gave no answer; 0 if it gave one or nobody knows."""
    status = answer[0].get("status") if answer else None
    return status if isinstance(status, int) else 0


def _read(path: Path, answer: list[dict[str, Any]], timeout_s: float) -> Probe:
    told = answer[0] if answer else {}
    if told.get("ok") is False:
        raise MediaUnreadable(path, str(told["why"]))
    if told.get("ok") is True:
        # The process has seen hostile bytes: what it says is taken as far as it has the right form.
        try:
            return (VideoProbe if told["kind"] == "video" else PhotoProbe)(**told["probe"])
        except (KeyError, TypeError):
            status = 0
    else:
        status = _status(answer)
    if status in {-signal.SIGXCPU, -signal.SIGALRM}:
        raise _too_slow(path, timeout_s)
    why = f"The program that reads it broke off ({status}); the file is damaged, or made to."
    raise MediaUnreadable(path, why)
