"""Sends one file with the client: `python -m benchmarks.upload.sender async|sync BASE FILE`.

Prints one line of JSON: seconds and CPU seconds of the upload, and how far memory rose above what
the process held after the import. What a process does once (certificates, the event loop) is warmed
up by an upload of one byte; the memory of that counts.
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from tiktok_client import AsyncTikTok, AsyncTransport, Endpoints, TikTok, Transport, plan_chunks

WARM_UP = b"x"


def cpu_s() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def high_water_bytes() -> int:
    """The most memory this process ever held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class Clock:
    """Seconds and CPU seconds of what is done with it."""

    def __enter__(self) -> "Clock":
        self.began, self.used = time.perf_counter(), cpu_s()
        return self

    def __exit__(self, *_: object) -> None:
        self.elapsed_s, self.cpu_s = time.perf_counter() - self.began, cpu_s() - self.used


async def send_async(base: str, path: Path) -> Clock:
    """Upload with the async client."""
    plan = plan_chunks(path.stat().st_size)  # noqa: ASYNC240  # once, before anything runs
    async with AsyncTransport() as transport:
        tiktok = AsyncTikTok(endpoints=Endpoints.at(base), transport=transport)
        await tiktok.posting.upload(f"{base}/upload?upload_id=1", WARM_UP, plan_chunks(1))
        with Clock() as clock:
            receipt = await tiktok.posting.upload(f"{base}/upload?upload_id=2", path, plan)
    assert receipt.complete
    return clock


def send_sync(base: str, path: Path) -> Clock:
    """Upload with the sync client."""
    plan = plan_chunks(path.stat().st_size)
    with Transport() as transport:
        tiktok = TikTok(endpoints=Endpoints.at(base), transport=transport)
        tiktok.posting.upload(f"{base}/upload?upload_id=1", WARM_UP, plan_chunks(1))
        with Clock() as clock:
            receipt = tiktok.posting.upload(f"{base}/upload?upload_id=2", path, plan)
    assert receipt.complete
    return clock


def main() -> None:
    """Send and tell."""
    kind, base, name = sys.argv[1:]
    idle = high_water_bytes()
    if kind == "async":
        clock = asyncio.run(send_async(base, Path(name)))
    else:
        clock = send_sync(base, Path(name))
    told = {
        "elapsed_s": clock.elapsed_s,
        "cpu_s": clock.cpu_s,
        "rss_growth_bytes": high_water_bytes() - idle,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
