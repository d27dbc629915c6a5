"""Times, keys and refusals when a post is scheduled."""

import asyncio
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from postwright.connections.models import ConnectionState
from postwright.db.database import app_now
from postwright.platforms.content import Source
from postwright.publishing.order import Order
from postwright.publishing.schedule import InThePast, KeyReused, Unusable
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def test_the_same_key_twice_is_one_post(service: Service, video: Path) -> None:
    account = await service.connect()
    first, second = await asyncio.gather(
        service.publish(account, video, key="monday"),
        service.publish(account, video, key="monday"),
    )
    assert first.post_id == second.post_id
    assert sorted([first.is_new, second.is_new]) == [False, True]
    service.start_worker()
    await service.until(first.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_a_key_means_its_post_where_repeats_are_refused_too(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    order = Order(
        (await service.add(video),),
        "first light",
        {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "first light"},
        key="monday",
        refuses_repeats=True,
    )
    first, second = await asyncio.gather(
        service.order(account, order), service.order(account, order)
    )
    assert first.post_id == second.post_id


async def test_the_same_key_for_something_else_is_refused(service: Service, video: Path) -> None:
    account = await service.connect()
    await service.publish(account, video, key="monday")
    with pytest.raises(KeyReused):
        await service.publish(account, video, key="monday", caption="not the same")
    pulled = Order(
        (await service.add(video),),
        "first light",
        {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "first light"},
        source=Source.PULL,
        key="monday",
    )
    with pytest.raises(KeyReused):
        await service.order(account, pulled)


async def test_a_time_that_has_passed_is_refused_and_nothing_is_stored(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        before = await app_now(session) - timedelta(hours=1)
    with pytest.raises(InThePast):
        await service.publish(account, video, at=before, key="k")
    again = await service.publish(account, video, key="k")
    assert again.is_new


async def test_a_scheduled_post_goes_out_at_its_time_and_not_before(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        later = await app_now(session) + timedelta(hours=1)
    made = await service.publish(account, video, at=later)
    now = await service.publish(account, video, caption="now")
    service.start_worker()
    await service.until(now.publication_id, State.PUBLISHED)
    assert (await service.publication(made.publication_id)).state is State.SCHEDULED
    await service.advance(hours=1, emulator_too=False)
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 2


async def test_privacy_that_the_creator_does_not_offer_fails_with_tiktoks_reason(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video, privacy="FOLLOWER_OF_CREATOR")
    service.start_worker()
    failed = await service.until(made.publication_id, State.FAILED)
    assert "privacy" in (failed.end_code + failed.detail).lower()
    assert await service.control.posts() == []


async def test_seven_posts_of_one_account_keep_to_six_inits_a_minute(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = [await service.publish(account, video, caption=f"no {n}") for n in range(7)]
    service.start_worker()
    for publication in made[:6]:
        await service.until(publication.publication_id, State.PUBLISHED)
    held = await service.until(made[6].publication_id, State.HELD)
    assert held.hold_reason == "rate_limit"
    await service.advance(hours=0.05)
    await service.until(made[6].publication_id, State.PUBLISHED)
    assert {entry["status"] for entry in await service.control.requests("video.init")} == {200}


async def test_a_key_means_its_post_even_when_the_account_cannot_be_used_any_more(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    first = await service.publish(account, video, key="monday")
    account.state = ConnectionState.EXPIRED
    again = await service.publish(account, video, key="monday")
    assert (again.post_id, again.is_new) == (first.post_id, False)
    with pytest.raises(Unusable):
        await service.publish(account, video, key="tuesday")


async def test_the_same_moment_in_another_zone_is_the_same_order(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        later = await app_now(session) + timedelta(hours=1)
    first = await service.publish(account, video, at=later, key="monday")
    there = later.astimezone(timezone(timedelta(hours=9)))
    again = await service.publish(account, video, at=there, key="monday")
    assert again.post_id == first.post_id
