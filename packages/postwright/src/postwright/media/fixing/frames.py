"""Take still pictures out of videos. Run as a program, never imported: see serve.py.

    python -m postwright.media.fixing.frames

An order has "source", "output", "kind" ("poster", "strip", "frame"), "times_ms" (of a strip: one
per tile; of a frame: one; of a poster: one or none), "width" and "height" (of one picture, as
shown), "columns". Writes one JPEG; the answer has its "width" and "height", and "at_ms": the time
of the first picture in it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from av.error import FFmpegError
from PIL import Image, ImageStat

from postwright.media.fixing.graph import Look, PictureFilters
from postwright.media.fixing.reading import opened, picture_stream, start_of
from postwright.media.fixing.serve import Refused, Tell, serve

_QUALITY = 82
_LOOKED_AT = 40  # pictures among which a poster is chosen
_EVERY_S = 0.25
_BRIGHT = 24.0  # of 255: darker ones are taken for black
_VARIED = 6.0


def take(told: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Carry out one order."""
    try:
        with opened(Path(told["source"])) as container:
            shots = _Shots(container, int(told["width"]), int(told["height"]))
            times = [moment / 1000 for moment in told["times_ms"]]
            if told["kind"] == "strip":
                image, at = _strip(shots, times, int(told["columns"]), tell)
            elif times:
                image, at = shots.at(times[0])
            else:
                image, at = _poster(shots)
    except MemoryError:
        raise
    except (FFmpegError, OSError, ValueError) as error:
        message = f"Its contents cannot be worked on: {error}."
        raise Refused(message) from None
    image.save(told["output"], "JPEG", quality=_QUALITY)
    return {"width": image.width, "height": image.height, "at_ms": round(at * 1000)}


class _Shots:
    """Pictures of a video at any time, as people see them."""

    def __init__(self, container: Any, width: int, height: int) -> None:
        self._container = container
        self._stream = picture_stream(container)
        self._stream.thread_type = "AUTO"
        self._sides = (width, height)
        self._start = start_of(container)
        self._filters: PictureFilters | None = None

    def at(self, moment: float) -> tuple[Image.Image, float]:
        """The picture shown at a time, in seconds; the last one for times after it.

        Raises:
            Refused: no picture can be decoded.
        """
        last: Any = None
        for frame in self._from(moment):
            if last is not None and self._time(frame) > moment + 0.001:
                break
            last = frame
        if last is None:
            message = "No picture in it could be decoded; it is damaged."
            raise Refused(message)
        return self._image(last), max(0.0, self._time(last))

    def first(self, most: int, every_s: float) -> Iterator[tuple[Image.Image, float]]:
        """Pictures from the start on, so many seconds apart."""
        due = 0.0
        for frame in self._from(0.0):
            at = max(0.0, self._time(frame))
            if at + 0.001 >= due:
                yield self._image(frame), at
                due, most = at + every_s, most - 1
            if not most:
                return

    def _from(self, moment: float) -> Iterator[Any]:
        """Frames from the key picture before a time on."""
        tick = self._stream.time_base
        self._container.seek(round((moment + self._start) / tick), stream=self._stream)
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except FFmpegError:
                continue  # a damaged picture; players skip it as well
            yield from (frame for frame in frames if frame.pts is not None)

    def _time(self, frame: Any) -> float:
        return float(frame.pts * self._stream.time_base) - self._start

    def _image(self, frame: Any) -> Image.Image:
        if self._filters is None:
            turn = -frame.rotation % 360
            look = Look(*self._sides, self._sides, turn, pixels="rgb24")
            self._filters = PictureFilters(look, self._stream.time_base)
        ready = list(self._filters.push(frame))
        image: Image.Image = ready[-1].to_image()
        return image


def _poster(shots: _Shots) -> tuple[Image.Image, float]:
    """The first picture with something to see in it; else the brightest."""
    best: tuple[float, Image.Image, float] | None = None
    for image, at in shots.first(_LOOKED_AT, _EVERY_S):
        seen = ImageStat.Stat(image.convert("L").reduce(8))
        bright, varied = seen.mean[0], seen.stddev[0]
        if bright >= _BRIGHT and varied >= _VARIED:
            return image, at
        if best is None or bright > best[0]:
            best = bright, image, at
    if best is None:
        message = "No picture in it could be decoded; it is damaged."
        raise Refused(message)
    return best[1], best[2]


def _strip(
    shots: _Shots, times: list[float], columns: int, tell: Tell
) -> tuple[Image.Image, float]:
    """Small pictures side by side, row by row."""
    sheet: Image.Image | None = None
    for number, moment in enumerate(times):
        image, _ = shots.at(moment)
        if sheet is None:
            rows = -(-len(times) // columns)
            sheet = Image.new("RGB", (image.width * columns, image.height * rows))
        column, row = number % columns, number // columns
        sheet.paste(image, (column * image.width, row * image.height))
        tell((number + 1) / len(times))
    assert sheet is not None
    return sheet, times[0]


if __name__ == "__main__":
    serve(take)
