"""Pauses and quotas hold a publication before anything is asked of TikTok, and let it go again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from postwright.connections.models import Connection
from postwright.db.database import app_now
from postwright.platforms.content import Mode
from postwright.platforms.purpose import Purpose
from postwright.publishing import pauses
from postwright.publishing.attempt import Stage
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.order import Order
from postwright.publishing.outlook import Outlook, outlook
from postwright.publishing.pauses import Scope
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def pause(service: Service, scope: Scope, reason: str = "a holiday") -> None:
    async with service.database.transaction() as session:
        await pauses.pause(session, service.workspace_id, scope, reason, actor="test")
    async with service.database.transaction() as session:
        await pauses.settle(session, scope)


async def resume(service: Service, scope: Scope) -> int:
    async with service.database.transaction() as session:
        return await pauses.resume(session, service.workspace_id, scope, actor="test")


async def look(service: Service) -> Outlook:
    async with service.database.transaction() as session:
        return await outlook(session, service.workspace_id, service.accounts.networks.of_app)


def held(reason: str) -> Callable[[Publication], bool]:
    return lambda seen: seen.state is State.HELD and seen.hold_reason == reason


async def announced(
    service: Service,
    account: Connection,
    video: Path,
    number: int,
    *,
    mode: Mode = Mode.DIRECT,
    stage: Stage = Stage.PUBLISHED,
) -> None:
    """So many of ours went out in the last hours, as far as our rows know."""
    for _ in range(number):
        made = await service.publish(account, video)
        async with service.database.transaction() as session:
            await session.execute(
                update(Publication)
                .where(Publication.id == made.publication_id)
                .values(state=State.PUBLISHED, lane=None, due_at=None)
            )
            await session.execute(
                text("""
                    INSERT INTO attempts (
                        id, workspace_id, publication_id, connection_id, number, live, stage,
                        source, mode, media_sha256, size_bytes, chunk_bytes, chunk_count,
                        expects_id, announced_at, sent_offset, progress_bytes, address_dead, polls,
                        troubles, rejections, voids, retries, cancels, end_code, detail, created_at
                    ) SELECT 'att_' || id, workspace_id, id, connection_id, 1, false, :stage,
                        'upload', :mode, '', 1, 1, 1, false, app_now() - interval '2 hours', 1,
                        1, false, 0, 0, 0, 0, 0, 0, '', '', app_now()
                    FROM publications WHERE id = :id
                """),
                {"id": made.publication_id, "mode": mode, "stage": stage},
            )


@pytest.mark.parametrize("of", ["account", "workspace", "everything"])
async def test_a_pause_starts_nothing_and_asks_nothing(
    service: Service, video: Path, of: str
) -> None:
    account = await service.connect()
    scope = {
        "account": Scope(service.workspace_id, account.id),
        "workspace": Scope(service.workspace_id),
        "everything": Scope(),
    }[of]
    await pause(service, scope)
    asked = len(await service.control.requests("creator_info"))
    made = await service.publish(account, video)
    service.start_worker()
    seen = await service.until(made.publication_id, held("paused"))
    assert (seen.detail, seen.due_at) == ("a holiday", None)
    assert len(await service.control.requests("creator_info")) == asked
    assert await resume(service, scope) == 1
    await service.until(made.publication_id, State.PUBLISHED)


async def test_what_two_pauses_hold_waits_for_both_to_end(service: Service, video: Path) -> None:
    account = await service.connect()
    one, all_of_it = Scope(service.workspace_id, account.id), Scope(service.workspace_id)
    await pause(service, one)
    await pause(service, all_of_it)
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, held("paused"))
    assert await resume(service, one) == 0
    assert await resume(service, all_of_it) == 1


async def test_what_is_held_a_moment_after_the_end_of_a_pause_is_brought_on(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    async with service.database.transaction() as session:
        await session.execute(
            update(Publication).values(
                state=State.HELD, hold_reason="paused", due_at=None, detail="over"
            )
        )
    async with service.database.transaction() as session:
        assert await pauses.bring_on(session) == 1
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)


async def test_other_accounts_go_on_while_one_is_paused(service: Service, video: Path) -> None:
    demo, pia = await service.connect(), await service.connect("private.pia")
    await pause(service, Scope(service.workspace_id, demo.id))
    stays = await service.publish(demo, video)
    goes = await service.publish(pia, video, privacy="SELF_ONLY")
    service.start_worker()
    await service.until(goes.publication_id, State.PUBLISHED)
    await service.until(stays.publication_id, held("paused"))


async def test_a_creators_cap_is_learned_without_an_init_and_the_first_in_line_asks_again(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await announced(service, account, video, 2)
    await service.control("PATCH", "creators/demo", {"too_many_posts": True})
    asked = len(await service.control.requests("creator_info"))
    first = await service.publish(account, video, caption="first")
    second = await service.publish(account, video, caption="second")
    service.start_worker()
    seen = await service.until(first.publication_id, held("daily_cap"))
    await service.until(second.publication_id, held("daily_cap"))
    assert await service.control.requests("video.init") == []
    assert len(await service.control.requests("creator_info")) == asked + 1
    async with service.database.transaction() as session:
        told = await session.get_one(Connection, account.id)
        now = await app_now(session)
    assert told.cap_at is not None
    assert told.cap_posts == 2
    assert seen.due_at is not None
    assert timedelta(minutes=50) < seen.due_at - now <= timedelta(hours=1, minutes=1)
    assert {one.forecast.reason for one in (await look(service)).expected} == {"daily_cap"}

    await service.control("PATCH", "creators/demo", {"too_many_posts": False})
    await service.advance(hours=1.2)
    await service.until(first.publication_id, State.PUBLISHED)
    await service.advance(hours=1 / 60)  # it waits half a minute for what the first one finds out
    await service.until(second.publication_id, State.PUBLISHED)
    async with service.database.transaction() as session:
        found = await session.scalars(select(AttemptRow).order_by(AttemptRow.announced_at))
        order = [attempt.publication_id for attempt in found]
        told = await session.get_one(Connection, account.id, populate_existing=True)
    assert order[-2:] == [first.publication_id, second.publication_id]
    assert told.cap_at is None


async def four_others_have_posted(service: Service, like: Connection, video: Path) -> None:
    """With an app that was not audited."""
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE platform_apps SET audited = false"))
        for n in range(4):
            await session.execute(
                text("""
                    INSERT INTO connections (
                        id, workspace_id, platform_app_id, platform, external_id, handle,
                        display_name, scopes, purposes, granted, state, state_detail, created_at,
                        connected_at
                    ) SELECT 'other' || :n, workspace_id, platform_app_id, platform, 'x' || :n,
                        'other' || :n, '', scopes, purposes, granted, state, '', created_at,
                        connected_at
                    FROM connections WHERE id = :like
                """),
                {"n": str(n), "like": like.id},
            )
    async with service.database.transaction() as session:
        others = list(
            await session.scalars(select(Connection).where(Connection.handle.like("other%")))
        )
    for one in others:
        await announced(service, one, video, 1)


async def test_an_app_that_was_not_audited_posts_for_five_accounts_a_day(
    service: Service, video: Path
) -> None:
    accounts = [await service.connect(), await service.connect("private.pia")]
    await four_others_have_posted(service, accounts[0], video)
    fifth = await service.publish(accounts[1], video, privacy="SELF_ONLY")
    service.start_worker()
    await service.until(fifth.publication_id, State.PUBLISHED)
    sixth = await service.publish(accounts[0], video, privacy="SELF_ONLY")
    seen = await service.until(sixth.publication_id, held("active_users"))
    assert "of 5" in seen.detail
    outlooks = (await look(service)).expected
    assert [one.forecast.reason for one in outlooks] == ["active_users"]
    assert seen.due_at is not None
    assert outlooks[0].forecast.starts_at is not None
    assert abs(outlooks[0].forecast.starts_at - seen.due_at) < timedelta(seconds=5)
    async with service.database.transaction() as session:
        first_at = await session.scalar(select(func.min(AttemptRow.announced_at)))
    assert first_at is not None
    # TikTok has heard of it a moment after it was announced, and counts from then.
    assert seen.due_at - first_at > timedelta(hours=24, seconds=50)


async def test_an_account_whose_day_ends_within_minutes_needs_a_place_of_its_own(
    service: Service, video: Path
) -> None:
    accounts = [await service.connect(), await service.connect("private.pia")]
    await announced(service, accounts[0], video, 1)
    await announced(service, accounts[1], video, 1)
    async with service.database.transaction() as session:
        await session.execute(
            text("""
                UPDATE attempts SET announced_at = app_now() - interval '23 hours 57 minutes'
                WHERE connection_id = :id
            """),
            {"id": accounts[1].id},
        )
    await four_others_have_posted(service, accounts[0], video)
    made = await service.publish(accounts[1], video, privacy="SELF_ONLY")
    service.start_worker()
    await service.until(made.publication_id, held("active_users"))
    assert await service.control.requests("video.init") == []


async def test_the_outlook_tells_what_waits_and_how_accounts_stand(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await announced(service, account, video, 3)
    async with service.database.transaction() as session:
        at = await app_now(session) + timedelta(hours=3)
    made = await service.publish(account, video, at=at)
    seen = await look(service)
    assert [(one.publication_id, one.forecast.starts_at) for one in seen.expected] == [
        (made.publication_id, at)
    ]
    (told,) = seen.accounts
    assert (told.handle, told.most, told.counted, told.is_learned) == ("demo", 15, 3, False)


async def test_a_sixth_draft_waits_until_one_is_finished(service: Service, video: Path) -> None:
    account = await service.connect(purposes=frozenset({Purpose.PROFILE, Purpose.DRAFT}))
    await announced(service, account, video, 5, mode=Mode.DRAFT, stage=Stage.DELIVERED)
    order = Order((await service.add(video),), "for later", {}, mode=Mode.DRAFT)
    made = await service.order(account, order)
    service.start_worker()
    seen = await service.until(made.publication_id, held("pending_drafts"))
    assert "of 5 in 24 hours" in seen.detail
    assert await service.control.requests("inbox.video.init") == []
    async with service.database.transaction() as session:
        await session.execute(
            text("""
                UPDATE attempts SET stage = 'published' WHERE id IN (
                    SELECT id FROM attempts WHERE stage = 'delivered' LIMIT 1
                )
            """)
        )
    await service.advance(hours=1.1)
    await service.until(made.publication_id, State.DELIVERED)


async def test_a_check_from_before_the_last_place_was_taken_is_made_anew(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await announced(service, account, video, 8)
    await service.control("PATCH", "creators/demo", {"daily_post_cap": 7})
    made = [await service.publish(account, video, caption=str(n)) for n in range(8)]
    service.start_worker()
    # The last two are checked while there is room for one, and wait: six inits a minute may be.
    # They may go on at the same time then, so either may be the one that takes the place.
    last = [one.publication_id for one in made[-2:]]
    for one in last:
        await service.until(one, held("rate_limit"))
    await service.advance(hours=1.2 / 60)
    for one in last:
        await service.until(
            one, lambda seen: seen.state is State.PUBLISHED or held("daily_cap")(seen)
        )
    ends = {(await service.publication(one)).state for one in last}
    assert ends == {State.PUBLISHED, State.HELD}
    inits = await service.control.requests("video.init")
    assert [init["status"] for init in inits] == [200] * 7
