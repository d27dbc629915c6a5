"""TikTok says that something is out which it had said could not be: COMPLETE after FAILED."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from postwright.alerts.models import Alert
from postwright.connections.models import Call, Connection
from postwright.publishing.attempt import Stage
from postwright.publishing.cancel import TooLate, cancel
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.reconcile import NotOut, Out, reconcile
from postwright.publishing.retry import retry
from postwright.publishing.states import State, Visibility
from postwright.publishing.unrecorded import CODE
from tests.factories.callback import Callback
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def the_attempt(service: Service) -> AttemptRow:
    async with service.database.transaction() as session:
        return (await session.scalars(select(AttemptRow))).one()


async def stop_workers(service: Service) -> None:
    for worker in service.workers:
        worker.cancel()
    await asyncio.gather(*service.workers, return_exceptions=True)
    service.workers.clear()


@pytest.fixture
async def out(callback: Callback, account: Connection, video: Path) -> Publication:
    """A publication that is out at TikTok; no worker runs."""
    service = callback.service
    made = await service.publish(account, video, privacy="SELF_ONLY")
    service.start_worker()
    seen = await service.until(made.publication_id, State.PUBLISHED)
    await stop_workers(service)
    await callback.told()  # what TikTok itself has to tell of it has come
    return seen


async def say_it_is_out(
    callback: Callback, account: Connection, publish_id: str | None = None
) -> str:
    publish_id = publish_id or (await the_attempt(callback.service)).publish_id
    content = {"publish_id": publish_id, "publish_type": "DIRECT_POST", "n": 1}
    await callback.say("post.publish.complete", content, account=account)
    return (await callback.outcomes())[-1]


async def told(callback: Callback) -> list[str]:
    async with callback.service.database.transaction() as session:
        return [each.body["says"] for each in await session.scalars(select(Alert))]


@pytest.mark.parametrize("state", ["failed", "cancelled"])
async def test_what_is_over_and_out_after_all_ends_as_published(
    callback: Callback, account: Connection, out: Publication, state: str
) -> None:
    await callback.set("UPDATE attempts SET stage = :state, live = false", state=state)
    await callback.set(
        "UPDATE publications SET state = :state, end_code = 'internal', detail = 'it failed'",
        state=state,
    )
    callback.service.start_worker()
    assert await say_it_is_out(callback, account) == "contradicts"
    seen = await callback.service.until(out.id, State.PUBLISHED)
    assert (seen.end_code, seen.detail) == ("", "")
    assert "asked what is true" in (await told(callback))[0]
    assert len(await callback.service.control.posts()) == 1


async def test_what_fails_again_when_it_is_asked_again_is_not_posted_again(
    callback: Callback, account: Connection, video: Path
) -> None:
    service = callback.service
    await service.control("POST", "outcomes", {"outcome": "frame_rate_check_failed"})
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.FAILED)
    # As after an automatic retry that was the last one, or none at all.
    await callback.set("UPDATE attempts SET retries = 0")
    assert await say_it_is_out(callback, account) == "contradicts"
    again = await service.until(made.publication_id, State.FAILED)
    assert again.end_code == "frame_rate_check_failed"
    assert (await the_attempt(service)).retries == 2
    assert len(await service.control.requests("video.init")) == 1


async def test_what_waits_to_be_posted_again_is_held_until_a_person_has_looked(
    callback: Callback, account: Connection, out: Publication
) -> None:
    service = callback.service
    await callback.set("UPDATE attempts SET stage = 'failed', live = false, expects_id = true")
    await callback.set("UPDATE publications SET state = 'failed'")
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, out.id)
        await retry(session, publication, actor="test")
    assert await say_it_is_out(callback, account) == "contradicts"
    held = await service.publication(out.id)
    assert (held.state, held.due_at, held.hold_reason) == (State.UNCONFIRMED, None, "unconfirmed")
    assert f"postwright reconcile {out.id}" in (await told(callback))[0]
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, out.id)
        networks = service.accounts.networks
        await reconcile(session, publication, Out(), networks=networks, actor="test")
    seen = await service.publication(out.id)
    assert (seen.state, seen.visibility) == (State.PUBLISHED, Visibility.MISSING)


async def test_what_was_announced_in_its_place_is_stopped_and_can_not_be_cancelled(
    callback: Callback, account: Connection, out: Publication
) -> None:
    service = callback.service
    publish_id = (await the_attempt(service)).publish_id
    await callback.set("UPDATE attempts SET stage = 'failed', live = false")
    await callback.set("UPDATE publications SET state = 'failed'")
    async with service.database.transaction() as session:
        await retry(session, await session.get_one(Publication, out.id), actor="test")
    await service.control.fault("video.init", "delay_after", delay_s=1.0)
    service.start_worker()
    await service.until(out.id, State.SUBMITTING)
    assert await say_it_is_out(callback, account, publish_id) == "contradicts"
    assert (await service.publication(out.id)).state is State.UNCONFIRMED
    await service.until_nothing_is_in_hand()
    held = await service.publication(out.id)
    assert (held.state, held.due_at) == (State.UNCONFIRMED, None)
    with pytest.raises(TooLate, match="word came that it is out"):
        async with service.database.transaction() as session:
            await cancel(session, await session.get_one(Publication, out.id), actor="test")
    assert len(await service.control.requests("video.init")) == 2
    assert len(await service.control.posts()) == 1
    async with service.database.transaction() as session:
        stages = await session.scalars(select(AttemptRow.stage).order_by(AttemptRow.number))
        assert list(stages) == [Stage.FAILED, Stage.VOID]
        # Whether its init is answered, or its worker ends before: the ledger tells of it.
        assert (await session.scalars(select(Call).where(Call.code == CODE))).one().attempt == 2


async def test_a_person_who_knows_better_can_have_it_posted_again(
    callback: Callback, account: Connection, out: Publication
) -> None:
    service = callback.service
    await callback.set("UPDATE attempts SET stage = 'failed', live = false")
    await callback.set("UPDATE publications SET state = 'failed'")
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, out.id)
        await retry(session, publication, actor="test")
    await say_it_is_out(callback, account)
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, out.id)
        networks, verdict = service.accounts.networks, NotOut(again=True)
        await reconcile(session, publication, verdict, networks=networks, actor="test")
    service.start_worker()
    await service.until(out.id, State.PUBLISHED)
    assert len(await service.control.posts()) == 2
