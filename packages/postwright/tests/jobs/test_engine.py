"""Each kind of work has slots of its own, and what there is no slot for stays in its lane."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from postwright.jobs import lanes, standing, workers
from postwright.jobs.dispatch import Dispatcher
from postwright.jobs.engine import Engine
from postwright.jobs.lanes import Claim
from tests.factories.installation import PATIENCE_S, Service

pytestmark = pytest.mark.slow

LEASE = timedelta(seconds=30)


async def wake(service: Service, kind: str, number: int) -> None:
    async with service.database.transaction() as session:
        for n in range(number):
            await lanes.wake(session, service.workspace_id, f"{kind}{n}", kind)


@asynccontextmanager
async def working(
    service: Service, runners: dict[str, Callable[[Claim], Awaitable[None]]], slots: int = 2
) -> AsyncGenerator[Engine]:
    engine = Engine(service.database, runners, slots=slots, name="me")
    dispatcher = Dispatcher(service.database, engine, lease=LEASE, poll_s=60)
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(engine.run()), loop.create_task(dispatcher.run())]
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield engine
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(done: Callable[[], bool]) -> None:
    while not done():
        await asyncio.sleep(0.01)


async def test_a_backlog_of_one_kind_does_not_delay_another(service: Service) -> None:
    stuck, went = list[str](), list[str]()

    async def slow(claim: Claim) -> None:
        stuck.append(claim.subject_id)
        await asyncio.Event().wait()

    async def quick(claim: Claim) -> None:
        went.append(claim.subject_id)
        async with service.database.transaction() as session:
            await lanes.release(session, claim.lane_id, claim.fence, None)

    await wake(service, "fix", 20)
    async with working(service, {"fix": slow, "start": quick}) as engine:
        await until(lambda: len(stuck) == 2)
        await wake(service, "start", 5)
        await until(lambda: len(went) == 5 and engine.free_slots("start") == 2)
        assert len(stuck) == 2
        async with service.database.transaction() as session:
            by_kind = {one.kind: one for one in await standing.kinds(session)}
        assert (by_kind["fix"].due, by_kind["fix"].leased) == (18, 2)
        assert "start" not in by_kind


async def test_the_next_one_begins_when_a_slot_is_free_and_not_when_somebody_looks(
    service: Service,
) -> None:
    went = list[str]()

    async def run(claim: Claim) -> None:
        went.append(claim.subject_id)
        async with service.database.transaction() as session:
            await lanes.release(session, claim.lane_id, claim.fence, None)

    await wake(service, "start", 25)
    async with working(service, {"start": run}):
        await until(lambda: len(went) == 25)
    assert len(set(went)) == 25


async def test_what_fails_leaves_its_slot_and_its_lease_runs_out(service: Service) -> None:
    went = list[str]()

    async def run(claim: Claim) -> None:
        went.append(claim.subject_id)
        message = "as it happens"
        raise RuntimeError(message)

    await wake(service, "start", 6)
    async with working(service, {"start": run}) as engine:
        await until(lambda: len(went) == 6)
        await until(lambda: engine.free_slots("start") == 2)
        async with service.database.transaction() as session:
            assert len(await standing.leased(session, limit=10)) == 6


async def test_a_worker_gives_signs_of_life_and_leaves_none(service: Service) -> None:
    async def idle(_: Claim) -> None:
        return

    seen = list[workers.Alive]()

    async def look() -> bool:
        async with service.database.transaction() as session:
            seen[:] = await workers.alive(session)
        return bool(seen)

    async with working(service, {"start": idle}):
        while not await look():
            await asyncio.sleep(0.01)
        assert seen[0].name == "me"
    assert not await look()


async def test_a_worker_that_is_silent_is_taken_for_dead(service: Service) -> None:
    async with service.database.transaction() as session:
        await workers.beat(session, "w", "me", "1", "{}")
        assert await workers.workers_alive(session)
        await session.execute(text("UPDATE workers SET beat_at = beat_at - interval '31 s'"))
        assert not await workers.workers_alive(session)
