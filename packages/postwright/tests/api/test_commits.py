"""A post is stored as a whole or not at all, and is told to be there only if it is."""

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import text

from postwright.db import embedded
from postwright.db.embedded import EmbeddedServer
from tests.factories.api import served_api
from tests.factories.installation import PATIENCE_S, Service, running_service
from tests.factories.posting import Caller, caller

pytestmark = pytest.mark.slow

TABLES = ("posts", "publications", "post_media", "publication_media", "api_calls", "events")
NAMED = {"Idempotency-Key": "sunset"}
AT_COMMIT = text("""
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'PgSleep'
""")


@contextmanager
def at_commit(server: EmbeddedServer, does: LiteralString) -> Generator[None]:
    """While the block lasts, whatever has made a post does this when it is committed."""
    owner = server.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"""
            CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN {does}; RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON posts
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit();
        """)
    try:
        yield
    finally:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("DROP FUNCTION at_commit CASCADE")


async def stored(service: Service) -> dict[str, int]:
    async with service.database.transaction() as session:
        return {
            table: await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608  # names of ours
            for table in TABLES
        }


async def until_commit(service: Service) -> int:
    """Wait until somebody commits a post; the number of the server's process for it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with service.database.transaction() as session:
                if (pid := await session.scalar(AT_COMMIT)) is not None:
                    return int(pid)
            await asyncio.sleep(0.02)


async def create(me: Caller) -> int:
    answer = await me.ask("POST", "", json=me.body(publishNow=True), headers=NAMED)
    return answer.status_code


async def test_a_post_whose_commit_is_refused_is_a_500_and_leaves_nothing(
    me: Caller, server: EmbeddedServer
) -> None:
    with at_commit(server, "RAISE EXCEPTION 'refused at commit'"):
        answer = await me.ask("POST", "", json=me.body(publishNow=True), headers=NAMED)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert "refused" not in answer.text
        assert set((await stored(me.api.service)).values()) == {0}
    # Nothing of it is in the way of the next one, which has the same name.
    assert await create(me) == 201
    assert (await stored(me.api.service))["posts"] == 1


async def test_a_post_whose_connection_breaks_at_its_commit_leaves_nothing(
    me: Caller, server: EmbeddedServer
) -> None:
    with at_commit(server, "PERFORM pg_sleep(600)"):
        first = asyncio.create_task(create(me))
        pid = await until_commit(me.api.service)
        async with me.api.service.database.transaction() as session:
            await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        assert await first in {500, 503}
        assert set((await stored(me.api.service)).values()) == {0}
    assert await create(me) == 201


async def test_a_post_at_whose_commit_the_database_dies_leaves_nothing(
    own_server: EmbeddedServer, video: Path, tmp_path: Path
) -> None:
    async with running_service(own_server.app_url, tmp_path) as service, served_api(service) as api:
        me = await caller(api, video)
        with at_commit(own_server, "PERFORM pg_sleep(600)"):
            first = asyncio.create_task(create(me))
            await until_commit(service)
            running = await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
            os.kill(running.pid, signal.SIGKILL)
            assert await first in {500, 503}
            await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
        assert set((await stored(service)).values()) == {0}
        assert await create(me) == 201
        assert (await stored(service))["posts"] == 1
