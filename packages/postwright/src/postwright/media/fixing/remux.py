"""Take pictures over as they are into another container; only sound may be encoded."""

from pathlib import Path
from typing import Any

import av
from av.error import InvalidDataError

from postwright.media.fixing.encode import add_sound
from postwright.media.fixing.graph import SoundFilters
from postwright.media.fixing.reading import opened, picture_stream, sound_stream, start_of
from postwright.media.fixing.recipe import VideoOrder
from postwright.media.fixing.serve import Tell

_TAGS = {"hevc": "hvc1"}  # the one that phones and browsers take in MP4


class Impossible(Exception):
    """These pictures cannot be taken over; encoding them is what is left."""


def remux(source: Path, output: Path, order: VideoOrder, tell: Tell) -> None:
    """Write `output` with the pictures of `source`, its index at the front, times from zero.

    Raises:
        Impossible: packets have no times, or the container does not take them.
        Refused: the source is damaged.
    """
    options = {"movflags": "+faststart"} if order.container == "mp4" else {}
    with (
        opened(source) as taken,
        av.open(str(output), "w", format=order.container, options=options) as made,
    ):
        _Copy(taken, made, order).run(tell)


class _Copy:
    def __init__(self, taken: Any, made: Any, order: VideoOrder) -> None:
        self._taken = taken
        self._made = made
        self._order = order
        self._start = start_of(taken)
        self._end = None if order.end_ms is None else order.end_ms / 1000
        self._picture = picture_stream(taken)
        self._sound = None if order.sound == "none" else sound_stream(taken)
        self._new_picture = made.add_stream_from_template(self._picture)
        tag = _TAGS.get(self._picture.codec_context.name)
        if tag and order.container == "mp4":
            self._new_picture.codec_context.codec_tag = tag
        self._new_sound = self._sound_stream()
        self._filters: SoundFilters | None = None

    def _sound_stream(self) -> Any:
        if self._sound is None:
            return None
        if self._order.sound == "copy":
            return self._made.add_stream_from_template(self._sound)
        codec = "libopus" if self._order.container == "webm" else "aac"
        return add_sound(self._made, self._sound, codec)

    def run(self, tell: Tell) -> None:
        streams = [stream for stream in (self._picture, self._sound) if stream is not None]
        over = set[int]()
        wrote = False
        for packet in self._taken.demux(*streams):
            if packet.stream is self._sound and self._order.sound == "encode":
                self._encode_sound(packet)
                continue
            if not packet.size:
                continue
            at = self._at_zero(packet)
            if self._end is not None and at + self._length(packet) > self._end:
                over.add(packet.stream.index)
            if packet.stream.index in over:
                continue
            is_picture = packet.stream is self._picture
            packet.stream = self._new_picture if is_picture else self._new_sound
            self._made.mux(packet)
            wrote = wrote or is_picture
            tell(at * 1000 / max(1, self._order.duration_ms))
        if not wrote:
            message = "no picture could be taken over"
            raise Impossible(message)
        self._end_sound()

    def _at_zero(self, packet: Any) -> float:
        """Count times from zero; the packet's time in seconds."""
        if packet.pts is None or packet.dts is None:
            message = "packets without times"
            raise Impossible(message)
        shift = round(self._start / packet.time_base)
        packet.pts -= shift
        packet.dts -= shift
        return float(packet.pts * packet.time_base)

    def _length(self, packet: Any) -> float:
        return float((packet.duration or 0) * packet.time_base)

    def _encode_sound(self, packet: Any) -> None:
        assert self._sound is not None
        try:
            frames = packet.decode()
        except InvalidDataError:
            return  # a damaged piece of sound; players skip it as well
        if self._filters is None:
            channels = self._sound.codec_context.channels
            self._filters = SoundFilters(self._sound.time_base, channels)
        for frame in frames:
            if frame.pts is not None:
                frame.pts -= round(self._start / self._sound.time_base)
            for ready in self._filters.push(frame):
                self._write_sound(ready)

    def _write_sound(self, frame: Any) -> None:
        at = float(frame.pts * frame.time_base)
        if at >= 0 and (self._end is None or at < self._end - 0.06):
            self._made.mux(self._new_sound.encode(frame))

    def _end_sound(self) -> None:
        if self._filters is not None:
            for ready in self._filters.end():
                self._write_sound(ready)
            self._made.mux(self._new_sound.encode(None))
