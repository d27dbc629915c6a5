"""What TikTok fetches itself, photos always and videos if wanted, from our media host: once."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import func, select

from postwright.connections.models import Connection
from postwright.media.models import MediaAddress, MediaFile
from postwright.platforms.content import Mode, Source
from postwright.platforms.purpose import Purpose
from postwright.publishing.attempt import Stage
from postwright.publishing.cancel import Cancelling, cancel
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.order import Order
from postwright.publishing.queries import overview
from postwright.publishing.states import State
from tests.factories.installation import PATIENCE_S, Service

pytestmark = pytest.mark.slow

PHOTOS = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "two photos", "cover_index": 1}
VIDEO = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "a video"}


async def photos(service: Service, folder: Path, count: int = 2) -> tuple[MediaFile, ...]:
    return tuple([await service.add_photo(folder, n) for n in range(count)])


async def pulled_video(service: Service, account: Connection, video: Path, **more: object) -> str:
    order = Order((await service.add(video),), "x", {**VIDEO, **more}, source=Source.PULL)
    return (await service.order(account, order)).publication_id


async def attempt_of(service: Service, publication_id: str) -> AttemptRow:
    async with service.database.transaction() as session:
        seen = await overview(session, service.workspace_id, publication_id)
    assert seen.attempt is not None
    return seen.attempt


async def until_fetched(service: Service) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with service.database.transaction() as session:
                if await session.scalar(select(func.count(MediaAddress.first_byte_at))):
                    return
            await asyncio.sleep(0.05)


async def test_photos_are_published_once_in_their_order(service: Service, tmp_path: Path) -> None:
    account = await service.connect()
    files = await photos(service, tmp_path, 3)
    async with service.reachable():
        made = await service.order(account, Order(files, "three", PHOTOS))
        service.start_worker()
        seen = await service.until(made.publication_id, State.PUBLISHED)
    (post,) = await service.control.posts()
    assert [photo["sha256"] for photo in post["photos"]] == [file.sha256 for file in files]
    assert seen.post_ids == [post["post_id"]]
    assert "/photo/" in seen.post_url


async def test_a_video_is_fetched_if_the_post_wants_it(service: Service, video: Path) -> None:
    account = await service.connect()
    async with service.reachable():
        publication_id = await pulled_video(service, account, video)
        service.start_worker()
        await service.until(publication_id, State.PUBLISHED)
    (post,) = await service.control.posts()
    assert post["sha256"] == hashlib.sha256(video.read_bytes()).hexdigest()
    assert await service.control.requests("upload") == []


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("operation", ["creator_info", "photo.init", "status"])
async def test_a_lost_answer_costs_no_carousel_and_makes_no_second(
    service: Service, tmp_path: Path, operation: str, kind: str
) -> None:
    account = await service.connect()
    files = await photos(service, tmp_path)
    await service.control.fault(operation, kind)
    async with service.reachable():
        made = await service.order(account, Order(files, "two", PHOTOS))
        service.start_worker()
        await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_without_a_public_address_it_waits_and_says_why(
    service: Service, tmp_path: Path
) -> None:
    web = service.settings.web.model_copy(update={"public_url": ""})
    service.settings = service.settings.model_copy(update={"web": web})
    account = await service.connect()
    files = await photos(service, tmp_path)
    made = await service.order(account, Order(files, "two", PHOTOS))
    service.start_worker()
    held = await service.until(made.publication_id, State.HELD)
    assert held.hold_reason == "no_public_address"
    assert held.detail.startswith("TikTok fetches this from us")
    assert await service.control.requests("photo.init") == []


async def test_a_pull_that_has_not_begun_is_cancelled_for_sure(
    service: Service, tmp_path: Path
) -> None:
    account = await service.connect()
    files = await photos(service, tmp_path)
    await service.control.fault("photo.init", "delay_after", delay_s=2)
    async with service.reachable():
        made = await service.order(account, Order(files, "two", PHOTOS))
        service.start_worker()
        await service.until(made.publication_id, State.SUBMITTING)
        async with service.database.transaction() as session:
            publication = await session.get_one(Publication, made.publication_id)
            assert await cancel(session, publication, actor="test") is Cancelling.STOPPING
        await service.until(made.publication_id, State.CANCELLED)
    assert (await attempt_of(service, made.publication_id)).publish_id is not None
    assert await service.control.posts() == []


async def test_a_pull_under_way_is_stopped_at_tiktok(service: Service, big_video: Path) -> None:
    account = await service.connect()
    slow = service.settings.web.model_copy(update={"bytes_per_second": 2_000_000})
    service.settings = service.settings.model_copy(update={"web": slow})
    async with service.reachable():
        publication_id = await pulled_video(service, account, big_video)
        service.start_worker()
        await service.until(publication_id, State.PROCESSING)
        async with service.database.transaction() as session:
            publication = await session.get_one(Publication, publication_id)
            assert await cancel(session, publication, actor="test") is Cancelling.ASKED
        await service.until(publication_id, State.CANCELLED)
    assert len(await service.control.requests("cancel")) == 1
    assert await service.control.posts() == []


async def test_a_failed_fetch_is_tried_again_after_its_addresses_have_ended(
    service: Service, tmp_path: Path
) -> None:
    account = await service.connect()
    files = await photos(service, tmp_path)
    await service.control("POST", "outcomes", {"outcome": "photo_pull_failed"})
    async with service.reachable():
        made = await service.order(account, Order(files, "two", PHOTOS))
        service.start_worker()
        await service.until(made.publication_id, lambda seen: "photo_pull_failed" in seen.detail)
        assert (await attempt_of(service, made.publication_id)).stage is Stage.SETTLING
        await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1
    assert len(await service.control.requests("photo.init")) == 2


async def test_what_was_fetched_early_without_an_id_waits_for_a_person(
    service: Service, tmp_path: Path
) -> None:
    early = service.settings.publishing.model_copy(update={"serves_early": True})
    service.settings = service.settings.model_copy(update={"publishing": early})
    account = await service.connect()
    files = await photos(service, tmp_path)
    await service.control.fault("photo.init", "delay_after", delay_s=60)
    async with service.reachable():
        made = await service.order(account, Order(files, "two", PHOTOS))
        worker = service.start_worker()
        await until_fetched(service)
        worker.cancel()
        service.workers.clear()
        service.start_worker()
        seen = await service.until(made.publication_id, State.UNCONFIRMED)
    assert seen.due_at is None
    assert len(await service.control.requests("photo.init")) == 1


async def test_what_is_fetched_before_the_id_is_stored_waits_for_it(
    service: Service, tmp_path: Path
) -> None:
    account = await service.connect()
    files = await photos(service, tmp_path)
    await service.control.fault("photo.init", "fetch_first")
    async with service.reachable():
        made = await service.order(account, Order(files, "two", PHOTOS))
        service.start_worker()
        await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_a_draft_is_delivered_and_published_when_the_person_finishes_it(
    service: Service, tmp_path: Path
) -> None:
    account = await service.connect(purposes=frozenset({Purpose.DRAFT}))
    files = await photos(service, tmp_path)
    draft = {"privacy_level": "", "title": "a draft", "description": "to be finished"}
    async with service.reachable():
        made = await service.order(account, Order(files, "draft", draft, mode=Mode.DRAFT))
        service.start_worker()
        await service.until(made.publication_id, State.DELIVERED)
        publish_id = (await attempt_of(service, made.publication_id)).publish_id
        await service.control(
            "POST", f"drafts/{publish_id}/finish", {"privacy_level": "PUBLIC_TO_EVERYONE"}
        )
        await service.advance(hours=0.3)
        seen = await service.until(made.publication_id, State.PUBLISHED)
        await service.advance(hours=1.1)
        seen = await service.until(made.publication_id, lambda seen: bool(seen.post_ids))
    assert seen.post_ids == [post["post_id"] for post in await service.control.posts()]
