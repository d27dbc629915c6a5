"""Write a video anew: reading, filtering and encoding go on at the same time, in threads."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from queue import Full, Queue
from typing import Any, Literal

import av
from av.error import InvalidDataError

from postwright.media.fixing.graph import SAMPLE_RATE, Look, PictureFilters, SoundFilters
from postwright.media.fixing.reading import opened, picture_stream, sound_stream, start_of
from postwright.media.fixing.recipe import VideoOrder
from postwright.media.fixing.serve import Refused, Tell

_OPTIONS = {"movflags": "+faststart"}
X264 = {"preset": "veryfast", "crf": "20"}
SOUND_BITS = 160_000

_MOST_BITS = 20_000_000
_LEAST_BITS = 80_000
_KEY_EVERY_S = 2
_WAITING = 6
_THREADS = 8
_PAST_END_S = 1.0
_SOUND_SHORTER_S = 0.06

What = Literal["picture", "sound", "end"]


@dataclass(frozen=True, slots=True)
class _Item:
    """A frame; with `again_at` it has been sent before, and is shown at that time once more."""

    what: What
    frame: Any = None
    again_at: int | None = None
    error: BaseException | None = None


class Stopped(Exception):
    """Another thread has ended the work."""


class _Pipe:
    """Frames on their way from one thread to the next."""

    def __init__(self, stop: threading.Event) -> None:
        self._queue: Queue[_Item] = Queue(_WAITING)
        self._stop = stop

    def put(self, item: _Item) -> None:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=0.2)
            except Full:
                continue
            return
        raise Stopped

    def __iter__(self) -> Iterator[_Item]:
        while True:
            item = self._queue.get()
            if item.error is not None:
                raise item.error
            if item.what == "end":
                return
            yield item


def encode(source: Path, output: Path, order: VideoOrder, bits: int, tell: Tell) -> None:
    """Write `output` as MP4 with H.264 and AAC, its index at the front.

    Args:
        source: any video.
        output: is replaced.
        order: what it becomes.
        bits: most bits per second of the pictures.
        tell: is told how much is done, from 0 to 1.

    Raises:
        Refused: the source is damaged, or holds no picture.
    """
    stop = threading.Event()
    with opened(source) as container:
        decoded, filtered = _Pipe(stop), _Pipe(stop)
        reading = _Reading(container, order)
        threads = [
            threading.Thread(target=_guarded, args=(reading.run, decoded)),
            threading.Thread(target=_guarded, args=(_Filtering(reading, decoded).run, filtered)),
        ]
        for thread in threads:
            thread.start()
        try:
            writer = _Writer(reading, order, bits)
            with av.open(str(output), "w", format="mp4", options=_OPTIONS) as made:
                writer.run(made, filtered, tell)
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def bits_for(order: VideoOrder) -> int:
    """The most bits per second that keep the pictures within the size.

    Raises:
        Refused: there would be nothing to see.
    """
    seconds = order.duration_ms / 1000
    room = order.size_bytes * 8 * 0.94 - seconds * SOUND_BITS
    bits = int(room / (seconds + 1))
    if bits < _LEAST_BITS:
        message = "It is too long to be made small enough."
        raise Refused(message)
    return min(bits, _MOST_BITS)


def _guarded(run: Any, into: _Pipe) -> None:
    try:
        run(into)
        into.put(_Item("end"))
    except Stopped:
        return
    except BaseException as error:  # noqa: BLE001  # raised again in the thread that waits for it
        try:
            into.put(_Item("end", error=error))
        except Stopped:
            return


class _Reading:
    """Decodes; times begin at zero."""

    def __init__(self, container: Any, order: VideoOrder) -> None:
        self._container = container
        self.picture = picture_stream(container)
        self.sound = sound_stream(container) if order.sound == "encode" else None
        self.order = order
        self._start = start_of(container)
        self._end = None if order.end_ms is None else order.end_ms / 1000
        self._again_at = 0
        self.look = Look(order.width, order.height, order.padded, order.rotation, order.fps)
        self.picture.thread_type = "AUTO"
        # One more than there are cores, as the library itself would have it: one always waits.
        self.picture.codec_context.thread_count = min(_THREADS, 1 + (os.cpu_count() or 1))

    def run(self, into: _Pipe) -> None:
        last: Any = None
        for stream, frame in self._frames():
            if stream is self.picture:
                last = frame
                into.put(_Item("picture", self._at_zero(frame, stream)))
            else:
                into.put(_Item("sound", self._at_zero(frame, stream)))
        if last is None:
            message = "No picture in it could be decoded; it is damaged."
            raise Refused(message)
        if self._again_at > (last.pts or 0):
            into.put(_Item("picture", last, again_at=self._again_at))

    def _frames(self) -> Iterator[tuple[Any, Any]]:
        streams = [stream for stream in (self.picture, self.sound) if stream is not None]
        for packet in self._container.demux(*streams):
            if self._is_past_end(packet):
                # What the decoders hold back; at the end of a file demux itself asks for it.
                for stream in streams:
                    yield from ((stream, frame) for frame in stream.codec_context.decode(None))
                return
            if not packet.size and packet.pts is not None:
                # The picture before is shown once more; what lies between two comes by itself.
                if packet.stream is self.picture:
                    self._again_at = packet.pts - round(self._start / packet.time_base)
                continue
            yield from ((packet.stream, frame) for frame in _decoded(packet))

    def _is_past_end(self, packet: Any) -> bool:
        if self._end is None or packet.dts is None:
            return False
        return float(packet.dts * packet.time_base) - self._start > self._end + _PAST_END_S

    def _at_zero(self, frame: Any, stream: Any) -> Any:
        if frame.pts is not None:
            frame.pts -= round(self._start / stream.time_base)
        return frame


def _decoded(packet: Any) -> list[Any]:
    try:
        return list(packet.decode())
    except InvalidDataError:
        return []  # a damaged picture; players skip it as well


class _Filtering:
    """Brings frames into the form that the encoders take."""

    def __init__(self, reading: _Reading, decoded: _Pipe) -> None:
        self._decoded = decoded
        self._pictures = PictureFilters(reading.look, reading.picture.time_base)
        sound = reading.sound
        self._sounds = None
        if sound is not None:
            self._sounds = SoundFilters(sound.time_base, sound.codec_context.channels)

    def run(self, into: _Pipe) -> None:
        for item in self._decoded:
            if item.again_at is not None:
                item.frame.pts = item.again_at
            if item.what == "picture":
                frames = self._pictures.push(item.frame)
            else:
                assert self._sounds is not None
                frames = self._sounds.push(item.frame)
            for frame in frames:
                into.put(_Item(item.what, frame))
        for frame in self._pictures.end():
            into.put(_Item("picture", frame))
        for frame in self._sounds.end() if self._sounds is not None else ():
            into.put(_Item("sound", frame))


class _Writer:
    """Encodes and writes; sound waits until the first picture has told what the video is like."""

    def __init__(self, reading: _Reading, order: VideoOrder, bits: int) -> None:
        self._reading = reading
        self._bits = bits
        self._length = order.duration_ms / 1000
        self._end = None if order.end_ms is None else order.end_ms / 1000
        self._rate = Fraction(order.fps)
        self._last: int | None = None
        self._done = 0.0
        self._waiting: list[Any] = []
        self._container: Any = None
        self._picture: Any = None
        self._sound: Any = None

    def run(self, container: Any, items: _Pipe, tell: Tell) -> None:
        self._container = container
        self._picture = self._picture_stream(self._reading.look)
        if self._reading.sound is not None:
            self._sound = add_sound(container, self._reading.sound)
        for item in items:
            self._write(item)
            tell(self._done)
        self._end_streams()

    def _picture_stream(self, look: Look) -> Any:
        options = {**X264, "maxrate": str(self._bits), "bufsize": str(self._bits)}
        stream = self._container.add_stream("libx264", rate=self._rate, options=options)
        stream.width, stream.height = look.padded
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / self._rate
        context.gop_size = round(self._rate * _KEY_EVERY_S)
        # Whole pictures side by side: slices of one leave cores idle, and make larger files.
        context.thread_type = "FRAME"
        context.thread_count = min(_THREADS, os.cpu_count() or 1) * 3 // 2
        return stream

    def _write(self, item: _Item) -> None:
        if item.what == "sound":
            if self._last is None:
                self._waiting.append(item.frame)
            else:
                self._write_sound(item.frame)
        else:
            self._write_picture(item.frame)

    def _write_picture(self, frame: Any) -> None:
        at = float(frame.pts * frame.time_base)
        over = self._end is not None and at + 1 / self._rate > self._end
        if over or at < 0 or (self._last is not None and frame.pts <= self._last):
            return
        is_first, self._last = self._last is None, frame.pts
        if is_first:
            self._describe(frame)
        frame.pict_type = 0  # or the encoder would make key pictures where the original had them
        self._container.mux(self._picture.encode(frame))
        if is_first:
            for sound in self._waiting:
                self._write_sound(sound)
            self._waiting.clear()
        self._done = at / self._length if self._length else 0.0

    def _describe(self, frame: Any) -> None:
        context = self._picture.codec_context
        context.color_range = 1
        context.colorspace = frame.colorspace
        context.color_primaries = frame.color_primaries
        context.color_trc = frame.color_trc

    def _write_sound(self, frame: Any) -> None:
        if self._sound is None or frame.pts is None:
            return
        at = float(frame.pts * frame.time_base)
        if at < 0 or (self._end is not None and at > self._end - _SOUND_SHORTER_S):
            return
        self._container.mux(self._sound.encode(frame))

    def _end_streams(self) -> None:
        if self._last is None:
            message = "No picture in it could be decoded; it is damaged."
            raise Refused(message)
        for stream in (self._picture, self._sound):
            if stream is not None:
                self._container.mux(stream.encode(None))


def add_sound(container: Any, source: Any, codec: str = "aac") -> Any:
    """A sound stream of at most two channels."""
    stream = container.add_stream(codec, rate=SAMPLE_RATE)
    stream.layout = "mono" if source.codec_context.channels == 1 else "stereo"
    stream.bit_rate = SOUND_BITS
    return stream
