"""Bytes per second into and out of the store, and what it takes of memory.

The bucket is a test server in Python: what it gives is a floor, not what the store can do.
"""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
import psutil
from pydantic import SecretStr

from benchmarks.parts import Part
from postwright.media.store import MediaStore, StoredMedia, verify
from postwright.media.store.bucket import PART_BYTES, PARTS_AT_ONCE
from postwright.media.store.cloud import open_bucket
from postwright.media.store.folder import FolderStore
from tests.factories.bucket import running_bucket_server

MB = 1_000_000
# Parts on their way, once here and once in the library, and what the allocator keeps.
GOALS = {"store_rss_growth_bytes": 3.0 * PARTS_AT_ONCE * PART_BYTES}
_WS = "ws_bench"


class Rss:
    """The most memory that this process takes while the block runs, above what it took before."""

    def __enter__(self) -> "Rss":
        self._me = psutil.Process()
        self._before = self._most = self._me.memory_info().rss
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look)
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    @property
    def growth_bytes(self) -> int:
        """How much more it was at most."""
        return self._most - self._before

    def _look(self) -> None:
        while not self._over.wait(0.01):
            self._most = max(self._most, self._me.memory_info().rss)


async def throughput(store: MediaStore, path: Path, size: int) -> dict[str, float]:
    """MB per second of each way through the store."""
    kept: list[StoredMedia] = []

    async def keep() -> None:
        kept.append(await store.keep(_WS, path))

    async def send_on() -> None:
        source = store.source(_WS, kept[0].sha256)
        for offset in range(0, size, 1 << 20):
            await asyncio.to_thread(source.read, offset, 1 << 20)

    async def stream() -> None:
        async for _ in store.stream(_WS, kept[0].sha256):
            pass

    async def check() -> None:
        await verify(store, _WS, kept[0].sha256, size)

    ways: dict[str, Callable[[], Awaitable[None]]] = {
        "keep": keep, "verify": check, "stream": stream, "send on": send_on,
    }  # fmt: skip
    told = dict[str, float]()
    for name, way in ways.items():
        began = time.perf_counter()
        await way()
        told[name] = size / MB / (time.perf_counter() - began)
    return told


def some_file(path: Path, size: int) -> Path:
    """A file that nothing can compress."""
    with path.open("wb") as file:
        file.writelines(os.urandom(MB) for _ in range(size // MB))
    return path


def measure(folder: Path, *, rounds: int, small: bool) -> Part:  # noqa: ARG001  # one round is enough
    """A folder and a bucket, each way once."""
    # The test server reads a whole object for each range of it, so its file is smaller.
    sizes = {"folder": (20 if small else 400) * MB, "bucket": (20 if small else 100) * MB}
    shown = dict[str, dict[str, float]]()
    growth = 0
    with running_bucket_server(folder / "log") as server:
        server.make("media")
        settings = server.settings("media", secret_access_key=SecretStr("test"))
        stores: dict[str, MediaStore] = {
            "folder": FolderStore(folder / "media", reserve_bytes=0),
            "bucket": open_bucket(settings, folder / "scratch"),
        }
        for name, store in stores.items():
            path = some_file(folder / "file", sizes[name])
            with Rss() as rss:
                shown[name] = asyncio.run(throughput(store, path, sizes[name]))
            growth = max(growth, rss.growth_bytes)
    for name, ways in shown.items():
        figures = "  ".join(f"{way} {rate:6.0f}" for way, rate in ways.items())
        click.echo(f"{name:<8} {sizes[name] // MB:4} MB, MB/s:  {figures}")
    click.echo(f"memory grew by at most {growth / MB:.0f} MB")
    told = {"store_mb_per_s": shown, "store_rss_growth_bytes": growth}
    return Part(told, GOALS, met=growth <= GOALS["store_rss_growth_bytes"])
