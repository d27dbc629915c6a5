"""How colours of high dynamic range become ordinary ones: tables that were worked out before.

The library works such a table out for each video, which takes seconds, and then applies it with
care and little speed. These tables hold what it comes to for the two curves that cameras record
in, and the library's own filter for tables applies them in a third of the time. Videos that say
for which screen they were made go the long way: their colours depend on what they say.

    python -m postwright.media.fixing.colours

writes both tables anew, where this module lies.
"""

import array
from pathlib import Path
from typing import Any

import av
from av.filter import Graph
from av.sidedata.sidedata import Type

# What brings wide colours to those of ordinary screens, for the filter that scales.
TO_SDR = {"out_transfer": "bt709", "out_primaries": "bt709", "intent": "perceptual"}

_FOLDER = Path(__file__).parent
_BT2020 = 9
_NAMES = {16: "pq", 18: "hlg"}
_STEPS = 25
_MOST = 65_535
_ABOUT_A_SCREEN = (Type.MASTERING_DISPLAY_METADATA, Type.CONTENT_LIGHT_LEVEL)


def table_for(frame: Any) -> Path | None:
    """The table that brings pictures like this one to standard range, if there is one."""
    name = _NAMES.get(frame.color_trc)
    if name is None or frame.color_primaries != _BT2020:
        return None
    if any(data.type in _ABOUT_A_SCREEN for data in frame.side_data):
        return None
    return _FOLDER / f"{name}.cube"


def write_table(curve: int, path: Path) -> None:
    """Have the library map every colour of a lattice, and write down what becomes of it."""
    lattice = _lattice()
    lattice.color_trc, lattice.color_primaries = curve, _BT2020
    lattice.colorspace, lattice.color_range, lattice.pts = 0, 2, 0
    sides = f"{lattice.width}x{lattice.height}"
    graph = Graph()
    given = f"video_size={sides}:pix_fmt=gbrp16le:time_base=1/30:colorspace=0:range=2"
    graph.link_nodes(
        graph.add("buffer", given),
        graph.add("scale", **TO_SDR),
        graph.add("format", "gbrp16le"),
        graph.add("buffersink"),
    )
    graph.configure()
    graph.push(lattice)
    mapped: Any = graph.pull()
    greens, blues, reds = ([*memoryview(plane).cast("H")] for plane in mapped.planes)
    width = mapped.planes[0].line_size // 2
    lines = ["# Made by python -m postwright.media.fixing.colours", f"LUT_3D_SIZE {_STEPS}"]
    for blue in range(_STEPS):
        for green in range(_STEPS):
            at = green * width + blue * _STEPS
            for spot in range(at, at + _STEPS):
                values = (reds[spot], greens[spot], blues[spot])
                lines.append(" ".join(f"{value / _MOST:.4f}" for value in values))
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def _lattice() -> Any:
    """A picture of all combinations: green goes down, red goes across, blue by blocks of that."""
    frame: Any = av.VideoFrame(_STEPS * _STEPS, _STEPS, "gbrp16le")
    steps = [round(number * _MOST / (_STEPS - 1)) for number in range(_STEPS)]
    for plane, rows in zip(
        frame.planes,
        (
            [[green] * _STEPS * _STEPS for green in steps],
            [[blue for blue in steps for _ in steps]] * _STEPS,
            [steps * _STEPS] * _STEPS,
        ),
        strict=True,
    ):
        data = bytearray(plane.buffer_size)
        for number, row in enumerate(rows):
            at = number * plane.line_size
            data[at : at + len(row) * 2] = array.array("H", row).tobytes()
        plane.update(bytes(data))
    return frame


if __name__ == "__main__":
    for code, name in _NAMES.items():
        write_table(code, _FOLDER / f"{name}.cube")
