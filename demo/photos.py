"""Make photos out of nothing: a sky at another hour in each, so that their order can be seen.

python -m demo.photos FOLDER makes three to play with.
"""

import argparse
import sys
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1080, 1350

_SKIES = (
    ((255, 179, 107), (96, 92, 168)),
    ((158, 216, 255), (28, 112, 201)),
    ((255, 120, 96), (64, 26, 92)),
    ((64, 84, 140), (8, 12, 34)),
)


def make_photos(folder: Path, count: int = 3) -> list[Path]:
    """That many JPEG files in `folder`, numbered in their order. The same call makes them anew."""
    return [_make(folder / f"{number}.jpg", number) for number in range(1, count + 1)]


def _make(path: Path, number: int) -> Path:
    low, high = _SKIES[(number - 1) % len(_SKIES)]
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture)
    for row in range(HEIGHT):
        share = row / HEIGHT
        colour = [round(b * (1 - share) + a * share) for a, b in zip(low, high, strict=True)]
        draw.line(((0, row), (WIDTH, row)), fill=tuple(colour))
    for place in range(number):  # as many suns as its number
        left, top = 180 + 240 * (place % 3), 260 + 40 * (place % 2) + 260 * (place // 3)
        draw.ellipse((left, top, left + 200, top + 200), fill=(255, 241, 214))
    draw.polygon(((0, HEIGHT), (0, 1000), (420, 760), (760, 1080), (WIDTH, 880), (WIDTH, HEIGHT)),
                 fill=tuple(part // 4 for part in high))  # fmt: skip
    picture.save(path, quality=88)
    return path


def main() -> int:
    """Make three; 1 if one of them is there already."""
    parser = argparse.ArgumentParser(prog="python -m demo.photos")
    parser.add_argument("folder", type=Path, help="where to: 1.jpg, 2.jpg, 3.jpg")
    folder: Path = parser.parse_args().folder
    there = [path for path in (folder / f"{number}.jpg" for number in (1, 2, 3)) if path.exists()]
    if there:
        sys.stderr.write(f"{there[0]} is there already, and stays as it is.\n")
        return 1
    for path in make_photos(folder):
        sys.stdout.write(f"{path}: {path.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
