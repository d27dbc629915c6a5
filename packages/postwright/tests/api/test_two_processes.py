"""Two web processes over one database, each on its own: the same call to both is one post."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.factories.installation import PATIENCE_S, Service
from tests.factories.posting import Caller

pytestmark = pytest.mark.slow

ROUNDS = 3
WAITS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


@dataclass(slots=True)
class Web:
    """A process that serves the API."""

    process: asyncio.subprocess.Process
    http: httpx2.AsyncClient

    async def create(self, me: Caller, body: dict[str, Any], **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): said for name, said in headers.items()}
        authorized = {"Authorization": f"Bearer {me.key}", **named}
        return await self.http.post("/v1/posts", json=body, headers=authorized)


@asynccontextmanager
async def web(service: Service) -> AsyncGenerator[Web]:
    """A process that knows the database by its address only, as on another machine."""
    url, tiktok = service.settings.database_url, service.settings.tiktok
    assert url is not None
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("postwright"),
        "web",
        "--json",
        env={
            **os.environ,  # noqa: TID251  # what any child gets
            "POSTWRIGHT_DATABASE_URL": url.get_secret_value(),
            "POSTWRIGHT_DATA_DIR": str(service.settings.data_dir),
            "POSTWRIGHT_KEY_FILE": str(service.settings.key_file),
            "POSTWRIGHT_TIKTOK__BASE_URL": tiktok.base_url,
            "POSTWRIGHT_WEB__PORT": "0",
        },
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        ready = json.loads(await process.stdout.readline())
        async with httpx2.AsyncClient(base_url=ready["address"], timeout=PATIENCE_S) as http:
            yield Web(process, http)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def two(service: Service) -> AsyncGenerator[tuple[Web, Web]]:
    async with AsyncExitStack() as stack:
        first, second = await asyncio.gather(
            *(stack.enter_async_context(web(service)) for _ in range(2))
        )
        yield first, second


async def posts(service: Service) -> int:
    async with service.database.transaction() as session:
        return await session.scalar(text("SELECT count(*) FROM posts")) or 0


async def test_the_same_name_at_once_is_one_post_and_one_answer(
    me: Caller, two: tuple[Web, Web]
) -> None:
    assert two[0].process.pid != two[1].process.pid
    for name in ("Idempotency_Key", "X_Request_Id"):
        for n in range(ROUNDS):
            before = await posts(me.api.service)
            body = me.body(publishNow=True, content=f"{name} {n}")
            answers = await asyncio.gather(
                *(each.create(me, body, **{name: f"call-{n}"}) for each in (*two, *two))
            )
            assert {answer.status_code for answer in answers} == {201}
            assert len({answer.text for answer in answers}) == 1
            replayed = [answer.headers.get("Idempotency-Replayed") for answer in answers]
            assert replayed.count(None) == 1
            assert await posts(me.api.service) == before + 1


async def test_who_comes_while_the_first_is_at_work_waits_for_its_answer(
    me: Caller, two: tuple[Web, Web]
) -> None:
    body, service = me.body(publishNow=True), me.api.service
    async with service.database.transaction() as session:
        await session.execute(text("LOCK TABLE posts IN EXCLUSIVE MODE"))
        calls = [asyncio.create_task(each.create(me, body, Idempotency_Key="k")) for each in two]
        await until_waiting(service, 2)
        assert not any(call.done() for call in calls)
    first, second = await asyncio.gather(*calls)
    assert (first.status_code, first.text) == (201, second.text)
    assert await posts(service) == 1


async def test_who_repeats_what_a_killed_process_had_begun_gets_one_post(
    me: Caller, two: tuple[Web, Web]
) -> None:
    body, service = me.body(publishNow=True), me.api.service
    async with service.database.transaction() as session:
        await session.execute(text("LOCK TABLE posts IN EXCLUSIVE MODE"))
        lost = asyncio.create_task(two[0].create(me, body, Idempotency_Key="k"))
        await until_waiting(service, 1)
        two[0].process.kill()
        with pytest.raises(httpx2.TransportError):
            await lost
        again = asyncio.create_task(two[1].create(me, body, Idempotency_Key="k"))
        await until_waiting(service, 2)
    assert (await again).status_code == 201
    assert await posts(service) == 1


async def until_waiting(service: Service, count: int) -> None:
    """Wait until so many statements wait for locks."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with service.database.transaction() as session:
                if await session.scalar(WAITS) == count:
                    return
            await asyncio.sleep(0.02)
