"""How tests mend a file, and look at what came of it."""

from pathlib import Path
from typing import Any

from PIL import Image

from postwright.media.fixing.mend import mend
from postwright.media.fixing.plan import plan
from postwright.media.fixing.recipe import Recipe
from postwright.media.fixing.run import Limits
from postwright.media.probe import Probe, VideoProbe, probe
from postwright.platforms.tiktok.rules import PHOTO_TARGET, VIDEO_TARGET


def recipe_of(found: Probe) -> Recipe | None:
    if isinstance(found, VideoProbe):
        return plan(found, VIDEO_TARGET)
    return plan(found, PHOTO_TARGET)


async def mended(source: Path, folder: Path, recipe: Recipe | None = None) -> tuple[Path, Probe]:
    recipe = recipe or recipe_of(await probe(source))
    assert recipe is not None
    output = folder / f"out{recipe.suffix}"
    found = await mend(recipe, source, output, limits=Limits(), probe_timeout_s=30)
    return output, found


def colour(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    seen: Any = image.convert("RGB").getpixel((x, y))
    return seen
