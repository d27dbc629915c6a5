"""Seconds to look into a file, next to ffprobe's for the same file."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
import psutil
from PIL import Image

from benchmarks.parts import Missing, Part
from demo.video import make_video
from postwright.media.lookout import lookout
from postwright.media.probe import probe

MB = 1_000_000
GOALS = {"probe_ratio": 1.5, "probe_rss_growth_bytes": 8 * MB}
FFPROBE = ("-v", "error", "-of", "json", "-show_format", "-show_streams")


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds of both."""

    ours_s: float
    theirs_s: float

    @property
    def ratio(self) -> float:
        """Ours to theirs: below 1 is faster."""
        return self.ours_s / self.theirs_s


def files(folder: Path, *, small: bool) -> dict[str, Path]:
    """A file of each kind that people bring."""
    megabytes, length_s = (1, 0.4) if small else (70, 10)
    made = {
        "H.264 1080p": make_video(folder / "a.mp4", duration_s=length_s),
        f"H.264 {megabytes} MB": make_video(
            folder / "b.mp4", duration_s=2 * length_s, min_bytes=megabytes * MB
        ),
        "HEVC in MOV": make_video(
            folder / "c.mov", width=720, height=1280, duration_s=length_s, codec="hevc"
        ),
        "VP9 in WebM": make_video(
            folder / "d.webm", width=540, height=960, duration_s=length_s, codec="vp9"
        ),
        "H.264 in Matroska": make_video(
            folder / "e.mkv", width=720, height=1280, duration_s=length_s
        ),
    }
    for name, sides in (("JPEG 1080 x 1920", (1080, 1920)), ("JPEG 12 million", (4000, 3000))):
        made[name] = folder / f"{sides[0]}.jpg"
        _noisy(*sides).save(made[name], quality=90)
    return made


def _noisy(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


def timed(run: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def in_turns(
    rounds: int,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    of: Callable[[Iterable[float]], float] = median,
) -> Pair:
    """Both in turns, so that whatever else the machine does meets both; medians, or another `of`.

    For what uses all cores the least is fairer: whatever else the machine does only adds.
    The first round warms caches, and does not count.
    """
    pairs = [(timed(ours), timed(theirs)) for _ in range(rounds + 1)][1:]
    return Pair(of(mine for mine, _ in pairs), of(other for _, other in pairs))


def measure(folder: Path, *, rounds: int, small: bool) -> Part:
    """Probe each file in turn with both, print the table.

    Raises:
        Missing: there is no ffprobe.
    """
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        message = "ffprobe is not installed: apt-get install ffmpeg, or brew install ffmpeg."
        raise Missing(message)
    pairs = dict[str, Pair]()
    made = files(folder, small=small)
    with asyncio.Runner() as runner:
        for name, path in made.items():
            command = [ffprobe, *FFPROBE, str(path)]
            pairs[name] = in_turns(
                rounds,
                lambda path=path: runner.run(probe(path)),
                lambda command=command: subprocess.run(command, check=True, capture_output=True),
            )
        any_one = next(iter(made.values()))
        cold = median(_cold(runner, any_one) for _ in range(3))
        growth = _growth(runner, any_one, 20 if small else 300)
    worst = max(pair.ratio for pair in pairs.values())
    _print(pairs, cold, growth)
    return Part(
        told={
            "probe_ratio": round(worst, 3),
            "probe_ms": {name: round(pair.ours_s * 1000, 1) for name, pair in pairs.items()},
            "probe_cold_ms": round(cold * 1000, 1),
            "probe_rss_growth_bytes": growth,
        },
        goals=GOALS,
        met=worst <= GOALS["probe_ratio"] and growth <= GOALS["probe_rss_growth_bytes"],
    )


def _cold(runner: asyncio.Runner, path: Path) -> float:
    """The first probe after a while, which starts the process that the others are forked from."""
    lookout.close()
    return timed(lambda: runner.run(probe(path)))


def _growth(runner: asyncio.Runner, path: Path, times: int) -> int:
    """How much larger this process and the warm one are after many probes."""
    runner.run(probe(path))
    before = _memory()
    for _ in range(times):
        runner.run(probe(path))
    return max(0, _memory() - before)


def _memory() -> int:
    warm = psutil.Process(lookout.process_id)
    return psutil.Process().memory_info().rss + warm.memory_info().rss


def _print(pairs: dict[str, Pair], cold: float, growth: int) -> None:
    click.echo(f"\n{'probe':<22}{'ours ms':>10}{'ffprobe ms':>12}{'ratio':>8}")
    for name, pair in pairs.items():
        ours, theirs = pair.ours_s * 1000, pair.theirs_s * 1000
        click.echo(f"{name:<22}{ours:>10.1f}{theirs:>12.1f}{pair.ratio:>8.2f}")
    click.echo(f"the first one, which starts the process: {cold * 1000:.0f} ms")
    click.echo(f"memory after many more: {growth / MB:+.1f} MB")
