"""A draft ends in the inbox; what its person does with it later is learned from webhooks."""

from pathlib import Path

import pytest

from postwright.platforms.purpose import Purpose
from postwright.publishing.models import Publication
from postwright.publishing.states import State
from tests.factories.callback import Callback

pytestmark = pytest.mark.slow


def is_over(seen: Publication) -> bool:
    return seen.lane is None


@pytest.fixture
async def delivered(callback: Callback, video: Path) -> str:
    """A draft in the inbox, which is looked at still; its publication's id."""
    service = callback.service
    account = await service.connect(purposes=frozenset({Purpose.DRAFT}))
    publication_id = await callback.draft(account, await service.add(video))
    service.start_worker()
    await service.until(publication_id, State.DELIVERED)
    await callback.told()
    return publication_id


async def look_for_the_last_time(callback: Callback) -> None:
    await callback.service.advance(hours=80)
    await callback.set("UPDATE publications SET due_at = app_now() WHERE lane IS NOT NULL")
    await callback.set("UPDATE lanes SET next_at = app_now()")


async def finish(callback: Callback) -> None:
    """As its person does, in TikTok's app."""
    publish_id = (await callback.upload())["publish_id"]
    await callback.service.control("POST", f"drafts/{publish_id}/finish")


async def test_a_draft_that_is_finished_after_weeks_becomes_published_each_time(
    callback: Callback, delivered: str
) -> None:
    service = callback.service
    await look_for_the_last_time(callback)
    seen = await service.until(delivered, is_over)
    assert seen.state is State.DELIVERED
    for number in (1, 2):
        await service.advance(hours=24 * 7)
        await finish(callback)
        seen = await service.until(delivered, lambda seen: len(seen.post_ids) == number)  # noqa: B023  # awaited in this turn
        seen = await service.until(delivered, is_over)
        assert seen.state is State.PUBLISHED
    posts = await service.control.posts()
    assert seen.post_ids == [post["post_id"] for post in posts]


async def test_a_draft_that_is_finished_during_its_last_look_becomes_published(
    callback: Callback, delivered: str
) -> None:
    service = callback.service
    await service.control.fault("status", "delay_after", delay_s=2)
    await look_for_the_last_time(callback)
    while (await service.control("GET", "faults"))["faults"]:
        pass  # until TikTok has answered "in the inbox"; the answer takes a while to arrive
    await finish(callback)
    assert len(await callback.told()) == 3
    seen = await service.until(delivered, State.PUBLISHED)
    assert len(seen.post_ids) == 1


async def test_a_draft_of_which_only_its_post_is_told_becomes_published(
    callback: Callback, delivered: str
) -> None:
    service = callback.service
    await look_for_the_last_time(callback)
    await service.until(delivered, is_over)
    await service.control.fault("webhook", "lose", match="post.publish.complete")
    await finish(callback)
    told = await callback.told()
    assert [each["state"] for each in told] == ["delivered", "lost", "delivered"]
    seen = await service.until(delivered, State.PUBLISHED)
    assert len(seen.post_ids) == 1
