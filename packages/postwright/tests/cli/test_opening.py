"""The embedded server while something runs that needs it."""

import asyncio
import logging
from pathlib import Path

import pytest

from postwright.cli.opening import keep_running
from postwright.config import Settings

pytestmark = pytest.mark.slow


async def test_why_the_embedded_server_does_not_come_back_is_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "$(id)"  # PostgreSQL's programs would read it otherwise
    folder.mkdir()
    keeping = asyncio.ensure_future(keep_running(Settings(data_dir=folder)))
    with caplog.at_level(logging.WARNING):
        async with asyncio.timeout(20):
            while not caplog.messages:
                await asyncio.sleep(0.05)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert "POSTWRIGHT_DATA_DIR" in caplog.messages[0]
