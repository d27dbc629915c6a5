"""Files as people have them, made by code: each with what Postwright says of it.

`corpus(name)` (a fixture) makes one and gives its path; the same name is made once a session.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

from .photos import (
    animated,
    bomb,
    cmyk,
    gradient,
    heic,
    huge,
    transparent,
    turned,
)
from .videos import Shot, cut, film, mpeg4_avi, text, theora

Make = Callable[[Path], object]
FIXABLE, ERROR, ADVICE = "fixable", "error", "advice"


@dataclass(frozen=True, slots=True)
class Specimen:
    """A file, and what is said of it.

    Attributes:
        make: writes it.
        says: kind and rule of each finding, for a creator whose longest video is 10 minutes.
        why: words of the refusal of a file that cannot be read; empty if it can.
    """

    make: Make
    says: tuple[tuple[str, str], ...] = ()
    why: str = ""


def _cut(name: str) -> Make:
    return lambda path: cut(NAMES[name].make, path.with_name(name), path)


NAMES: dict[str, Specimen] = {
    "good.jpg": Specimen(gradient),
    "good.webp": Specimen(gradient),
    "good.png": Specimen(gradient, ((FIXABLE, "media.photo.formats"),)),
    "good.heic": Specimen(heic, ((FIXABLE, "media.photo.formats"),)),
    "animated.webp": Specimen(animated, ((ERROR, "preflight.photo.animated"),)),
    "animated.gif": Specimen(animated, ((ERROR, "preflight.photo.animated"),)),
    "animated.png": Specimen(animated, ((ERROR, "preflight.photo.animated"),)),
    "transparent.webp": Specimen(transparent, ((ADVICE, "preflight.photo.alpha"),)),
    "cmyk.jpg": Specimen(cmyk, ((FIXABLE, "preflight.photo.colours"),)),
    "square-1254.jpg": Specimen(
        partial(gradient, width=1254, height=1254), ((FIXABLE, "media.photo.short-side"),)
    ),
    "huge.jpg": Specimen(
        huge, ((FIXABLE, "media.photo.short-side"), (ADVICE, "preflight.photo.shape"))
    ),
    "turned.jpg": Specimen(turned, ((FIXABLE, "preflight.photo.orientation"),)),
    "bomb.png": Specimen(bomb, why="50,000 x 50,000 pixels, 2,500 million"),
    "bomb.jpg": Specimen(bomb, why="65,500 x 65,500 pixels"),
    "bomb.webp": Specimen(bomb, why="16,777,216 x 16,777,216 pixels"),
    "cut.jpg": Specimen(_cut("good.jpg"), why="cut off"),
    "cut.png": Specimen(_cut("good.png"), why="cut off"),
    "cut.webp": Specimen(_cut("good.webp"), why="cut off"),
    "cut.heic": Specimen(_cut("good.heic"), why="cut off"),
    "fps-120.mp4": Specimen(film(Shot(fps=120)), ((FIXABLE, "media.video.fps"),)),
    "fps-15.mp4": Specimen(film(Shot(fps=15)), ((FIXABLE, "media.video.fps"),)),
    "screen-recording.mp4": Specimen(
        film(Shot(fps=60, gaps=(1, 1, 1, 5))), ((FIXABLE, "preflight.video.variable-fps"),)
    ),
    "jitter.mp4": Specimen(film(Shot(fps=240, gaps=(8, 9, 7) * 10 + (16,), seconds=4))),
    "phone.mov": Specimen(film(Shot(codec="libx265"))),
    "rotated.mp4": Specimen(
        film(Shot(width=640, height=360, rotation=90)), ((ADVICE, "preflight.video.rotation"),)
    ),
    "hdr.mp4": Specimen(
        film(Shot(codec="libx265", pixels="yuv420p10le", curve=18)),
        ((ADVICE, "preflight.video.hdr"),),
    ),
    "ten-bits.mp4": Specimen(
        film(Shot(codec="libx265", pixels="yuv420p10le")), ((FIXABLE, "preflight.video.pixels"),)
    ),
    "chroma-444.mp4": Specimen(
        film(Shot(pixels="yuv444p")), ((FIXABLE, "preflight.video.pixels"),)
    ),
    "odd.webm": Specimen(
        film(Shot(codec="libvpx-vp9", width=361, height=641)),
        ((FIXABLE, "preflight.video.odd-sides"),),
    ),
    "silent.mp4": Specimen(film(Shot(sound=None)), ((ADVICE, "preflight.video.silent"),)),
    "surround.mp4": Specimen(film(Shot(sound="5.1")), ((ADVICE, "preflight.video.sound"),)),
    "old.avi": Specimen(
        mpeg4_avi,
        (
            (FIXABLE, "media.video.formats"),
            (FIXABLE, "media.video.codecs"),
            (ADVICE, "preflight.video.sound"),
        ),
    ),
    "still.ogv": Specimen(
        theora,
        (
            (FIXABLE, "media.video.formats"),
            (FIXABLE, "media.video.codecs"),
            (ADVICE, "preflight.video.silent"),
        ),
    ),
    "anamorphic.mp4": Specimen(
        film(Shot(width=480, aspect=Fraction(3, 4))), ((ADVICE, "preflight.video.pixel-shape"),)
    ),
    "obs.mkv": Specimen(film(Shot()), ((FIXABLE, "media.video.formats"),)),
    # A picture a minute: as long as it is, it is made in a moment.
    "eight-hours.mp4": Specimen(
        film(Shot(seconds=8 * 3600, gaps=(30 * 60,), sound=None)),
        (
            (FIXABLE, "media.video.fps"),
            (ERROR, "media.video.duration"),
            (ADVICE, "preflight.video.silent"),
        ),
    ),
    "empty.mp4": Specimen(lambda path: path.write_bytes(b""), why="empty"),
    "text.mp4": Specimen(text, why="neither a video nor a photo"),
    "cut.mp4": Specimen(_cut("phone.mov"), why="cut off"),
    "cut.mkv": Specimen(_cut("obs.mkv"), why="cut off"),
}
