"""A served API, over a database and an emulator of its own."""

from collections.abc import AsyncGenerator

import pytest

from tests.factories.api import Api, served_api
from tests.factories.installation import Service


@pytest.fixture
async def api(service: Service) -> AsyncGenerator[Api]:
    """A served API, without a worker."""
    async with served_api(service) as api:
        yield api
