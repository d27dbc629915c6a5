"""Photos that people have become what TikTok takes: their colours, their sides, their sharpness."""

from math import log10
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, ImageFilter, ImageStat

from .conftest import Corpus
from .mended import colour, mended

pytestmark = pytest.mark.slow


async def test_colours_of_a_wide_profile_are_brought_to_srgb(tmp_path: Path) -> None:
    cms: Any = ImageCms
    profile = cms.ImageCmsProfile(cms.createProfile("LAB")).tobytes()
    lab = Image.new("LAB", (400, 400), (128, 128, 128))
    lab.save(tmp_path / "lab.tiff", icc_profile=profile)

    output, _ = await mended(tmp_path / "lab.tiff", tmp_path)

    with Image.open(output) as image:
        assert image.mode == "RGB"
        assert "icc_profile" not in image.info
        seen = colour(image, 5, 5)
    assert max(seen) - min(seen) < 12


async def test_inks_are_read_as_adobe_writes_them_whether_its_mark_is_there_or_not(
    corpus: Corpus, tmp_path: Path
) -> None:
    marked = corpus("cmyk.jpg").read_bytes()
    at = marked.index(b"\xff\xee\x00\x0eAdobe")
    (tmp_path / "plain.jpg").write_bytes(marked[:at] + marked[at + 16 :])

    plain, _ = await mended(tmp_path / "plain.jpg", tmp_path)

    with Image.open(corpus("good.jpg")) as wanted, Image.open(plain) as image:
        assert image.mode == "RGB"
        for spot in ((20, 20), (540, 675), (1060, 1330)):
            pairs = zip(colour(image, *spot), colour(wanted, *spot), strict=True)
            assert max(abs(one - two) for one, two in pairs) < 12


async def test_a_turned_photo_becomes_upright_and_transparency_white(tmp_path: Path) -> None:
    turned = Image.new("RGB", (1200, 1600))
    turned.paste((255, 255, 255), (0, 0, 600, 800))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    turned.save(tmp_path / "turned.jpg", exif=exif)
    Image.new("RGBA", (600, 600), (255, 0, 0, 0)).save(tmp_path / "clear.png")

    upright, _ = await mended(tmp_path / "turned.jpg", tmp_path)
    with Image.open(upright) as image:
        sides, corner = image.size, colour(image, image.width - 20, 20)
    opaque, _ = await mended(tmp_path / "clear.png", tmp_path)
    with Image.open(opaque) as image:
        paper = colour(image, 5, 5)

    assert sides == (1440, 1080)
    assert min(corner) > 240
    assert paper == (255, 255, 255)


async def test_a_photo_that_is_unpacked_smaller_is_as_good_as_one_made_small_by_the_best_filter(
    tmp_path: Path,
) -> None:
    grain = Image.effect_noise((3000, 4000), 40).filter(ImageFilter.GaussianBlur(1))
    grain.convert("RGB").save(tmp_path / "a.jpg", quality=92)
    with Image.open(tmp_path / "a.jpg") as image:
        whole: Any = image  # how it is resized is typed in part only
        best = whole.resize((1080, 1440), Image.Resampling.LANCZOS)
    best.save(tmp_path / "best.jpg", quality=90)

    output, _ = await mended(tmp_path / "a.jpg", tmp_path)

    # Grain alone is the hardest there is; without any change but JPEG's own it comes to 37.
    assert decibels(output, best) > decibels(tmp_path / "best.jpg", best) - 2.5


def decibels(path: Path, wanted: Image.Image) -> float:
    """How near a picture comes to another."""
    with Image.open(path) as image:
        apart: Any = ImageStat.Stat(ImageChops.difference(image, wanted)).rms
    return 20 * log10(255 / max(apart))
