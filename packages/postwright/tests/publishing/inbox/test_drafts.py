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


async def test_a_draft_that_is_finished_after_weeks_becomes_published_each_time(
    callback: Callback, video: Path
) -> None:
    service = callback.service
    account = await service.connect(purposes=frozenset({Purpose.DRAFT}))
    publication_id = await callback.draft(account, await service.add(video))
    service.start_worker()
    await service.until(publication_id, State.DELIVERED)
    await callback.told()
    await service.advance(hours=80)
    await callback.set("UPDATE publications SET due_at = app_now() WHERE lane IS NOT NULL")
    await callback.set("UPDATE lanes SET next_at = app_now()")
    seen = await service.until(publication_id, is_over)
    assert seen.state is State.DELIVERED
    publish_id = (await callback.upload())["publish_id"]
    for number in (1, 2):
        await service.advance(hours=24 * 7)
        await service.control("POST", f"drafts/{publish_id}/finish")
        seen = await service.until(publication_id, lambda seen: len(seen.post_ids) == number)  # noqa: B023  # awaited in this turn
        seen = await service.until(publication_id, is_over)
        assert seen.state is State.PUBLISHED
    posts = await service.control.posts()
    assert seen.post_ids == [post["post_id"] for post in posts]
