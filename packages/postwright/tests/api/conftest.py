"""A served API, over a database and an emulator of its own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.factories.api import Api, served_api
from tests.factories.installation import Service
from tests.factories.posting import Caller, caller


@pytest.fixture
async def api(service: Service) -> AsyncGenerator[Api]:
    """A served API, without a worker."""
    async with served_api(service) as api:
        yield api


@pytest.fixture
async def me(api: Api, video: Path) -> Caller:
    """Somebody who makes posts."""
    return await caller(api, video)
