"""What counts as an outage, which is waited for, and what as a mistake, which is raised."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text

from postwright.db.database import Database, DatabaseGone

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("state", ["53100", "53200", "57P01", "25006"])
async def test_a_database_that_is_full_or_read_only_is_waited_for(
    database_url: str, state: str
) -> None:
    database = Database(database_url)
    try:
        with pytest.raises(DatabaseGone, match="database"):
            async with database.transaction() as session:
                await session.execute(
                    text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$")
                )
    finally:
        await database.close()


async def test_a_database_whose_connections_are_all_busy_is_waited_for(database_url: str) -> None:
    database = Database(database_url, pool_size=1, patience_s=0.1)
    try:
        async with database.transaction() as one, database.transaction() as two:
            await one.execute(text("SELECT 1"))
            await two.execute(text("SELECT 1"))
            with pytest.raises(DatabaseGone):
                async with database.transaction() as three:
                    await three.execute(text("SELECT 1"))
    finally:
        await database.close()


async def test_a_restart_between_two_transactions_is_not_noticed(database_url: str) -> None:
    database = Database(database_url, name="restarted")
    try:
        async with database.transaction() as one, database.transaction() as two:
            pids = [await session.scalar(text("SELECT pg_backend_pid()")) for session in (one, two)]
        await _end(database.conninfo, pids)
        async with database.transaction() as one, database.transaction() as two:
            assert await one.scalar(text("SELECT pg_backend_pid()")) not in pids
            assert await two.scalar(text("SELECT pg_backend_pid()")) not in pids
    finally:
        await database.close()


async def _end(conninfo: str, pids: list[int]) -> None:
    """End backends as a server that stops does, and wait until they are gone."""
    there = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
    async with (
        asyncio.timeout(10),
        await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection,
    ):
        await connection.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", [pids])
        while await (await connection.execute(there, [pids])).fetchone() != (0,):
            await asyncio.sleep(0.02)
