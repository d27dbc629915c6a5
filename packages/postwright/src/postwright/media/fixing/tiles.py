"""How large pictures of a video are made, and where the small ones of a strip lie. Pure."""

from dataclasses import dataclass

COLUMNS = 10

_POSTER = (720, 1280)
_TILE = (90, 160)
_MOST_TILES = 40
_LEAST_STEP_MS = 250


@dataclass(frozen=True, slots=True)
class Tile:
    """One small picture of a strip: what it shows, and where it lies, in pixels."""

    at_ms: int
    x: int
    y: int
    width: int
    height: int


def poster_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of a poster or frame of a video that is so large, as shown."""
    return _fitted(width, height, _POSTER)


def tiles(width: int, height: int, duration_ms: int) -> tuple[Tile, ...]:
    """The strip of a video: at most 40 tiles in rows of ten, at even distances from the start.

    Args:
        width: of the video as shown, in pixels.
        height: likewise.
        duration_ms: its length.
    """
    wide, high = _fitted(width, height, _TILE)
    step_ms = step_of(duration_ms)
    return tuple(
        Tile(at_ms, number % COLUMNS * wide, number // COLUMNS * high, wide, high)
        for number, at_ms in enumerate(range(0, max(1, duration_ms), step_ms))
    )


def step_of(duration_ms: int) -> int:
    """How far apart the tiles of a strip are, in ms."""
    return max(_LEAST_STEP_MS, -(-duration_ms // _MOST_TILES))


def _fitted(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """Into the box, which lies on its side for pictures that do; even, never larger."""
    short, long = box
    scale = min(1.0, short / min(width, height), long / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
