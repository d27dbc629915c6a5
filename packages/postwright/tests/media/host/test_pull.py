"""TikTok, as the emulator plays it, fetches a video and photos from the host by their addresses."""

import asyncio
import io
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from postwright.connections.ledger import OnBehalf
from postwright.connections.refresh import NoAccess
from postwright.platforms.tiktok.ownership import verification_files
from tests.factories.installation import Service, running_service
from tests.factories.mediahost import Site, running_site, sha256
from tiktok_client import (
    AsyncTikTok,
    AsyncTransport,
    Endpoints,
    PhotoPost,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    VideoPost,
)
from tiktok_emulator.pull.properties import signature_file

pytestmark = pytest.mark.slow

Video = Callable[..., Path]
PREFIX = "https://media.example.com/m/"
APP = "demo-desktop-key"


@asynccontextmanager
async def pulled(
    database_url: str, folder: Path
) -> AsyncGenerator[tuple[Service, Site, AsyncTikTok]]:
    """TikTok, the host under a name that TikTok has verified, and a client with a token."""
    name, text = signature_file(APP, PREFIX)
    async with (
        running_service(database_url, folder) as service,
        running_site(database_url, folder, proofs=verification_files(name)) as site,
        AsyncTransport() as transport,
    ):
        assert verification_files(name) == {name: text}
        stand_ins = {"pull_stand_ins": {"media.example.com": site.base_url}}
        await service.control("PATCH", "settings", stand_ins)
        owned: dict[str, Any] = {"kind": "prefix", "value": PREFIX, "is_verified": False}
        await service.control("PATCH", f"apps/{APP}", {"properties": [owned]})
        await service.control("POST", f"apps/{APP}/properties/verify", {"value": PREFIX})
        connection = await service.connect()
        network = await service.accounts.networks.of(service.workspace_id, connection.id)
        who = OnBehalf(service.workspace_id, connection.id)
        token = await service.accounts.keeper.fresh(who, network)
        assert not isinstance(token, NoAccess)
        tiktok = AsyncTikTok(
            token=token.value,
            endpoints=Endpoints.at(service.emulator.base_url),
            transport=transport,
        )
        yield service, site, tiktok


async def decided(tiktok: AsyncTikTok, publish_id: str) -> PublishStatus:
    async with asyncio.timeout(60):
        while not (status := await tiktok.posting.status(publish_id)).state.is_final:
            await asyncio.sleep(0.05)
    return status


def photo(colour: int) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((1080, 1350), colour).convert("RGB").save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize("asks", ["get", "head_then_get", "ranges"])
async def test_a_video_is_fetched_once_its_attempt_has_its_id(
    database_url: str, tmp_path: Path, video: Video, asks: str
) -> None:
    content = video().read_bytes()
    async with pulled(database_url, tmp_path) as (service, site, tiktok):
        await service.control("PATCH", "settings", {"pull_asks": asks})
        path = await site.of(content, released=False)
        post = VideoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE, title="Pulled")
        url = PREFIX.removesuffix("/m/") + path
        opened = await tiktok.posting.init_video_from_url(post, url)
        # TikTok may come before the id is stored: it waits, and is served with the release.
        await site.release()
        status = await decided(tiktok, opened.publish_id)
        assert status.state is PublishState.PUBLISH_COMPLETE, status
        (made,) = await service.control.posts()
        assert made["sha256"] == sha256(content)
        assert (await site.rows())[0].first_byte_at is not None
        assert not await site.void()


async def test_photos_are_fetched_in_their_order(database_url: str, tmp_path: Path) -> None:
    photos = [photo(level) for level in (20, 60, 100)]
    async with pulled(database_url, tmp_path) as (service, site, tiktok):
        files = [await site.keep(each, "image/jpeg") for each in photos]
        paths = await site.issue(*files)
        urls = [PREFIX.removesuffix("/m/") + path for path in paths]
        assert all(url.startswith(PREFIX) and url.endswith(".jpg") for url in urls)
        post = PhotoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE, photo_urls=urls)
        opened = await tiktok.posting.init_photos(post)
        status = await decided(tiktok, opened.publish_id)
        assert status.state is PublishState.PUBLISH_COMPLETE, status
        (made,) = await service.control.posts()
        assert [each["sha256"] for each in made["photos"]] == [sha256(each) for each in photos]


async def test_of_a_void_attempt_tiktok_gets_nothing(
    database_url: str, tmp_path: Path, video: Video
) -> None:
    async with pulled(database_url, tmp_path) as (service, site, tiktok):
        path = await site.of(video().read_bytes(), released=False)
        assert await site.void()
        post = VideoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE, title="Void")
        opened = await tiktok.posting.init_video_from_url(post, PREFIX.removesuffix("/m/") + path)
        status = await decided(tiktok, opened.publish_id)
        assert status.state is PublishState.FAILED
        assert await service.control.posts() == []
