"""A served API, over a database and an emulator of its own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from PIL import Image

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


@pytest.fixture
def may_fetch(service: Service) -> None:
    """Lets what is served after this fetch files from this machine."""
    media = service.settings.media.model_copy(update={"ingest_allow": "127.0.0.1/32"})
    service.settings = service.settings.model_copy(update={"media": media})


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo that TikTok takes."""
    file = tmp_path / "Lisbon 1.jpg"
    Image.new("RGB", (720, 960), (40, 90, 200)).save(file)
    return file
