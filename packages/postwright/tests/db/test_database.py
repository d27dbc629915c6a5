"""What counts as an outage, which is waited for, and what as a mistake, which is raised."""

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
