"""Sends one file with the client: `python -m benchmarks.upload.sender async|sync BASE FILE`.

Prints one line of JSON: seconds and CPU seconds of the upload, and how far memory rose above what
the process held after the import.
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from tiktok_client import AsyncTikTok, AsyncTransport, Endpoints, TikTok, Transport, plan_chunks


def cpu_s() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def high_water_bytes() -> int:
    """The most memory this process ever held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


async def send_async(base: str, path: Path) -> None:
    """Upload with the async client."""
    plan = plan_chunks(path.stat().st_size)  # noqa: ASYNC240  # once, before anything runs
    async with AsyncTransport() as transport:
        tiktok = AsyncTikTok(endpoints=Endpoints.at(base), transport=transport)
        receipt = await tiktok.posting.upload(f"{base}/upload?upload_id=1", path, plan)
    assert receipt.complete


def send_sync(base: str, path: Path) -> None:
    """Upload with the sync client."""
    plan = plan_chunks(path.stat().st_size)
    with Transport() as transport:
        tiktok = TikTok(endpoints=Endpoints.at(base), transport=transport)
        receipt = tiktok.posting.upload(f"{base}/upload?upload_id=1", path, plan)
    assert receipt.complete


def main() -> None:
    """Send and tell."""
    kind, base, name = sys.argv[1:]
    idle, began, used = high_water_bytes(), time.perf_counter(), cpu_s()
    if kind == "async":
        asyncio.run(send_async(base, Path(name)))
    else:
        send_sync(base, Path(name))
    told = {
        "elapsed_s": time.perf_counter() - began,
        "cpu_s": cpu_s() - used,
        "rss_growth_bytes": high_water_bytes() - idle,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
