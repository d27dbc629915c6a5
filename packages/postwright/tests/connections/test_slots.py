"""A rate limit of n per minute lets n through in any minute, never n + 1."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from postwright.connections import slots
from postwright.connections.slots import Slot
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def take(service: Service, connection_id: str, size: int = 6) -> Slot | timedelta:
    async with service.database.transaction() as session:
        return await slots.take(session, connection_id, "video.init", size)


async def test_twenty_at_once_get_six_slots(service: Service) -> None:
    account = await service.connect()
    got = await asyncio.gather(*(take(service, account.id) for _ in range(20)))
    taken = [slot for slot in got if isinstance(slot, Slot)]
    assert sorted(slot.n for slot in taken) == [1, 2, 3, 4, 5, 6]


async def test_a_slot_is_free_a_minute_after_its_request_ended(service: Service) -> None:
    account = await service.connect()
    slot = await take(service, account.id, size=1)
    assert isinstance(slot, Slot)
    await service.advance(hours=50 / 3600)
    async with service.database.transaction() as session:
        await slots.give_back(session, slot)
    await service.advance(hours=59 / 3600)
    wait = await take(service, account.id, size=1)
    assert isinstance(wait, timedelta)
    assert wait <= timedelta(seconds=1)
    await service.advance(hours=1.1 / 3600)
    assert isinstance(await take(service, account.id, size=1), Slot)


async def test_a_slot_whose_request_never_ended_comes_back_by_itself(service: Service) -> None:
    account = await service.connect()
    await take(service, account.id, size=1)
    await service.advance(hours=61 / 3600)
    assert isinstance(await take(service, account.id, size=1), timedelta)
    await service.advance(hours=61 / 3600)
    assert isinstance(await take(service, account.id, size=1), Slot)


async def test_accounts_do_not_share_slots(service: Service) -> None:
    one, other = await service.connect("demo"), await service.connect("private.pia")
    for _ in range(6):
        await take(service, one.id)
    assert isinstance(await take(service, one.id), timedelta)
    assert isinstance(await take(service, other.id), Slot)


async def test_an_account_that_asks_once_has_one_slot_and_no_more(service: Service) -> None:
    account = await service.connect()
    await take(service, account.id)
    async with service.database.transaction() as session:
        rows = await session.execute(
            text("SELECT count(*) FROM quota_slots WHERE bucket = 'video.init'")
        )
        assert rows.scalar_one() == 1


async def test_a_limit_that_was_lowered_holds_at_once(service: Service) -> None:
    account = await service.connect()
    for _ in range(4):
        assert isinstance(await take(service, account.id), Slot)
    assert isinstance(await take(service, account.id, size=2), timedelta)
