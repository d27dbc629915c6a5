"""A media host over one file: `python -m benchmarks.media.server FOLDER MEGABYTES`.

Prints its port and the file's path. As in production but for the database: a real one, with one
address in it, that was released. SIGTERM ends it.
"""

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

from postwright.db import embedded
from postwright.db.migrate import migrate
from postwright.media.host.app import Limits
from tests.factories.mediahost import running_site


async def serve(folder: Path, size_bytes: int, url: str) -> None:
    """Serve until SIGTERM."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    limits = Limits(bytes_per_second=None, requests_per_address=64, downloads=64)
    async with running_site(url, folder, limits=limits) as site:
        given = folder / "big.mp4"
        with given.open("wb") as file:
            file.truncate(size_bytes)
        media_id = await site.keep_file(given)
        (path,) = await site.issue(media_id, lives=timedelta(hours=2))
        print(site.port, path, flush=True)
        await over.wait()


def main() -> None:
    """Start a database, then the host."""
    folder, megabytes = Path(sys.argv[1]), int(sys.argv[2])
    place = folder / "postgres"
    try:
        server = embedded.ensure_running(place)
        migrate(server.owner_url, app_role="postwright")
        asyncio.run(serve(folder, megabytes * 1_000_000, server.app_url))
    finally:
        embedded.stop(place, mode="immediate")


if __name__ == "__main__":
    main()
