"""One post that cannot be worked on, or one lock out of order, must not stop the others."""

from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.jobs import lanes
from postwright.publishing.states import State
from postwright.publishing.work import TRACK
from tests.factories.installation import Service, running_service

pytestmark = pytest.mark.slow

_BREAK = text("DELETE FROM publication_media WHERE publication_id = :id")


async def test_a_post_that_always_raises_lets_the_accounts_other_posts_go_out(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    broken = await service.publish(account, video, caption="broken")
    async with service.database.transaction() as session:
        await session.execute(_BREAK, {"id": broken.publication_id})
    whole = await service.publish(account, video, caption="whole")
    service.start_worker()
    await service.until(whole.publication_id, State.PUBLISHED)
    held = await service.publication(broken.publication_id)
    assert held.state is State.HELD
    assert held.hold_reason == "trouble"
    assert "TypeError" in held.detail
    assert held.expected_at is not None


async def test_who_records_takes_the_lanes_of_an_account_in_the_order_that_all_take(
    database_url: str, tmp_path: Path, video: Path
) -> None:
    async with running_service(database_url, tmp_path, lease_s=30) as service:
        account = await service.connect()
        made = await service.publish(account, video)
        async with service.database.transaction() as session:
            later = await session.scalar(text("SELECT app_now() + interval '1 day'"))
            await lanes.wake(session, service.workspace_id, account.id, TRACK, later)
            await session.execute(text("UPDATE lanes SET id = 'lane_0' WHERE kind = 'track'"))
        async with service.database.transaction() as session:
            await session.execute(text("SELECT 1 FROM lanes WHERE id = 'lane_0' FOR UPDATE"))
            service.start_worker()
            await service.until_somebody_waits_for_a_lock()
            await lanes.lock(session, [account.id])
        await service.until(made.publication_id, State.PUBLISHED)
        assert len(await service.control.posts()) == 1
