"""What was not announced can be changed; what was begun with the old content does not go out."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from postwright.db.database import app_now
from postwright.publishing.attempt import Stage
from postwright.publishing.cancel import cancel
from postwright.publishing.edit import Changes, TooLateToEdit, edit
from postwright.publishing.hand import ChangedMeanwhile
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.queries import overview
from postwright.publishing.reconcile import Out, reconcile
from postwright.publishing.retry import retry
from postwright.publishing.schedule import InThePast
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

TEXT = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "second thoughts"}
OTHER_TEXT = Changes(caption="second thoughts", settings=TEXT)


async def in_hours(service: Service, hours: float) -> datetime:
    async with service.database.transaction() as session:
        return await app_now(session) + timedelta(hours=hours)


async def change(
    service: Service, publication_id: str, changes: Changes, version: int | None = None
) -> Publication:
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, publication_id)
        await edit(session, publication, changes, expected_version=version, actor="test")
    return await service.publication(publication_id)


async def attempts(service: Service, publication_id: str) -> list[AttemptRow]:
    async with service.database.transaction() as session:
        found = await session.scalars(
            select(AttemptRow)
            .where(AttemptRow.publication_id == publication_id)
            .order_by(AttemptRow.number)
        )
        return list(found)


async def test_a_post_that_waits_goes_out_as_it_was_changed_and_when(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video, at=await in_hours(service, 1))
    later = Changes(publish_at=await in_hours(service, 3), timezone="Asia/Tokyo")
    await change(service, made.publication_id, OTHER_TEXT, version=1)
    seen = await change(service, made.publication_id, later, version=2)
    assert (seen.content_version, seen.timezone) == (3, "Asia/Tokyo")
    assert seen.due_at == seen.publish_at == later.publish_at
    service.start_worker()
    await service.advance(hours=2)
    other = await service.publish(account, video, caption="in between")
    await service.until(other.publication_id, State.PUBLISHED)
    assert (await service.publication(made.publication_id)).state is State.SCHEDULED
    await service.advance(hours=1.1)
    await service.until(made.publication_id, State.PUBLISHED)
    titles = [post["title"] for post in await service.control.posts()]
    assert sorted(titles) == ["in between", "second thoughts"]
    async with service.database.transaction() as session:
        shown = await overview(session, service.workspace_id, made.publication_id)
    assert shown.post.caption == "second thoughts"


async def test_two_who_edit_the_same_version_do_not_overwrite_each_other(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video, at=await in_hours(service, 1))
    await change(service, made.publication_id, OTHER_TEXT, version=1)
    with pytest.raises(ChangedMeanwhile) as refused:
        await change(service, made.publication_id, Changes(caption="third"), version=1)
    assert "version 2" in refused.value.why
    seen = await change(service, made.publication_id, Changes(caption="third"))
    assert seen.content_version == 3


async def test_whoever_has_seen_an_older_version_changes_nothing_in_any_way(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video, at=await in_hours(service, 1))
    await change(service, made.publication_id, OTHER_TEXT)
    ways = {
        State.SCHEDULED: partial(cancel, actor="test"),
        State.FAILED: partial(retry, actor="test"),
        State.UNCONFIRMED: partial(
            reconcile, verdict=Out(), networks=service.accounts.networks, actor="test"
        ),
    }
    for state, way in ways.items():
        async with service.database.transaction() as session:
            publication = await session.get_one(Publication, made.publication_id)
            publication.state = state
        async with service.database.transaction() as session:
            publication = await session.get_one(Publication, made.publication_id)
            with pytest.raises(ChangedMeanwhile, match="changed meanwhile"):
                await way(session, publication, expected_version=1)
        seen = await service.publication(made.publication_id)
        assert (seen.state, seen.content_version) == (state, 2)
        async with service.database.transaction() as session:
            publication = await session.get_one(Publication, made.publication_id)
            await way(session, publication, expected_version=2)
            await session.rollback()


async def test_what_a_worker_has_begun_with_the_old_content_is_dropped(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    # The answer to the question whether the creator may post takes a while.
    await service.control.fault("creator_info", "delay_after", delay_s=3)
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PREPARING)
    await change(service, made.publication_id, OTHER_TEXT)
    await service.until(made.publication_id, State.PUBLISHED)
    assert [post["title"] for post in await service.control.posts()] == ["second thoughts"]
    first, *others = await attempts(service, made.publication_id)
    assert (first.stage, first.end_code, first.publish_id) == (Stage.VOID, "edited", None)
    assert [one.stage for one in others] == [Stage.PUBLISHED]


async def test_a_new_time_frees_what_is_held_and_a_new_text_does_not(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    async with service.database.transaction() as session:
        held = "UPDATE publications SET state = 'held', hold_reason = 'missed', due_at = NULL"
        await session.execute(text(held))
    seen = await change(service, made.publication_id, OTHER_TEXT)
    assert (seen.state, seen.hold_reason, seen.due_at) == (State.HELD, "missed", None)
    at = await in_hours(service, 1)
    seen = await change(service, made.publication_id, Changes(publish_at=at))
    assert (seen.state, seen.hold_reason, seen.due_at) == (State.SCHEDULED, "", at)


async def test_a_time_that_has_passed_is_refused_and_nothing_changes(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video, at=await in_hours(service, 1))
    past = Changes(publish_at=await in_hours(service, -1), caption="never")
    with pytest.raises(InThePast):
        await change(service, made.publication_id, past)
    assert (await service.publication(made.publication_id)).content_version == 1


async def test_what_is_on_its_way_or_over_is_refused_with_what_to_do(
    service: Service, big_video: Path
) -> None:
    account = await service.connect()
    await service.control("PATCH", "settings", {"intake_bytes_per_second": 20_000_000})
    made = await service.publish(account, big_video)
    service.start_worker()
    await service.until(made.publication_id, State.UPLOADING)
    with pytest.raises(TooLateToEdit) as refused:
        await change(service, made.publication_id, OTHER_TEXT)
    assert "postwright cancel" in refused.value.command
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, made.publication_id)
        await cancel(session, publication, actor="test")
    await service.until(made.publication_id, State.CANCELLED)
    with pytest.raises(TooLateToEdit, match="cancelled"):
        await change(service, made.publication_id, OTHER_TEXT)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.PUBLISHED, "own app only"),
        (State.DELIVERED, "own app only"),
        (State.UNCONFIRMED, "postwright reconcile"),
        (State.FAILED, "postwright retry"),
    ],
)
async def test_each_other_end_is_refused_in_its_own_words(
    service: Service, video: Path, state: State, says: str
) -> None:
    account = await service.connect()
    made = await service.publish(account, video, at=await in_hours(service, 1))
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, made.publication_id)
        publication.state = state
    with pytest.raises(TooLateToEdit) as refused:
        await change(service, made.publication_id, Changes(publish_at=await in_hours(service, 2)))
    assert says in f"{refused.value.fix} {refused.value.command}"
    assert "postwright" not in refused.value.fix
