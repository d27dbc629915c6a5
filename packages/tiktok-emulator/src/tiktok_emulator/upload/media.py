"""Looks into the uploaded bytes: what they really are, and what TikTok would say of them."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from tiktok_emulator.posting.state import FailReason

MP4 = "video/mp4"
MOV = "video/quicktime"
WEBM = "video/webm"
MEDIA_TYPES = (MP4, MOV, WEBM)

CODECS = ("h264", "hevc", "vp8", "vp9")
FRAME_RATES = (23.0, 60.0)
SIDES = (360, 4096)
SHORTEST_MS = 3_000


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a video file is; `media_type` None when it is none of the three formats."""

    media_type: str | None
    codec: str
    width: int
    height: int
    frame_rate: float
    duration_ms: int


def probe(path: Path) -> MediaFacts | None:
    """Open the file, read its facts and decode its first picture; None if that cannot be done.

    Blocks; run it in a thread. libav releases the interpreter while it works.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                return None
            stream = container.streams.video[0]
            next(container.decode(stream))
            if _is_cut_short(container, stream, path):
                return None
            return MediaFacts(
                media_type=_media_type(container, path),
                codec=stream.codec_context.name,
                width=stream.codec_context.width,
                height=stream.codec_context.height,
                frame_rate=_rate(stream.average_rate or stream.guessed_rate),
                duration_ms=_duration_ms(container, stream, path),
            )
    except Exception:  # noqa: BLE001  # anybody's bytes: whatever a decoder trips over
        return None


def fail_reason(
    facts: MediaFacts | None,
    *,
    declared_type: str | None,
    longest_s: int,
    checks_shortest: bool,
) -> FailReason | None:
    """The first rule that the video breaks, or None.

    `declared_type` is the Content-Type of the upload, None to not compare it; `longest_s` is
    what creator_info tells this creator.

    spec: media.video.formats, media.video.codecs, media.video.fps, media.video.sides
    spec: media.video.duration
    Source: media transfer guide, 2026-09-11. A wrong codec has no reason of its own there.
    """
    if facts is None or facts.media_type is None or facts.codec not in CODECS:
        return FailReason.FILE_FORMAT
    if declared_type is not None and (declared_type == WEBM) != (facts.media_type == WEBM):
        return FailReason.FILE_FORMAT
    if facts.duration_ms > longest_s * 1000:
        return FailReason.DURATION
    if checks_shortest and facts.duration_ms < SHORTEST_MS:
        return FailReason.DURATION
    if not FRAME_RATES[0] <= round(facts.frame_rate, 1) <= FRAME_RATES[1]:
        return FailReason.FRAME_RATE
    if min(facts.width, facts.height) < SIDES[0] or max(facts.width, facts.height) > SIDES[1]:
        return FailReason.PICTURE_SIZE
    return None


def _media_type(container: InputContainer, path: Path) -> str | None:
    """MP4, MOV or WebM; their relatives (3GP, Matroska) share a demuxer but are not accepted."""
    if "matroska" in container.format.name:
        # The DocType stands in the EBML header, at the very start.
        with path.open("rb") as file:
            return WEBM if b"webm" in file.read(64) else None
    if "mp4" not in container.format.name:
        return None
    brand = container.metadata.get("major_brand", "qt").strip()
    if brand.startswith("3g"):
        return None
    return MOV if brand == "qt" else MP4


def _is_cut_short(container: InputContainer, stream: VideoStream, path: Path) -> bool:
    """Whether an MP4 promises pictures behind its end: it opens and plays, but not to the end."""
    if "mp4" not in container.format.name:
        return False
    ends = (entry.pos + entry.size for entry in stream.index_entries)
    return max(ends, default=0) > path.stat().st_size


def _rate(rate: Fraction | None) -> float:
    return float(rate) if rate else 0.0


def _duration_ms(container: InputContainer, stream: VideoStream, path: Path) -> int:
    """The container's word for it; else the end of the last packet (a WebM from a browser)."""
    if container.duration:
        return round(container.duration / 1000)
    with av.open(str(path)) as again:
        ends = [
            (packet.pts + (packet.duration or 0)) * packet.time_base
            for packet in again.demux(again.streams[stream.index])
            if packet.pts is not None
        ]
    return round(max(ends, default=0) * 1000)
