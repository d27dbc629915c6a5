"""The filters that pictures and sound run through: rate, size, rotation, colours, channels."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from av.error import BlockingIOError as MoreWanted
from av.error import EOFError as AtEnd
from av.filter import Graph

from postwright.media.fixing.colours import TO_SDR, table_for

SAMPLE_RATE = 48_000

# Clockwise turns, as the filters of the library name them.
_TURNS: dict[int, tuple[tuple[str, str], ...]] = {
    0: (),
    90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "cclock"),),
}
# Primaries and curves that an ordinary screen does not have.
_WIDE_PRIMARIES = {9, 11, 12}
_HDR_CURVES = {16, 18}


@dataclass(frozen=True, slots=True)
class Look:
    """What pictures are made to look like.

    Attributes:
        width: as shown, after `rotation`, in square pixels.
        height: likewise.
        padded: width and height with black borders.
        rotation: degrees clockwise.
        fps: constant rate as a fraction; None leaves the pictures at their times.
        pixels: pixel format.
    """

    width: int
    height: int
    padded: tuple[int, int]
    rotation: int
    fps: str | None = None
    pixels: str = "yuv420p"


class Filters(ABC):
    """A chain of filters; a frame unlike those before gets a new one."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._kind: tuple[Any, ...] = ()

    def push(self, frame: Any) -> Iterator[Any]:
        """Put one frame in, get those that are ready."""
        kind = self._kind_of(frame)
        if self._graph is None or kind != self._kind:
            yield from self.end()
            self._graph, self._kind = self._build(frame), kind
        self._graph.push(frame)
        yield from self._ready()

    def end(self) -> Iterator[Any]:
        """Get what is left."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._ready()
            self._graph = None

    def _ready(self) -> Iterator[Any]:
        assert self._graph is not None
        while True:
            try:
                frame = self._graph.pull()
            except (MoreWanted, AtEnd):
                return
            yield frame

    @abstractmethod
    def _kind_of(self, frame: Any) -> tuple[Any, ...]:
        """What two frames must have in common to run through one chain."""

    @abstractmethod
    def _build(self, frame: Any) -> Graph:
        """Make the chain for a frame like this."""


class PictureFilters(Filters):
    """For the pictures of a stream whose times count in `time_base`."""

    def __init__(self, look: Look, time_base: Any) -> None:
        super().__init__()
        self._look = look
        self._time_base = time_base

    def _kind_of(self, frame: Any) -> tuple[Any, ...]:
        return frame.width, frame.height, frame.format.name, frame.color_trc, frame.colorspace

    def _build(self, frame: Any) -> Graph:
        graph = Graph()
        source = graph.add(
            "buffer",
            video_size=f"{frame.width}x{frame.height}",
            pix_fmt=frame.format.name,
            time_base=str(self._time_base),
            pixel_aspect="1/1",
            colorspace=str(int(frame.colorspace)),
            range=str(int(frame.color_range)),
        )
        filters = [graph.add(name, **arguments) for name, arguments in self._chain(frame)]
        graph.link_nodes(source, *filters, graph.add("buffersink"))
        graph.configure()
        return graph

    def _chain(self, frame: Any) -> Iterator[tuple[str, dict[str, str]]]:
        look = self._look
        if look.fps is not None:
            yield "fps", {"fps": look.fps, "start_time": "0"}
        width, height = (look.width, look.height)[:: -1 if look.rotation % 180 else 1]
        # The smaller picture is turned and its colours are changed, which is less work.
        yield from self._sized(frame, {"w": str(width), "h": str(height), "flags": "bicubic"})
        for name, direction in _TURNS[look.rotation]:
            yield name, {"dir": direction} if direction else {}
        yield "format", {"pix_fmts": look.pixels}
        if look.padded != (look.width, look.height):
            yield "pad", {"w": str(look.padded[0]), "h": str(look.padded[1]), "x": "-1", "y": "-1"}
        yield "setsar", {"sar": "1"}

    def _sized(self, frame: Any, sides: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """In the size that is wanted, in colours that ordinary screens have."""
        ends = {"out_range": "tv"} if self._look.pixels == "yuv420p" else {}
        table = table_for(frame)
        if table is not None:
            yield "scale", sides
            yield "format", {"pix_fmts": "gbrp16le"}
            yield "lut3d", {"file": str(table), "interp": "tetrahedral"}
            yield "setparams", {"color_primaries": "bt709", "color_trc": "bt709"}
            yield "scale", {**ends, "out_color_matrix": "bt709", "flags": "bicubic"}
        elif frame.color_trc in _HDR_CURVES or frame.color_primaries in _WIDE_PRIMARIES:
            yield "scale", {**sides, **ends, **TO_SDR, "out_color_matrix": "bt709"}
        else:
            yield "scale", {**sides, **ends}


class SoundFilters(Filters):
    """To the samples that encoders take; gaps in time are filled with silence."""

    def __init__(self, time_base: Any, channels: int) -> None:
        super().__init__()
        self._time_base = time_base
        self._layout = "mono" if channels == 1 else "stereo"

    def _kind_of(self, frame: Any) -> tuple[Any, ...]:
        return frame.sample_rate, frame.format.name, frame.layout.name

    def _build(self, frame: Any) -> Graph:
        graph = Graph()
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format,
            layout=frame.layout,
            time_base=self._time_base,
        )
        graph.link_nodes(
            source,
            graph.add("aresample", f"{SAMPLE_RATE}:async=1"),
            graph.add(
                "aformat",
                f"sample_fmts=fltp:sample_rates={SAMPLE_RATE}:channel_layouts={self._layout}",
            ),
            graph.add("asetnsamples", "1024:p=0"),
            graph.add("abuffersink"),
        )
        graph.configure()
        return graph
