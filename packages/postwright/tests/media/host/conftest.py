"""A real host on a socket, over a real database and a real store."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.factories.mediahost import Site, running_site


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncGenerator[Site]:
    """A host with nothing in it."""
    async with running_site(database_url, tmp_path) as running:
        yield running
