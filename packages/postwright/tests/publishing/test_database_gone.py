"""The database dies in the middle of an upload; nothing is lost and nothing goes out twice."""

import asyncio
import hashlib
import os
import signal
import tempfile
from pathlib import Path

import pytest

from postwright.db import embedded
from postwright.db.migrate import migrate
from postwright.publishing.states import State
from tests.factories.installation import running_service

pytestmark = pytest.mark.slow


async def test_a_dead_database_in_mid_upload_costs_nothing(big_video: Path, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pw-gone-") as folder:
        place = Path(folder) / "postgres"
        server = await asyncio.to_thread(embedded.ensure_running, place)
        try:
            migrate(server.owner_url, app_role="postwright")
            async with running_service(server.app_url, tmp_path) as service:
                account = await service.connect()
                await service.control("PATCH", "settings", {"intake_bytes_per_second": 20_000_000})
                made = await service.publish(account, big_video)
                service.start_worker()
                await service.until(made.publication_id, State.UPLOADING)
                os.kill(server.pid, signal.SIGKILL)
                await asyncio.to_thread(embedded.ensure_running, place)
                await service.until(made.publication_id, State.PUBLISHED)
                (post,) = await service.control.posts()
                assert post["sha256"] == hashlib.sha256(big_video.read_bytes()).hexdigest()
        finally:
            await asyncio.to_thread(embedded.stop, place, mode="immediate")
