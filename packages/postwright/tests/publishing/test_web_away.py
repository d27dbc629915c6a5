"""Nothing is announced that a network is to fetch from us while nobody of us serves."""

from pathlib import Path

import pytest

from postwright.platforms.content import Source
from postwright.publishing.cancel import cancel
from postwright.publishing.models import Publication
from postwright.publishing.order import Order
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

PHOTOS = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "photos"}
VIDEO = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "a video"}


def is_held(seen: Publication) -> bool:
    return seen.state is State.HELD and seen.hold_reason == "web_away"


async def photos(service: Service, folder: Path, *, first: int = 0) -> Order:
    files = [await service.add_photo(folder, n) for n in (first, first + 1)]
    return Order(tuple(files), "photos", PHOTOS)


async def test_photos_wait_for_the_web_part_and_a_video_that_is_uploaded_does_not(
    service: Service, tmp_path: Path, video: Path
) -> None:
    account = await service.connect()
    asked = len(await service.control.requests("creator_info"))
    waiting = await service.order(account, await photos(service, tmp_path))
    service.start_worker()
    held = await service.until(waiting.publication_id, is_held)
    assert held.detail.startswith("TikTok fetches this from us, and the web part")
    assert (held.due_at, held.expected_at) == (None, None)
    assert len(await service.control.requests("creator_info")) == asked
    sent = await service.publish(account, video)
    await service.until(sent.publication_id, State.PUBLISHED)
    assert is_held(await service.publication(waiting.publication_id))
    async with service.reachable():
        await service.until(waiting.publication_id, State.PUBLISHED)
    assert len(await service.control.requests("photo.init")) == 1


async def test_a_video_that_is_fetched_waits_and_goes_out_in_its_turn(
    service: Service, tmp_path: Path, video: Path
) -> None:
    account = await service.connect()
    fetched = Order((await service.add(video),), "x", VIDEO, source=Source.PULL)
    made = [
        await service.order(account, fetched),
        await service.order(account, await photos(service, tmp_path)),
    ]
    service.start_worker()
    for each in made:
        await service.until(each.publication_id, is_held)
    async with service.reachable():
        for each in made:
            await service.until(each.publication_id, State.PUBLISHED)
    # As they were announced: which of them TikTok is done with first is its own affair.
    log = (await service.control("GET", "requests"))["requests"]
    inits = [each["operation"] for each in log if each["operation"].endswith(".init")]
    assert inits == ["video.init", "photo.init"]


async def test_the_web_part_may_go_between_the_check_and_the_announcement(
    service: Service, tmp_path: Path
) -> None:
    account = await service.connect()
    order = await photos(service, tmp_path)
    await service.control.fault("creator_info", "delay_after", delay_s=4)
    async with service.reachable():
        made = await service.order(account, order)
        service.start_worker()
        await service.until(made.publication_id, State.PREPARING)
    held = await service.until(made.publication_id, is_held)
    assert held.due_at is None
    assert await service.control.requests("photo.init") == []
    async with service.reachable():
        await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_what_waits_for_the_web_part_can_be_called_off(
    service: Service, tmp_path: Path
) -> None:
    account = await service.connect()
    made = await service.order(account, await photos(service, tmp_path))
    service.start_worker()
    await service.until(made.publication_id, is_held)
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, made.publication_id)
        await cancel(session, publication, actor="test")
    await service.until(made.publication_id, State.CANCELLED)
