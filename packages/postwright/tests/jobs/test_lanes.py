"""Lanes are claimed by one, lost when slept over, and shared fairly."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from postwright.db.database import NOW
from postwright.jobs import lanes
from postwright.jobs.lanes import Claim
from postwright.workspaces.models import Workspace
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

LEASE = timedelta(seconds=30)


async def wake(service: Service, subject: str, workspace_id: str = "") -> None:
    async with service.database.transaction() as session:
        await lanes.wake(session, workspace_id or service.workspace_id, subject, "start")


async def claim(service: Service, most: int = 10) -> list[Claim]:
    async with service.database.transaction() as session:
        return await lanes.claim(session, "start", most=most, lease=LEASE)


async def renew(service: Service, held: Claim) -> bool:
    async with service.database.transaction() as session:
        return await lanes.renew(session, held.lane_id, held.fence, lease=LEASE, holder="me")


async def test_a_due_lane_is_claimed_by_one_of_many(service: Service) -> None:
    await wake(service, "a")
    claims = await asyncio.gather(*(claim(service) for _ in range(8)))
    assert sum(len(found) for found in claims) == 1


async def test_a_lease_that_ran_out_is_lost_even_if_nobody_took_the_lane(
    service: Service,
) -> None:
    await wake(service, "a")
    (held,) = await claim(service)
    assert await renew(service, held)
    await service.advance(hours=31 / 3600, emulator_too=False)
    assert not await renew(service, held)


async def test_a_fence_is_worth_nothing_once_the_lane_was_claimed_again(
    service: Service,
) -> None:
    await wake(service, "a")
    (old,) = await claim(service)
    await service.advance(hours=31 / 3600, emulator_too=False)
    (new,) = await claim(service)
    assert new.fence > old.fence
    assert not await renew(service, old)
    assert await renew(service, new)


async def test_one_workspaces_backlog_does_not_come_before_anothers_first_lane(
    service: Service,
) -> None:
    async with service.database.transaction() as session:
        await session.execute(insert(Workspace).values(id="ws_b", name="b", created_at=NOW))
    for n in range(5):
        await wake(service, f"a{n}")
    await wake(service, "b0", "ws_b")
    first = await claim(service, most=2)
    assert {found.workspace_id for found in first} == {service.workspace_id, "ws_b"}


async def test_a_wake_up_during_the_work_is_not_lost(service: Service) -> None:
    await wake(service, "a")
    (held,) = await claim(service)
    async with service.database.transaction() as session:
        await lanes.release(session, held.lane_id, held.fence, None)
    assert await claim(service) == []
    await wake(service, "a")
    assert len(await claim(service)) == 1


async def test_a_process_frozen_inside_a_transaction_does_not_keep_its_locks(
    service: Service,
) -> None:
    async with service.database.transaction() as session:
        setting = await session.scalar(text("SHOW idle_in_transaction_session_timeout"))
    assert setting == "10s"
