"""Mend photos. Run as a program, never imported: see serve.py for how it is talked to.

    python -m postwright.media.fixing.photo

An order has "source", "output" and "order" as in recipe.py. The answer has "width" and "height".
One process mends any number of photos, one after the other.
"""

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from postwright.media.fixing.recipe import PhotoOrder, order_of
from postwright.media.fixing.scale import scaled
from postwright.media.fixing.serve import Refused, Tell, serve

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "HEIF", "AVIF")
# More than the largest phone camera has; decoded it fits into the memory that the process gets.
PIXELS_MOST = 250_000_000

_QUALITIES = (90, 82, 72, 60, 45)
_JPEG_SIDE = 65_500
_ORIENTATION = 0x0112
_CMS: Any = ImageCms  # its signatures are typed in part only
_SRGB = _CMS.createProfile("sRGB")
_DEEP = ("I", "I;16", "I;16L", "I;16B", "F")


def mend(told: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Carry out one order."""
    order = order_of("photo", told["order"])
    assert isinstance(order, PhotoOrder)
    try:
        with Image.open(told["source"], formats=FORMATS) as image:
            _check(image)
            tell(0.1)
            ready = _ready(image, order)
    except MemoryError:
        raise
    # Whatever a decoder trips over in a stranger's file: they raise errors of many kinds.
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, Image.DecompressionBombError):
        message = "It is damaged, or in a format that cannot be read."
        raise Refused(message) from None
    _save(ready, Path(told["output"]), order)
    return {"width": ready.width, "height": ready.height}


def _check(image: Image.Image) -> None:
    if image.width * image.height > PIXELS_MOST:
        message = f"It has more than {PIXELS_MOST:,} pixels."
        raise Refused(message)
    # Photos of phones hold several pictures of the same; in others they move.
    if getattr(image, "is_animated", False) and image.format not in {"MPO", "HEIF", "TIFF"}:
        message = "It moves; only still pictures can be photos."
        raise Refused(message)


def _ready(image: Image.Image, order: PhotoOrder) -> Image.Image:
    sides = _fitted(image.size, order.short_side)
    profile = image.info.get("icc_profile")
    whole = image.size
    if image.mode in {"RGB", "L"}:
        # Half, a quarter, an eighth: a JPEG is unpacked no larger than needed.
        image.draft(None, sides)
    picture: Any = _opaque(image)  # how it is resized is typed in part only
    if picture.size not in {sides, whole}:
        picture = scaled(picture, sides)  # what was unpacked smaller has been smoothed already
    elif picture.size != sides:
        picture = picture.resize(sides, Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture = _in_srgb(picture, profile)
    turn = image.getexif().get(_ORIENTATION, 1)
    if turn == 1:
        return picture
    picture.getexif()[_ORIENTATION] = turn
    return ImageOps.exif_transpose(picture)


def _fitted(size: tuple[int, int], short_side: int) -> tuple[int, int]:
    scale = min(1.0, short_side / min(size), _JPEG_SIDE / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    return width, height


def _opaque(image: Image.Image) -> Image.Image:
    """In 8 bits and without transparency: what shows through is white."""
    if image.mode in _DEEP:
        return image.point(lambda value: value * (1 / 256)).convert("L")  # pyright: ignore[reportUnknownMemberType]  # Pillow's own signature is untyped
    if "transparency" in image.info or image.mode in {"LA", "PA", "La", "RGBa", "RGBA"}:
        layer = image.convert("RGBA")
        paper = Image.new("RGB", layer.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    if image.mode in {"RGB", "L", "CMYK", "LAB"}:
        image.load()
        return image
    return image.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert with the picture's own profile, if it has one that can be used."""
    if profile:
        try:
            own = _CMS.ImageCmsProfile(BytesIO(profile))
            if not _is_srgb(own):
                changed: Image.Image = _CMS.profileToProfile(picture, own, _SRGB, outputMode="RGB")
                return changed
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile: the colours are taken as they are
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _is_srgb(profile: Any) -> bool:
    return "sRGB" in (profile.profile.profile_description or "")


def _save(picture: Image.Image, output: Path, order: PhotoOrder) -> None:
    picture.info.clear()
    for quality in _QUALITIES:
        with BytesIO() as written:
            picture.save(written, "JPEG", quality=quality)
            if written.tell() <= order.size_bytes:
                output.write_bytes(written.getvalue())
                return
    message = "It cannot be made small enough."
    raise Refused(message)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    heif: Any = pillow_heif  # its signatures are not typed
    heif.register_heif_opener()
    # Its own limit warns at less and cannot be told by what; the check above takes its place.
    Image.MAX_IMAGE_PIXELS = None
    serve(mend)
