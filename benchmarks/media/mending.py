"""Seconds to mend a video, next to the ffmpeg program's with the same settings; photos a second."""

import asyncio
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import click
import psutil
from PIL import Image, ImageFilter

from benchmarks.media.probing import Pair, in_turns
from benchmarks.parts import Missing, Part
from demo.video import make_video
from postwright.media.fixing.encode import SOUND_BITS, X264, bits_for
from postwright.media.fixing.graph import SAMPLE_RATE
from postwright.media.fixing.plan import plan
from postwright.media.fixing.recipe import PhotoOrder, Recipe, VideoOrder
from postwright.media.fixing.run import Limits, carry_out, started
from postwright.media.probe import VideoProbe, probe
from postwright.platforms.tiktok.rules import PHOTO_TARGET, VIDEO_TARGET

# A second of work is what a second of a core of its own would be: others use the cores, too.
GOALS = {"mend_ratio": 1.1, "photos_per_cpu_s": 20.0}
# Of the photos; what counts is the one in the middle.
_BATCHES = 5
_MOST_ROUNDS = 5
# Copying takes no time to speak of: what counts there is how fast a program starts.
_REMUXED = "Matroska, remuxed"


@dataclass(frozen=True, slots=True)
class Photos:
    """How fast one process mends photos, by the clock and by its work; the middle of batches."""

    per_s: float
    per_cpu_s: float


def files(folder: Path, *, small: bool) -> dict[str, Path]:
    """Videos that have to be mended."""
    length_s = 0.4 if small else 4
    return {
        "120 fps to 60, 1080p": make_video(folder / "a.mp4", fps=120, duration_s=length_s),
        "MPEG-4 in AVI, 720p": make_video(
            folder / "b.avi", width=720, height=1280, duration_s=length_s, codec="mpeg4"
        ),
        "HEVC 15 fps to 30": make_video(
            folder / "c.mov", width=720, height=1280, fps=15, duration_s=length_s, codec="hevc"
        ),
        _REMUXED: make_video(
            folder / "d.mkv", duration_s=length_s, min_bytes=1_000_000 if small else 40_000_000
        ),
    }


def measure(folder: Path, *, rounds: int, small: bool) -> Part:
    """Mend each file in turn with both, print the table.

    Raises:
        Missing: there is no ffmpeg.
    """
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        message = "ffmpeg is not installed: apt-get install ffmpeg, or brew install ffmpeg."
        raise Missing(message)
    pairs = dict[str, Pair]()
    with asyncio.Runner() as runner:
        for name, path in files(folder, small=small).items():
            recipe = runner.run(_recipe(path))
            ours, theirs = folder / f"ours{recipe.suffix}", folder / f"theirs{recipe.suffix}"
            command = [ffmpeg, *same(path, recipe, theirs)]
            pairs[name] = in_turns(
                min(rounds, _MOST_ROUNDS),
                lambda p=path, r=recipe, o=ours: runner.run(carry_out(r, p, o, limits=Limits())),
                lambda command=command: subprocess.run(command, check=True, capture_output=True),
                of=min,
            )
        photos = runner.run(_photos(folder, 5 if small else 100))
    worst = max(pair.ratio for name, pair in pairs.items() if name != _REMUXED)
    _print(pairs, photos)
    return Part(
        told={
            "mend_ratio": round(worst, 3),
            "mend_s": {name: round(pair.ours_s, 2) for name, pair in pairs.items()},
            "photos_per_s": round(photos.per_s, 1),
            "photos_per_cpu_s": round(photos.per_cpu_s, 1),
        },
        goals=GOALS,
        met=worst <= GOALS["mend_ratio"] and photos.per_cpu_s >= GOALS["photos_per_cpu_s"],
    )


async def _recipe(path: Path) -> Recipe:
    found = await probe(path)
    assert isinstance(found, VideoProbe)
    recipe = plan(found, VIDEO_TARGET)
    assert recipe is not None
    return recipe


def same(path: Path, recipe: Recipe, output: Path) -> list[str]:
    """The arguments that have ffmpeg do the same."""
    order = recipe.order
    assert isinstance(order, VideoOrder)
    given = ["-y", "-nostdin", "-loglevel", "error", "-i", str(path), "-map_metadata", "-1"]
    if order.copies_video:
        return [*given, "-c", "copy", "-movflags", "+faststart", str(output)]
    bits = str(bits_for(order))
    rate = round(float(order.fps.split("/")[0]) / float((order.fps + "/1").split("/")[1])) * 2
    options = {
        "-vf": f"fps={order.fps},scale={order.width}:{order.height}:flags=bicubic:out_range=tv,"
        "format=yuv420p,setsar=1",
        "-c:v": "libx264",
        **{f"-{name}": value for name, value in X264.items()},
        "-maxrate": bits,
        "-bufsize": bits,
        "-g": str(rate),
        "-c:a": "aac",
        "-b:a": str(SOUND_BITS),
        "-ar": str(SAMPLE_RATE),
        "-movflags": "+faststart",
    }
    return [*given, *(word for pair in options.items() for word in pair), str(output)]


async def _photos(folder: Path, count: int) -> Photos:
    """Photos of 12 million pixels, as phones make them, to a short side of 1080."""
    source = folder / "phone.jpg"
    _photo().save(source, quality=92)
    order = PhotoOrder(PHOTO_TARGET.short_side, PHOTO_TARGET.size_bytes)
    told = {"order": asdict(order), "output": str(folder / "mended.jpg")}
    async with started("photo", Limits()) as bench:
        await bench.give(source, told)
        worker = psutil.Process(bench.pid)
        loop = asyncio.get_running_loop()
        took_s, worked_s = list[float](), list[float]()
        for _ in range(_BATCHES):
            began, before = loop.time(), sum(worker.cpu_times()[:2])
            for _ in range(count // _BATCHES):
                await bench.give(source, told)
            took_s.append(loop.time() - began)
            worked_s.append(sum(worker.cpu_times()[:2]) - before)
    batch = count // _BATCHES
    return Photos(batch / median(took_s), batch / median(worked_s))


def _photo() -> Image.Image:
    """Soft shapes with grain: 2.4 MB, of the size that a phone's photos have."""
    sides = (4000, 3000)
    grain = Image.effect_noise(sides, 60).filter(ImageFilter.GaussianBlur(1))
    gradient: Any = Image.linear_gradient("L")  # how it is resized is typed in part only
    ramp: Image.Image = gradient.resize(sides)
    turned = (ramp, ramp.rotate(180), ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    return Image.merge("RGB", [Image.blend(grain, colour, 0.7) for colour in turned])


def _print(pairs: dict[str, Pair], photos: Photos) -> None:
    click.echo(f"\n{'mend':<24}{'ours s':>9}{'ffmpeg s':>10}{'ratio':>8}")
    for name, pair in pairs.items():
        click.echo(f"{name:<24}{pair.ours_s:>9.2f}{pair.theirs_s:>10.2f}{pair.ratio:>8.2f}")
    click.echo(
        f"photos of 12 million pixels: {photos.per_s:.1f} a second in one process, "
        f"{photos.per_cpu_s:.1f} for each second of work"
    )
