"""A TikTok with an app that may name addresses of this machine, and its network."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from postwright.platforms.tiktok.network import TikTokNetwork
from postwright.platforms.tiktok.pool import transport
from tests.contract.conftest import WORLD
from tests.contract.desk import DESKTOP, UNAUDITED, Desk
from tests.contract.shelf import Shelf, shelf
from tiktok_client import AsyncTransport
from tiktok_emulator import Emulator


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncGenerator[Desk]:
    """The other side: creators @maya (public) and @pia (private), and what they decide."""
    async with (
        Emulator.serve(port=0, base=WORLD, spool=tmp_path / "spool", seed=7) as emulator,
        AsyncTransport() as client,
        httpx2.AsyncClient(base_url=emulator.base_url, timeout=30, verify=False) as http,
    ):
        there = Desk(emulator.base_url, http, client, [])
        for app in (DESKTOP, UNAUDITED):
            await there.control("PATCH", f"apps/{app.client_key}", {"allow_localhost_urls": True})
        await there.settings(rate_limits={"status": 100_000})
        yield there


@pytest.fixture
async def network(desk: Desk) -> AsyncGenerator[TikTokNetwork]:
    """TikTok with an audited app."""
    async with transport() as pool:
        yield TikTokNetwork(DESKTOP, "desktop", pool, base_url=desk.base_url, audited=True)


@pytest.fixture
async def media() -> AsyncGenerator[Shelf]:
    """Where TikTok can fetch."""
    async with shelf() as there:
        yield there
