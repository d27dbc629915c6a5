"""What a worker takes hold of is what is stored at that moment, however long it waited for it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from postwright.db.database import NOW
from postwright.jobs import lanes
from postwright.publishing import rows
from postwright.publishing.models import Publication
from postwright.publishing.work import START
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

LEASE = timedelta(minutes=5)


async def test_what_was_changed_while_a_worker_waited_for_the_lane_is_seen(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    async with service.database.transaction() as session:
        claim = await lanes.claim_one(session, account.id, START, lease=LEASE)
        assert claim is not None

    async def take_hold() -> tuple[rows.Kept, object] | None:
        async with service.database.transaction() as session:
            return await rows.hold(session, claim, made.publication_id, lease=LEASE, holder="test")

    async with service.database.transaction() as session:
        await lanes.lock(session, [account.id])
        taking = asyncio.ensure_future(take_hold())
        await service.until_somebody_waits_for_a_lock()
        await session.execute(
            update(Publication)
            .where(Publication.id == made.publication_id)
            .values(cancel_requested_at=NOW, content_version=7)
        )
    held = await taking
    assert held is not None
    assert held[0].cancel_requested_at is not None
    assert held[0].content_version == 7


async def test_whoever_lost_the_lane_holds_nothing(service: Service, video: Path) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    async with service.database.transaction() as session:
        old = await lanes.claim_one(session, account.id, START, lease=timedelta(0))
    async with service.database.transaction() as session:
        new = await lanes.claim_one(session, account.id, START, lease=LEASE)
    assert old is not None
    assert new is not None
    async with service.database.transaction() as session:
        held = [
            await rows.hold(session, claim, made.publication_id, lease=LEASE, holder="test")
            for claim in (old, new)
        ]
    assert held[0] is None
    assert held[1] is not None
