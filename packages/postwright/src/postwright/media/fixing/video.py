"""Mend videos. Run as a program, never imported: see serve.py for how it is talked to.

    python -m postwright.media.fixing.video

An order has "source", "output" (a file that does not matter yet), "kind" and "order" as in
recipe.py. The answer has "kind": what was really done; "encode" where taking the pictures over
turned out to be impossible.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from av.error import FFmpegError

from postwright.media.fixing.encode import bits_for, encode
from postwright.media.fixing.recipe import VideoOrder, order_of
from postwright.media.fixing.remux import Impossible, remux
from postwright.media.fixing.serve import Refused, Tell, serve

# If a file becomes too large after all, how many of the bits to use next.
_SMALLER = (1.0, 0.7, 0.4)


def mend(told: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Carry out one order."""
    source, output = Path(told["source"]), Path(told["output"])
    order = order_of(told["kind"], told["order"])
    assert isinstance(order, VideoOrder)
    try:
        return {"kind": _mended(source, output, order, tell)}
    except MemoryError:
        raise
    except (FFmpegError, OSError, ValueError) as error:
        message = f"Its contents cannot be worked on: {error}."
        raise Refused(message) from None


def _mended(source: Path, output: Path, order: VideoOrder, tell: Tell) -> str:
    if order.copies_video:
        try:
            remux(source, output, order, tell)
        except (Impossible, FFmpegError, ValueError):
            sound = "none" if order.sound == "none" else "encode"
            order = replace(order, container="mp4", copies_video=False, sound=sound)
        else:
            return "remux"
    _encoded(source, output, order, tell)
    return "encode"


def _encoded(source: Path, output: Path, order: VideoOrder, tell: Tell) -> None:
    # Sound that could be taken over is encoded along: the times of the two stay in step.
    if order.sound == "copy":
        order = replace(order, sound="encode")
    bits = bits_for(order)
    for part in _SMALLER:
        encode(source, output, order, int(bits * part), tell)
        if output.stat().st_size <= order.size_bytes:
            return
    message = "It cannot be made small enough."
    raise Refused(message)


if __name__ == "__main__":
    serve(mend)
