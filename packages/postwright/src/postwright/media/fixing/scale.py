"""Scale still pictures with the scaler for videos: it takes half the time that Pillow's takes."""

from typing import Any

from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from PIL import Image


def scaled(picture: Image.Image, sides: tuple[int, int]) -> Image.Image:
    """The same picture in another size; of any mode with 8 bits a band."""
    scaler = VideoReformatter()
    bands = [_scaled(scaler, band, sides) for band in picture.split()]
    return bands[0] if len(bands) == 1 else Image.merge(picture.mode, bands)


def _scaled(scaler: VideoReformatter, band: Image.Image, sides: tuple[int, int]) -> Image.Image:
    frame = VideoFrame(*band.size, "gray")
    plane = frame.planes[0]
    if plane.line_size != band.width:
        band = band.crop((0, 0, plane.line_size, band.height))
    plane.update(band.tobytes())
    made: Any = scaler.reformat(frame, *sides, "gray", interpolation=Interpolation.BICUBIC)
    (plane,) = made.planes
    return Image.frombuffer("L", sides, bytes(plane), "raw", "L", plane.line_size, 1)
