"""One embedded server per test process, an empty database per test, a video per session."""

import os
import signal
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from demo.video import make_video
from postwright.db import embedded
from postwright.db.embedded import EmbeddedServer
from postwright.db.migrate import migrate
from tests.factories.installation import Service, running_service
from tests.factories.origin import Origin, running_origin
from tests.factories.tables import empty_tables


@pytest.fixture(scope="session")
def server() -> Generator[EmbeddedServer]:
    """A real PostgreSQL, stopped at the end. Nobody needs its data after that: it syncs nothing."""
    with tempfile.TemporaryDirectory(prefix="pw-test-") as folder:
        place = Path(folder) / "postgres"
        try:
            running = embedded.ensure_running(place)
            (place / "cluster" / "local.conf").write_text("fsync = off\nfull_page_writes = off\n")
            os.kill(running.pid, signal.SIGHUP)
            yield running
        finally:
            embedded.stop(place, mode="immediate")


@pytest.fixture(scope="module")
def own_server() -> Generator[EmbeddedServer]:
    """One that nobody else needs while it is gone. It has the same address in all its lives."""
    with tempfile.TemporaryDirectory(prefix="pw-gone-") as folder:
        place = Path(folder) / "postgres"
        server = embedded.ensure_running(place)
        try:
            migrate(server.owner_url, app_role="postwright")
            yield server
        finally:
            embedded.stop(place, mode="immediate")


@pytest.fixture
def database_url(server: EmbeddedServer) -> str:
    """A migrated database with nothing in it."""
    empty_tables(server)
    return server.app_url


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncGenerator[Service]:
    """A service without a worker; `service.start_worker()` starts one."""
    async with running_service(database_url, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small vertical video that TikTok takes."""
    return make_video(
        tmp_path_factory.mktemp("video") / "small.mp4", width=540, height=960, duration_s=4
    )


@pytest.fixture(scope="session")
def big_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that needs two chunks."""
    return make_video(
        tmp_path_factory.mktemp("video") / "big.mp4",
        width=540,
        height=960,
        duration_s=6,
        min_bytes=66_000_000,
    )


@pytest.fixture
async def origin() -> AsyncGenerator[Origin]:
    """A web server on this machine that has files."""
    async with running_origin() as running:
        yield running
