"""`python -m benchmarks.memory`, which is `make bench NAME=memory`."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

import click
from sqlalchemy import text

from benchmarks.crash import videos
from benchmarks.crash.processes import Fleet
from benchmarks.crash.scene import Scene, Upload, running_scene
from benchmarks.memory.sample import Gauge, watch
from postwright.media.probe import probe

GOAL_BYTES = 100_000_000
_LEASE_S = 30
_IDLE_S = 5.0
_SETTLE_S = 3.0
_PATIENCE_S = 600
_LOOK_S = 0.1
_OVER = frozenset({"published", "failed", "cancelled", "unconfirmed"})


@dataclass(slots=True)
class Figures:
    """What was measured, in bytes and seconds."""

    size_bytes: int
    state: str = "scheduled"
    posts: int = 0
    equal_bytes: bool = False
    upload_s: float = 0
    worker_idle: int = 0
    worker_peak: int = 0
    worker_high_water: int | None = None
    emulator_idle: int = 0
    emulator_peak: int = 0

    @property
    def worker_growth(self) -> int:
        """Above idle; by the kernel's mark where there is one."""
        return max(self.worker_peak, self.worker_high_water or 0) - self.worker_idle

    @property
    def emulator_growth(self) -> int:
        """Above idle."""
        return self.emulator_peak - self.emulator_idle

    @property
    def met(self) -> bool:
        """Whether the file is a post and neither process has grown with it."""
        whole = (self.state, self.posts, self.equal_bytes) == ("published", 1, True)
        return whole and max(self.worker_growth, self.emulator_growth) <= GOAL_BYTES


async def measure(size_bytes: int) -> Figures:
    """Upload a file of this size and watch."""
    figures = Figures(size_bytes)
    async with running_scene(_LEASE_S, 4) as scene:
        click.echo(f"making a file of {size_bytes:,} bytes")
        base = await asyncio.to_thread(videos.make_base, scene.folder)
        part = scene.folder / "part.mp4"
        sha256 = await asyncio.to_thread(videos.hollow, base, part, size_bytes)
        seen = await probe(part)
        videos.place(part, scene.settings.media_folder, scene.workspace_id, sha256)
        await scene.connect("creator0")
        fleet = Fleet(scene.worker_env(), scene.folder / "workers.log")
        try:
            fleet.start()
            worker, emulator = Gauge(fleet.workers[0].pid), Gauge(scene.emulator_pid)
            watching = asyncio.ensure_future(watch([worker, emulator]))
            try:
                await _idle(figures, worker, emulator)
                publication_id = await scene.publish(
                    Upload(sha256, size_bytes), seen, scene.creators[0]
                )
                first = len(worker.samples)
                await _until_over(scene, figures, publication_id, watching)
                figures.worker_peak = worker.since(first)
                figures.emulator_peak = emulator.since(first)
                figures.worker_high_water = worker.high_water
            finally:
                watching.cancel()
            await _compare(scene, figures, sha256)
        finally:
            fleet.close()
            if not figures.met:
                click.echo(fleet.log.read_text(errors="replace")[-3000:])
    return figures


async def _idle(figures: Figures, worker: Gauge, emulator: Gauge) -> None:
    """Let the worker start and come to rest; what it holds then is its idle memory."""
    await asyncio.sleep(_IDLE_S)
    first = len(worker.samples)
    await asyncio.sleep(_SETTLE_S)
    figures.worker_idle, figures.emulator_idle = worker.since(first), emulator.since(first)


async def _until_over(
    scene: Scene, figures: Figures, publication_id: str, watching: "asyncio.Future[None]"
) -> None:
    began = time.monotonic()
    told_at = began
    query = text("""
        SELECT publications.state, max(attempts.progress_bytes), max(attempts.last_byte_at)
        FROM publications LEFT JOIN attempts ON attempts.publication_id = publications.id
        WHERE publications.id = :id GROUP BY publications.state
    """)
    while figures.state not in _OVER and time.monotonic() - began < _PATIENCE_S:
        await asyncio.sleep(_LOOK_S)
        if watching.done():
            watching.result()  # a process that is watched has ended: says which
        async with scene.database.transaction() as session:
            row = (await session.execute(query, {"id": publication_id})).one()
        figures.state, sent = row[0], row[1] or 0
        now = time.monotonic()
        if figures.state == "processing" and not figures.upload_s:
            figures.upload_s = now - began
        if now - told_at > 2:
            told_at = now
            click.echo(f"[{now - began:4.0f} s] {figures.state}: {sent:,} bytes sent")


async def _compare(scene: Scene, figures: Figures, sha256: str) -> None:
    posts = (await scene.control("GET", "state"))["posts"]
    figures.posts = len(posts)
    figures.equal_bytes = [post["sha256"] for post in posts] == [sha256]


def table(figures: Figures) -> str:
    """The figures for people, in MB of 10^6 bytes."""
    mark = figures.worker_high_water
    rows = (
        ("process", "idle", "peak", "kernel mark", "growth"),
        (
            "worker",
            _mb(figures.worker_idle),
            _mb(figures.worker_peak),
            "-" if mark is None else _mb(mark),
            _mb(figures.worker_growth),
        ),
        (
            "emulator",
            _mb(figures.emulator_idle),
            _mb(figures.emulator_peak),
            "",
            _mb(figures.emulator_growth),
        ),
    )
    lines = [f"{name:<10}" + "".join(f"{cell:>13}" for cell in cells) for name, *cells in rows]
    speed = figures.size_bytes / 1e6 / figures.upload_s if figures.upload_s else 0
    told = (
        f"{figures.size_bytes:,} bytes in {figures.upload_s:.1f} s ({speed:.0f} MB/s), "
        f"{figures.state}, {figures.posts} post, bytes {'equal' if figures.equal_bytes else 'NOT'}"
    )
    return "\n".join((*lines, told))


def _mb(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


def last_line(figures: Figures) -> str:
    """One JSON object."""
    told: dict[str, Any] = {
        "benchmark": "memory",
        "size_bytes": figures.size_bytes,
        "worker_idle_bytes": figures.worker_idle,
        "worker_peak_bytes": max(figures.worker_peak, figures.worker_high_water or 0),
        "worker_growth_bytes": figures.worker_growth,
        "emulator_idle_bytes": figures.emulator_idle,
        "emulator_peak_bytes": figures.emulator_peak,
        "emulator_growth_bytes": figures.emulator_growth,
        "upload_s": round(figures.upload_s, 1),
        "published": figures.state == "published",
        "posts": figures.posts,
        "equal_bytes": figures.equal_bytes,
        "goals": {
            "worker_growth_bytes": GOAL_BYTES,
            "emulator_growth_bytes": GOAL_BYTES,
            "posts": 1,
            "equal_bytes": True,
        },
        "met": figures.met,
    }
    return json.dumps(told)


@click.command()
@click.option("--size-bytes", default=2 << 30, show_default=True, help="Size of the file.")
def main(size_bytes: int) -> None:
    """Memory of a worker, and of the emulator, while 2 GiB go from one to the other."""
    try:
        figures = asyncio.run(measure(size_bytes))
    except KeyboardInterrupt:
        sys.exit(130)
    click.echo(table(figures))
    click.echo(last_line(figures))
    sys.exit(0 if figures.met else 1)


if __name__ == "__main__":
    main()
