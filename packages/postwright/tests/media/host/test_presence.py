"""Whether a media host serves, as workers know it: at once when one comes, goes, or is killed."""

import asyncio
import os
import signal
import sys

import psycopg
import pytest
from sqlalchemy import make_url

from postwright.db.database import Database
from postwright.db.embedded import EmbeddedServer
from postwright.media.host.presence import Presence, present
from tests.factories.installation import PATIENCE_S
from tests.factories.mediahost import Site

pytestmark = pytest.mark.slow

_OTHER_PROCESS = """
import asyncio, sys
from postwright.media.host.presence import present

async def main():
    async with present(sys.argv[1]):
        print("present", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
_END_THEM = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_locks
    WHERE locktype = 'advisory' AND mode = 'ShareLock'
"""


async def is_there(database: Database) -> bool:
    """As who has not looked yet."""
    async with database.transaction() as session:
        return await Presence().is_there(session)


async def until(database: Database, *, there: bool) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await is_there(database) is not there:
            await asyncio.sleep(0.02)


@pytest.fixture
def database(site: Site) -> Database:
    return site.database


async def test_it_is_there_while_it_serves(database: Database) -> None:
    assert not await is_there(database)
    async with present(database.conninfo):
        assert await is_there(database)
    await until(database, there=False)


async def test_it_goes_before_it_has_stopped_serving(database: Database) -> None:
    async with present(database.conninfo) as leave:
        leave()
        await until(database, there=False)


async def test_of_two_one_is_enough(database: Database) -> None:
    async with present(database.conninfo):
        async with present(database.conninfo):
            assert await is_there(database)
        async with database.transaction() as session:
            assert await Presence().is_there(session)


async def test_one_that_was_there_a_moment_ago_is_not_looked_for_again(
    database: Database,
) -> None:
    now = 0.0
    presence = Presence(clock=lambda: now)
    async with present(database.conninfo), database.transaction() as session:
        assert await presence.is_there(session)
    await until(database, there=False)
    async with database.transaction() as session:
        now = 0.9
        assert await presence.is_there(session)
        now = 1.1
        assert not await presence.is_there(session)


async def test_a_killed_one_is_missed(database: Database) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _OTHER_PROCESS, database.conninfo), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"present\n"
    assert await is_there(database)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await until(database, there=False)


async def test_it_is_back_by_itself_when_its_connection_was_ended(database: Database) -> None:
    async with present(database.conninfo):
        async with await psycopg.AsyncConnection.connect(database.conninfo) as connection:
            ended = await (await connection.execute(_END_THEM)).fetchone()
        assert ended == (1,)
        await until(database, there=True)


async def test_one_of_another_database_of_the_same_server_is_not_meant(
    own_server: EmbeddedServer,
) -> None:
    with (own_server.data_dir / "cluster" / "pg_hba.conf").open("a") as file:
        file.write("local postgres postwright scram-sha-256\n")
    os.kill(own_server.pid, signal.SIGHUP)
    ours = Database(own_server.app_url)
    url = make_url(ours.url).set(database="postgres").render_as_string(hide_password=False)
    others = Database(url)
    try:
        async with present(ours.conninfo):
            await until(ours, there=True)
            assert not await is_there(others)
        async with present(others.conninfo):
            assert await is_there(others)
            await until(ours, there=False)
    finally:
        await others.close()
        await ours.close()


async def test_it_begins_without_a_database() -> None:
    async with asyncio.timeout(PATIENCE_S):
        async with present("postgresql://nobody@127.0.0.1:1/nothing"):
            pass
