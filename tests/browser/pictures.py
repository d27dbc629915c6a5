"""Videos and photos that browsers can show, made on the spot."""

import colorsys
import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw

from demo.video import make_video

SKY = (255, 244, 214)


@cache
def video(seed: int = 1, *, width: int = 360, height: int = 640) -> bytes:
    """A second of VP9 in WebM, which every Chromium plays, whatever it was built with."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "v.webm"
        make_video(path, width=width, height=height, fps=24, duration_s=1, codec="vp9", seed=seed)
        return path.read_bytes()


@cache
def photo(number: int, *, width: int = 540, height: int = 675) -> bytes:
    """A drawn landscape as a JPEG: a sun, hills, a sky of a colour of its own."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        shade = colorsys.hsv_to_rgb(
            (number * 0.17 + y / height / 5) % 1, 0.55, 0.55 + 0.4 * y / height
        )
        draw.line([(0, y), (width, y)], fill=_colour(*shade))
    sun = width // 4
    draw.ellipse([sun, height // 5, 3 * sun, height // 5 + 2 * sun], fill=SKY)
    for hill in range(5):
        foot, top = width * (hill - 1) // 4, height * (55 + 5 * (hill * number % 3)) // 100
        corners = [(foot, height), (foot + width // 4, top), (foot + width // 2, height)]
        draw.polygon(corners, fill=(30 + hill * 12, 40 + hill * 8, 70 + hill * 10))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _colour(red: float, green: float, blue: float) -> tuple[int, int, int]:
    return int(red * 255), int(green * 255), int(blue * 255)
