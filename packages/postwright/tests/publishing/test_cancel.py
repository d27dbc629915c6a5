"""A post can be cancelled until its last range goes out, and then no more."""

from datetime import timedelta
from pathlib import Path

import pytest

from postwright.db.database import app_now
from postwright.publishing.cancel import Cancelling, TooLate, cancel
from postwright.publishing.models import Publication
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def ask_to_cancel(service: Service, publication_id: str) -> None:
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, publication_id)
        await cancel(session, publication, actor="test")


async def test_what_is_scheduled_is_cancelled_at_once(service: Service, video: Path) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        later = await app_now(session) + timedelta(hours=1)
    made = await service.publish(account, video, at=later)
    await ask_to_cancel(service, made.publication_id)
    assert (await service.publication(made.publication_id)).state is State.CANCELLED
    service.start_worker()
    await service.advance(hours=2)
    other = await service.publish(account, video, caption="another")
    await service.until(other.publication_id, State.PUBLISHED)
    assert [post["title"] for post in await service.control.posts()] == ["another"]


async def test_an_upload_is_cancelled_before_its_last_chunk(
    service: Service, big_video: Path
) -> None:
    account = await service.connect()
    await service.control("PATCH", "settings", {"intake_bytes_per_second": 20_000_000})
    made = await service.publish(account, big_video)
    service.start_worker()
    await service.until(made.publication_id, State.UPLOADING)
    await ask_to_cancel(service, made.publication_id)
    await service.until(made.publication_id, State.CANCELLED)
    assert await service.control.posts() == []


async def test_after_the_last_byte_it_is_too_late(service: Service, video: Path) -> None:
    account = await service.connect()
    await service.control(
        "PATCH", "settings", {"processing": {"mode": "after_seconds", "value": 3600}}
    )
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PROCESSING)
    with pytest.raises(TooLate):
        await ask_to_cancel(service, made.publication_id)


async def test_a_post_that_waits_for_reconnection_can_be_cancelled(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.advance(hours=2.5)
    await service.control.fault("oauth.refresh", "drop_after")
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.HELD)
    await ask_to_cancel(service, made.publication_id)
    await service.until(made.publication_id, State.CANCELLED)


async def test_what_failed_for_a_passing_reason_is_not_tried_again(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.control("POST", "outcomes", {"outcome": "internal"})
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, lambda seen: "internal" in seen.detail)
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, made.publication_id)
        assert await cancel(session, publication, actor="test") is Cancelling.NOT_AGAIN
    await service.until(made.publication_id, State.CANCELLED)
    assert len(await service.control.requests("video.init")) == 1
    assert await service.control.posts() == []
