"""A service with the web part, and an account that TikTok tells about."""

from collections.abc import AsyncGenerator

import pytest

from postwright.connections.models import Connection
from tests.factories.callback import Callback, called_back
from tests.factories.installation import Service


@pytest.fixture
async def callback(service: Service) -> AsyncGenerator[Callback]:
    """The web part, known to TikTok."""
    async with called_back(service) as running:
        yield running


@pytest.fixture
async def account(callback: Callback) -> Connection:
    """A connected account."""
    return await callback.service.connect()
