"""What has failed goes again if a person wants it; a person decides about what is unproven."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from postwright.db.database import app_now
from postwright.media.errors import NoSuchMedia
from postwright.publishing.attempt import Stage
from postwright.publishing.cancel import cancel
from postwright.publishing.edit import Changes, edit
from postwright.publishing.evidence import evidence, undecided
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.reconcile import NothingToDecide, NotOut, Out, Verdict, reconcile
from postwright.publishing.retry import NotFailed, retry
from postwright.publishing.schedule import Scheduled
from postwright.publishing.states import State, Visibility
from postwright.workspaces.models import AuditEntry
from tests.factories.installation import PATIENCE_S, Service

pytestmark = pytest.mark.slow


async def again(service: Service, publication_id: str) -> Publication:
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, publication_id)
        await retry(session, publication, actor="test")
    return await service.publication(publication_id)


async def decide(service: Service, publication_id: str, verdict: Verdict) -> Publication:
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, publication_id)
        networks = service.accounts.networks
        await reconcile(session, publication, verdict, networks=networks, actor="test")
    return await service.publication(publication_id)


async def attempts(service: Service, publication_id: str) -> list[tuple[Stage, str]]:
    async with service.database.transaction() as session:
        found = await session.scalars(
            select(AttemptRow)
            .where(AttemptRow.publication_id == publication_id)
            .order_by(AttemptRow.number)
        )
        return [(one.stage, one.end_code) for one in found]


async def actions(service: Service) -> list[str]:
    async with service.database.transaction() as session:
        return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


async def lanes_are_free(service: Service) -> None:
    """Wait until nobody has one in hand."""
    held = text("SELECT count(*) FROM lanes WHERE lease_until IS NOT NULL")
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with service.database.transaction() as session:
                if not await session.scalar(held):
                    return
            await asyncio.sleep(0.05)


@pytest.fixture
async def failed(service: Service, video: Path) -> Scheduled:
    """A post that TikTok has refused for its frame rate; a worker is running."""
    account = await service.connect()
    await service.control("POST", "outcomes", {"outcome": "frame_rate_check_failed"})
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.FAILED)
    return made


@pytest.fixture
async def unproven(service: Service, video: Path) -> Scheduled:
    """A post that TikTok has been silent about for more than a day; a worker is running."""
    account = await service.connect()
    await service.control("POST", "outcomes", {"outcome": "stuck"})
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PROCESSING)
    await service.advance(hours=25)
    await service.until(made.publication_id, State.UNCONFIRMED)
    return made


async def test_a_failed_post_is_published_once_more_and_why_it_failed_is_kept(
    service: Service, failed: Scheduled
) -> None:
    fixed = {"privacy_level": "SELF_ONLY", "title": "mended"}
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, failed.publication_id)
        changes = Changes(caption="mended", settings=fixed)
        await edit(session, publication, changes, expected_version=None, actor="test")
    assert (await service.publication(failed.publication_id)).state is State.FAILED
    seen = await again(service, failed.publication_id)
    assert (seen.state, seen.end_code, seen.finished_at) == (State.SCHEDULED, "", None)
    seen = await service.until(failed.publication_id, State.PUBLISHED)
    assert seen.visibility is Visibility.RESTRICTED
    assert [post["title"] for post in await service.control.posts()] == ["mended"]
    tried = await attempts(service, failed.publication_id)
    assert tried == [(Stage.FAILED, "frame_rate_check_failed"), (Stage.PUBLISHED, "")]
    assert (await actions(service))[-2:] == ["publication.edited", "publication.retried"]


async def test_what_has_not_failed_is_not_tried_again(service: Service, video: Path) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        later = await app_now(session) + timedelta(hours=1)
    made = await service.publish(account, video, at=later)
    with pytest.raises(NotFailed) as refused:
        await again(service, made.publication_id)
    assert "postwright reschedule" in refused.value.command
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, made.publication_id)
        await cancel(session, publication, actor="test")
    with pytest.raises(NotFailed) as refused:
        await again(service, made.publication_id)
    assert "new post" in refused.value.fix


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.PUBLISHED, "as a new post"),
        (State.DELIVERED, "as a new post"),
        (State.UNCONFIRMED, "postwright reconcile"),
        (State.UPLOADING, "--watch"),
    ],
)
async def test_each_other_state_is_refused_in_its_own_words(
    service: Service, video: Path, state: State, says: str
) -> None:
    made = await service.publish(await service.connect(), video)
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, made.publication_id)
        publication.state = state
    with pytest.raises(NotFailed) as refused:
        await again(service, made.publication_id)
    assert says in f"{refused.value.fix} {refused.value.command}"
    assert "postwright" not in refused.value.fix


async def test_without_its_file_a_failed_post_stays_failed(
    service: Service, failed: Scheduled
) -> None:
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE media_files SET removed_at = app_now()"))
    with pytest.raises(NoSuchMedia):
        await again(service, failed.publication_id)
    assert (await service.publication(failed.publication_id)).state is State.FAILED


async def test_a_person_who_has_found_the_post_ends_the_doubt(
    service: Service, unproven: Scheduled
) -> None:
    async with service.database.transaction() as session:
        waiting = await undecided(session, service.workspace_id)
        known = await evidence(session, service.workspace_id, unproven.publication_id)
    assert [one.id for one in waiting] == [unproven.publication_id]
    assert known.attempts[0].publish_id
    assert {"creator_info", "status"} <= {call.operation for call in known.calls}
    out = Out(post_id="7301", url="https://www.tiktok.com/@demo/video/7301")
    seen = await decide(service, unproven.publication_id, out)
    assert (seen.state, seen.visibility) == (State.PUBLISHED, Visibility.PUBLIC)
    assert (seen.post_ids, seen.post_url) == (["7301"], out.url)
    assert await attempts(service, unproven.publication_id) == [(Stage.PUBLISHED, "reconciled")]
    async with service.database.transaction() as session:
        assert await undecided(session, service.workspace_id) == []
    assert (await actions(service))[-1] == "publication.reconciled"


async def test_a_public_post_that_nobody_can_name_is_out_and_missing(
    service: Service, unproven: Scheduled
) -> None:
    seen = await decide(service, unproven.publication_id, Out())
    assert (seen.state, seen.visibility) == (State.PUBLISHED, Visibility.MISSING)


@pytest.mark.parametrize(
    ("privacy", "verdict", "shown"),
    [
        ("PUBLIC_TO_EVERYONE", Out(), Visibility.MISSING),
        ("PUBLIC_TO_EVERYONE", Out("7301"), Visibility.PUBLIC),
        ("SELF_ONLY", Out("7301"), Visibility.RESTRICTED),
    ],
)
async def test_what_was_out_before_a_backup_is_seen_by_those_it_was_meant_for(
    service: Service, video: Path, privacy: str, verdict: Out, shown: Visibility
) -> None:
    made = await service.publish(await service.connect(), video, privacy=privacy)
    async with service.database.transaction() as session:
        held = "UPDATE publications SET state = 'held', hold_reason = 'restored', due_at = NULL"
        await session.execute(text(held))
    seen = await decide(service, made.publication_id, verdict)
    assert (seen.state, seen.visibility) == (State.PUBLISHED, shown)


async def test_what_is_not_out_fails_and_goes_again_only_if_that_is_wanted(
    service: Service, unproven: Scheduled
) -> None:
    seen = await decide(service, unproven.publication_id, NotOut())
    assert (seen.state, seen.end_code, seen.lane) == (State.FAILED, "reconciled", None)
    assert len(await service.control.requests("video.init")) == 1
    await again(service, unproven.publication_id)
    await service.until(unproven.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_not_out_and_again_is_one_decision(service: Service, unproven: Scheduled) -> None:
    seen = await decide(service, unproven.publication_id, NotOut(again=True))
    assert seen.state is State.SCHEDULED
    await service.until(unproven.publication_id, State.PUBLISHED)
    tried = await attempts(service, unproven.publication_id)
    assert tried == [(Stage.FAILED, "reconciled"), (Stage.PUBLISHED, "")]
    wanted = ["publication.reconciled", "publication.retried"]
    assert (await actions(service))[-2:] == wanted


async def test_an_answer_that_comes_after_the_decision_changes_nothing(
    service: Service, unproven: Scheduled
) -> None:
    await service.control.fault("status", "delay_after", delay_s=2)
    asked = len(await service.control.requests("status"))
    await service.advance(hours=1.2)
    async with asyncio.timeout(PATIENCE_S):
        while len(await service.control.requests("status")) == asked:
            await asyncio.sleep(0.05)
    await decide(service, unproven.publication_id, NotOut())
    await lanes_are_free(service)
    seen = await service.publication(unproven.publication_id)
    assert (seen.state, seen.lane) == (State.FAILED, None)
    assert await attempts(service, unproven.publication_id) == [(Stage.FAILED, "reconciled")]


async def test_there_is_nothing_to_decide_about_what_is_known(
    service: Service, failed: Scheduled
) -> None:
    with pytest.raises(NothingToDecide, match="failed"):
        await decide(service, failed.publication_id, Out())
