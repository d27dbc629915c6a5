"""Two worker processes on one PostgreSQL of its own share the work; killing one loses nothing."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from postwright.connections.models import Call
from postwright.publishing.states import State
from postwright.publishing.unrecorded import CODE
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

CREATORS = [f"worker{n}" for n in range(4)]


@pytest.fixture
async def workers(service: Service) -> AsyncGenerator[list[asyncio.subprocess.Process]]:
    """Two processes that know the database by its address only, as on another machine."""
    url = service.settings.database_url
    assert url is not None
    environ = {
        **os.environ,  # noqa: TID251  # what any child gets
        "POSTWRIGHT_DATABASE_URL": url.get_secret_value(),
        "POSTWRIGHT_DATA_DIR": str(service.settings.data_dir),
        "POSTWRIGHT_KEY_FILE": str(service.settings.key_file),
        "POSTWRIGHT_WORKER__LEASE_S": "3",
        "POSTWRIGHT_WORKER__SLOTS": "2",
    }
    started = [
        await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("postwright"),
            "worker",
            env=environ,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout is not None
        assert b"is running" in await process.stdout.readline()
    try:
        yield started
    finally:
        for process in started:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def holders(service: Service) -> set[str]:
    """The workers that announce or send something just now."""
    conninfo = service.database.conninfo
    async with await psycopg.AsyncConnection.connect(conninfo) as connection:
        rows = await connection.execute(
            "SELECT holder FROM lanes WHERE kind = 'start' AND holder IS NOT NULL"
        )
        return {holder for (holder,) in await rows.fetchall()}


async def test_two_processes_share_the_work_and_one_takes_over_from_the_other(
    service: Service, workers: list[asyncio.subprocess.Process], video: Path
) -> None:
    await service.control(
        "POST", "seed", {"apps": [], "creators": [{"username": name} for name in CREATORS]}
    )
    await service.control("PATCH", "settings", {"intake_bytes_per_second": 600_000})
    made = [await service.publish(await service.connect(name), video) for name in CREATORS]
    async with asyncio.timeout(30):
        while len(await holders(service)) < 2:
            await asyncio.sleep(0.02)
    workers[0].send_signal(signal.SIGKILL)
    await workers[0].wait()
    await service.control("PATCH", "settings", {"intake_bytes_per_second": None})
    for publication in made:
        await service.until(publication.publication_id, State.PUBLISHED)
    posts = await service.control.posts()
    assert sorted(post["username"] for post in posts) == CREATORS
    assert workers[1].returncode is None


async def test_an_init_whose_worker_is_killed_before_it_can_note_it_is_in_the_ledger(
    service: Service, workers: list[asyncio.subprocess.Process], video: Path
) -> None:
    account = await service.connect()
    await service.control.fault("video.init", "delay_after", delay_s=6.0)
    made = await service.publish(account, video)
    async with asyncio.timeout(30):
        while not (await service.control("GET", "state"))["uploads"]:
            await asyncio.sleep(0.02)
    (holder,) = await holders(service)
    (killed,) = [each for each in workers if holder.endswith(f":{each.pid}")]
    killed.kill()
    await killed.wait()
    await service.until(made.publication_id, State.PUBLISHED)
    assert len((await service.control("GET", "state"))["uploads"]) == 2
    async with service.database.transaction() as session:
        inits = select(Call).where(Call.operation.in_(("open", "video.init"))).order_by(Call.id)
        found = list(await session.scalars(inits))
    assert [(call.attempt, call.code) for call in found] == [(1, CODE), (2, "ok")]
