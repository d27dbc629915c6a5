"""What is in a video."""

import statistics
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError, InvalidDataError
from av.stream import Disposition

from postwright.media.inspect.refused import Refused

# Demuxers that read one file and nothing else. Playlists and scripts (hls, concat, dash, sdp)
# would have the library open other files or addresses that the file names.
_DEMUXERS = "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg,mp3,wav,flac,aac,ac3"
_KNOWN_BRANDS = {"qt  ": "mov", "3gp": "3gp", "3g2": "3gp"}
_HDR_CURVES = {16, 18}  # SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG)

_SAMPLED_PACKETS = 900
_DECODED_PACKETS = 120
_LISTED = 9_000
_TAIL_S = 2.0
_MISSING_S = 1.0
_STILL_S = 0.5
_NEARLY_SQUARE = 0.01  # what nobody sees, and comes of rounding to whole blocks


def look(path: Path, head: bytes, size_bytes: int) -> dict[str, Any]:
    """Open the file and gather what VideoProbe holds. `head` is the start of the file.

    Raises:
        Refused: not a video, or a broken one.
    """
    options = {"protocol_whitelist": "file", "format_whitelist": _DEMUXERS}
    try:
        with av.open(f"file:{path}", options=options) as container:
            return _describe(container, head, size_bytes)
    except MemoryError:
        raise
    except (FFmpegError, ValueError, OSError):
        raise Refused(_explain(head)) from None


def _explain(head: bytes) -> str:
    if not head:
        return "The file is empty."
    if b"ftyp" in head[:16] or head.startswith(b"\x1aE\xdf\xa3"):
        return "It looks like a video, but is damaged or cut off: its index cannot be read."
    if head.lstrip()[:9].lower() in {b"<!doctype", b"<html", b"<html>"} or b"<html" in head:
        return "It is a web page. The download it came from may have failed."
    return "It is neither a video nor a photo in any format that is known."


def _describe(container: Any, head: bytes, size_bytes: int) -> dict[str, Any]:
    name = _container_name(container, head)
    video = _video_stream(container, name)
    frame, times = _sample(container, video)
    duration_s = _duration(container, video, size_bytes)
    if len(times) < 2 and duration_s < _STILL_S:
        message = "It is a still image."
        raise Refused(message)
    audio = next(iter(container.streams.audio), None)
    rotation = round(-frame.rotation / 90) * 90 % 360  # players turn by quarters
    sides = (frame.width, frame.height)
    width, height = sides if rotation % 180 == 0 else sides[::-1]
    fps, variable = _rate(times, float(video.average_rate or 0))
    return {
        "container": name,
        "video_codec": _codec(video),
        "audio_codec": _codec(audio) if audio else None,
        "width": width,
        "height": height,
        "rotation": rotation,
        "fps": fps,
        "variable_fps": variable,
        "duration_ms": round(duration_s * 1000),
        "size_bytes": size_bytes,
        "pixel_format": frame.format.name,
        "hdr": frame.color_trc in _HDR_CURVES,
        "has_audio": audio is not None,
        "audio_channels": _channels(audio),
        "pixel_aspect": _pixel_aspect(video, rotation),
    }


def _pixel_aspect(video: Any, rotation: int) -> float:
    aspect = float(video.sample_aspect_ratio or 1)
    if not aspect or abs(aspect - 1) < _NEARLY_SQUARE:
        return 1.0
    return round(1 / aspect if rotation % 180 else aspect, 4)


def _channels(audio: Any | None) -> int:
    if audio is None:
        return 0
    return int(audio.codec_context.channels) if audio.codec_context is not None else 2


def _container_name(container: Any, head: bytes) -> str:
    name: str = container.format.name
    if name.startswith("mov"):
        brand = str(container.metadata.get("major_brand", "qt  "))
        return _KNOWN_BRANDS.get(brand) or _KNOWN_BRANDS.get(brand[:3]) or "mp4"
    return _document_type(head) if name.startswith("matroska") else name.partition(",")[0]


def _document_type(head: bytes) -> str:
    """Read the DocType of a Matroska file: the library calls WebM and Matroska the same."""
    at = head.find(b"\x42\x82")
    if at < 0:
        return "matroska"
    length = head[at + 2] & 0x7F
    return head[at + 3 : at + 3 + length].rstrip(b"\0").decode("ascii", "replace")


def _video_stream(container: Any, name: str) -> Any:
    # The cover of an album is a video stream of one picture.
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    if streams:
        return max(streams, key=lambda stream: int(stream.width) * int(stream.height))
    if container.streams.audio:
        message = "It has sound, but no moving picture."
    else:
        message = f"There is no video in this {name} file."
    raise Refused(message)


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return str(context.codec.canonical_name if context is not None else "unknown")


def _sample(container: Any, video: Any) -> tuple[Any, list[float]]:
    """Decode one frame and get the times of the first pictures, in seconds."""
    if video.codec_context is None:
        message = "Its video is in a codec that is not known."
        raise Refused(message)
    video.codec_context.thread_count = 1
    times = _listed_times(container, video)
    wanted = _SAMPLED_PACKETS if times is None else 0
    found: list[float] = []
    frame: Any = None
    for number, packet in enumerate(_packets(container, video, _SAMPLED_PACKETS)):
        moment = packet.pts if packet.pts is not None else packet.dts
        if moment is not None:
            found.append(float(moment * packet.time_base))
        if frame is None and packet.size and number < _DECODED_PACKETS:
            # A damaged picture at the start is common and plays; only none at all is refused.
            with suppress(InvalidDataError):
                frame = next(iter(packet.decode()), None)
        if number >= wanted and (frame is not None or number >= _DECODED_PACKETS):
            break
    if frame is None:
        with suppress(FFmpegError):
            frame = next(iter(video.codec_context.decode(None)), None)
    if frame is None:
        message = f"No picture could be decoded from its {_codec(video)} video; it is damaged."
        raise Refused(message)
    return frame, sorted(found) if times is None else times


def _listed_times(container: Any, video: Any) -> list[float] | None:
    """The times of the pictures from the index, where it lists every one; else None.

    Those are the times of decoding, which are as even as those of showing.
    """
    entries = video.index_entries
    if not container.format.name.startswith("mov") or len(entries) < 2:
        return None
    return [float(entry.timestamp * video.time_base) for entry in islice(entries, _LISTED)]


def _packets(container: Any, video: Any, most: int) -> Iterator[Any]:
    return (packet for packet in islice(container.demux(video), most) if _is_picture(packet))


def _is_picture(packet: Any) -> bool:
    # One without content shows the picture before once more. The last one that demux gives has
    # no time either: it tells a decoder that the end has come.
    return bool(packet.size) or packet.pts is not None


def _duration(container: Any, video: Any, size_bytes: int) -> float:
    """Length of the file in seconds. One without a length in its index is read to its end.

    Raises:
        Refused: the end of the file is missing.
    """
    if any(_outside(stream, size_bytes) for stream in (video, *container.streams.audio)):
        message = "It is cut off: its index names parts that are not in the file any more."
        raise Refused(message)
    known = container.duration / 1_000_000 if container.duration else 0.0
    start = (container.start_time or 0) / 1_000_000
    if container.format.name.startswith("matroska"):
        # Says when it ends; a recording that was joined late does not begin at 0.
        known = max(0.0, known - max(0.0, start))
    end = start
    # Sound may go on after the last picture, so both are looked at.
    streams = (video, *container.streams.audio[:1])
    with suppress(FFmpegError):
        container.seek(max(0, int((start + known - _TAIL_S) * 1_000_000)), backward=True)
        for packet in container.demux(*streams):
            if packet.pts is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    there = end - start
    if there < known - _MISSING_S:
        message = (
            f"It is cut off: {known:.1f} s long by its index, but it ends after {there:.1f} s."
        )
        raise Refused(message)
    return known or there


def _outside(stream: Any, size_bytes: int) -> bool:
    # Only MP4 and MOV have an index of every picture; the others' entries lie where they say.
    entries = stream.index_entries
    return len(entries) > 0 and entries[-1].pos + entries[-1].size > size_bytes


def _rate(times: list[float], declared: float) -> tuple[float, bool]:
    """Average pictures per second, and whether their distances differ more than a camera's do."""
    if len(times) < 2 or times[-1] <= times[0]:
        return round(declared, 3), False
    average = (len(times) - 1) / (times[-1] - times[0])
    gaps = [later - earlier for earlier, later in pairwise(times)]
    usual = statistics.median(gaps)
    # A phone's camera jitters and drops a picture now and then; every network takes that.
    odd = sum(abs(gap - usual) > usual * 0.5 for gap in gaps)
    varies = odd > len(gaps) * 0.05
    off = abs(average - declared)
    # The difference is the rounding of the times, or a picture that was dropped.
    drops = not varies and abs(usual * declared - 1) < 0.005 and off < declared * 0.05
    if off < declared * 0.005 or drops:
        average = declared
    return round(average, 3), varies
