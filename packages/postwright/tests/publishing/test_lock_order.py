"""Who takes locks takes them in one order: nobody waits for one that waits for him."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.jobs import lanes
from postwright.media.models import MediaFile
from postwright.media.uses import use
from postwright.publishing.order import Order, Target
from postwright.publishing.schedule import schedule
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


def order(file: MediaFile) -> Order:
    return Order((file,), "again", {"privacy_level": "SELF_ONLY"})


async def test_scheduling_a_file_while_it_is_announced_for_the_same_account_waits_its_turn(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.publish(account, video)
    file = await service.add(video)

    async def plan() -> None:
        async with service.database.transaction() as session:
            to = [Target(account)]
            await schedule(session, service.workspace_id, to, order(file), actor="test")

    # As a worker does that announces what TikTok fetches: the lanes, and then the files.
    async with service.database.transaction() as session:
        await lanes.lock(session, [account.id])
        planning = asyncio.ensure_future(plan())
        await service.until_somebody_waits_for_a_lock()
        await use(session, service.workspace_id, file.id)
    await planning


async def test_an_announcement_does_not_wait_for_a_webhook_of_the_same_app(
    service: Service, video: Path
) -> None:
    account = await service.connect("private.pia")
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE platform_apps SET audited = false"))
    made = await service.publish(account, video, privacy="SELF_ONLY")
    async with service.database.transaction() as session:
        # What the row of a webhook holds of its app, until it has the lanes and is committed.
        await session.execute(text("SELECT 1 FROM platform_apps FOR KEY SHARE"))
        service.start_worker()
        await service.until(made.publication_id, State.PUBLISHED)
