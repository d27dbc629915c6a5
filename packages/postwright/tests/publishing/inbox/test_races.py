"""Events and workers at the same moment: neither is missed, and neither waits for ever."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from postwright.alerts.models import Alert
from postwright.connections.models import Connection
from postwright.db.database import app_now
from postwright.platforms.answers import Phase
from postwright.platforms.events import StatusChanged, Told
from postwright.platforms.tiktok.events import TikTokWebhooks
from postwright.publishing.inbox.forget import forget
from postwright.publishing.inbox.match import match
from postwright.publishing.inbox.models import Outcome
from postwright.publishing.inbox.receive import receive
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.states import State
from tests.factories.callback import Callback

pytestmark = pytest.mark.slow


@pytest.fixture
async def opened(callback: Callback, account: Connection, video: Path) -> Publication:
    """A publication that is being processed, in nobody's hands; its publish id is forgotten."""
    service = callback.service
    stuck = {"processing": {"mode": "after_seconds", "value": 90_000}}
    await service.control("PATCH", "settings", stuck)
    made = await service.publish(account, video)
    worker = service.start_worker()
    seen = await service.until(made.publication_id, State.PROCESSING)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    service.workers.remove(worker)
    await callback.set("UPDATE attempts SET publish_id = NULL")
    await callback.set("UPDATE publications SET due_at = app_now() + interval '1 hour'")
    return seen


async def come(
    callback: Callback, publish_id: str, digest: str = "d1", phase: Phase = Phase.FAILED
) -> Outcome | None:
    app = await callback.app()
    async with callback.service.database.transaction() as session:
        now = await app_now(session)
        told = Told(
            "e", "somebody", now, digest, is_late=False, news=StatusChanged(publish_id, phase)
        )
        return await receive(session, app, told, b"{}", TikTokWebhooks())


async def test_an_event_that_comes_while_its_id_is_stored_waits_for_it(
    callback: Callback, opened: Publication
) -> None:
    service = callback.service
    async with service.database.transaction() as session:
        await session.execute(update(AttemptRow).values(publish_id="p1"))
        assert not await match(session, opened.workspace_id, opened.connection_id, "p1")
        coming = asyncio.ensure_future(come(callback, "p1"))
        await service.until_somebody_waits_for_a_lock()
        assert not coming.done()
    assert await coming is Outcome.NUDGED
    seen = await service.publication(opened.id)
    assert seen.due_at is not None
    assert seen.due_at <= await callback.now()


async def test_an_id_that_is_stored_while_its_event_comes_waits_for_it(
    callback: Callback, opened: Publication
) -> None:
    service = callback.service
    app = await callback.app()

    async def store() -> bool:
        async with service.database.transaction() as session:
            await session.execute(update(AttemptRow).values(publish_id="p1"))
            return await match(session, opened.workspace_id, opened.connection_id, "p1")

    async with service.database.transaction() as session:
        now = await app_now(session)
        told = Told(
            "e", "somebody", now, "d1", is_late=False, news=StatusChanged("p1", Phase.FAILED)
        )
        assert await receive(session, app, told, b"{}", TikTokWebhooks()) is Outcome.WAITING
        storing = asyncio.ensure_future(store())
        await service.until_somebody_waits_for_a_lock()
        assert not storing.done()
    assert await storing
    assert await callback.outcomes() == ["nudged"]


async def test_another_apps_event_with_the_same_id_matches_nothing(
    callback: Callback, opened: Publication
) -> None:
    service = callback.service
    assert await come(callback, "p1") is Outcome.WAITING
    async with service.database.transaction() as session:
        assert not await match(session, "another", opened.connection_id, "p1")
        assert not await match(session, opened.workspace_id, "another", "p1")
        assert not await match(session, opened.workspace_id, opened.connection_id, "p2")
        assert await match(session, opened.workspace_id, opened.connection_id, "p1")
        assert not await match(session, opened.workspace_id, opened.connection_id, "p1")


async def test_an_upload_that_is_under_way_stays_in_the_hands_it_is_in(
    callback: Callback, opened: Publication
) -> None:
    service = callback.service
    await callback.set("UPDATE attempts SET publish_id = 'p1', stage = 'open'")
    await callback.set("UPDATE publications SET lane = 'start', state = 'uploading'")
    assert await come(callback, "p1") is Outcome.NUDGED
    assert (await service.publication(opened.id)).lane == "start"


async def test_an_attempt_that_is_over_is_not_taken_up_again(
    callback: Callback, opened: Publication
) -> None:
    service = callback.service
    before = await service.publication(opened.id)
    for stage in ("void", "failed", "cancelled"):
        await callback.set(
            "UPDATE attempts SET publish_id = 'p1', stage = :stage, live = false", stage=stage
        )
        assert await come(callback, "p1", f"an event of one that is {stage}") is Outcome.TOO_LATE
        after = await service.publication(opened.id)
        assert (after.due_at, after.nudged_at) == (before.due_at, None)
        async with service.database.transaction() as session:
            assert await session.scalar(select(AttemptRow.live)) is False


async def test_a_post_that_is_out_although_its_attempt_failed_is_told_to_a_person(
    callback: Callback, opened: Publication
) -> None:
    await callback.set("UPDATE attempts SET publish_id = 'p1', stage = 'failed', live = false")
    assert await come(callback, "p1", "d1") is Outcome.TOO_LATE
    assert await come(callback, "p1", "d2", Phase.COMPLETE) is Outcome.CONTRADICTS
    content = {"publish_id": "p1", "post_id": "7000000000000000001"}
    await callback.say("post.publish.publicly_available", content)
    assert (await callback.outcomes())[-1] == "contradicts"
    async with callback.service.database.transaction() as session:
        told = (await session.scalars(select(Alert))).all()
    assert [each.kind for each in told] == ["publication.unconfirmed"] * 2
    assert opened.id in told[0].body["says"]


async def test_old_events_are_forgotten_and_newer_ones_are_not(
    callback: Callback, opened: Publication
) -> None:
    service = callback.service
    await come(callback, "old", "d1")
    await service.advance(hours=24 * 89, emulator_too=False)
    await come(callback, "newer", "d2")
    assert await forget(service.database) == 0
    await service.advance(hours=25, emulator_too=False)
    assert await forget(service.database) == 1
    assert [each.publish_id for each in await callback.events()] == ["newer"]


async def test_a_stream_of_events_does_not_queue_at_the_app_they_are_of(
    callback: Callback, opened: Publication
) -> None:
    service = callback.service
    async with service.database.transaction() as session:
        await session.execute(text("SELECT 1 FROM platform_apps FOR NO KEY UPDATE"))
        assert await come(callback, "p1") is Outcome.WAITING
    assert (await callback.app()).webhook_at is None
    await come(callback, "p1", "d2")
    noted = (await callback.app()).webhook_at
    await come(callback, "p1", "d3")
    assert (await callback.app()).webhook_at == noted is not None
