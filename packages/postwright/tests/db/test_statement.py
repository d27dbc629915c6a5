"""Statements go to PostgreSQL several at a time, in their order, and all or none."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from postwright.db.database import Database
from postwright.db.statement import Statement
from postwright.workspaces.models import Workspace

pytestmark = pytest.mark.slow

MAKE = Statement("INSERT INTO workspaces (id, name, created_at) VALUES (:id, :id, app_now())")
COUNT = Statement("SELECT count(*) AS them, :id AS name FROM workspaces WHERE id = :id")
REFUSE = Statement("SELECT refuse(:why) FROM workspaces WHERE id = :id", refusal=LookupError)
SLEEP = Statement("SELECT pg_sleep(:seconds)")


@pytest_asyncio.fixture
async def one(database_url: str) -> AsyncGenerator[Database]:
    """A database with one connection, so that each transaction has that of the one before."""
    database = Database(database_url, pool_size=1)
    yield database
    await database.close()


async def make(database: Database, *ids: str, then: Exception | None = None) -> None:
    """Make workspaces in one transaction, which then raises or not."""
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
        for id_ in ids:
            await MAKE.run(session, {"id": id_})
        if then is not None:
            await COUNT.first(session, {"id": ids[0]})
            await MAKE.run(session, {"id": "last"})
            raise then


async def there_are(database: Database, id_: str) -> int:
    async with database.transaction() as session:
        row = await COUNT.first(session, {"id": id_})
    assert row is not None
    assert row.name == id_
    return row.them


async def test_what_nobody_waits_for_is_done_before_all_that_comes_after_it(one: Database) -> None:
    async with one.transaction() as session:
        await MAKE.run(session, {"id": "a"})
        found = await session.scalar(text("SELECT count(*) FROM workspaces WHERE id = 'a'"))
        await MAKE.run(session, {"id": "b"})
        row = await COUNT.first(session, {"id": "b"})
    assert row is not None
    assert (found, row.them) == (1, 1)


async def test_a_commit_takes_along_what_nobody_waited_for(one: Database) -> None:
    async with one.transaction() as session:
        await MAKE.run(session, {"id": "a"})
        coming = await COUNT.ask(session, {"id": "a"})
    assert (await coming.rows())[0].them == 1
    assert await there_are(one, "a") == 1


async def test_one_that_fails_undoes_what_went_with_it_and_the_connection_lives_on(
    one: Database,
) -> None:
    await make(one, "a")
    with pytest.raises(IntegrityError):
        await make(one, "b", "a", "c")
    assert [await there_are(one, each) for each in "abc"] == [1, 0, 0]


async def test_a_transaction_that_raises_has_done_nothing_and_what_it_asked_may_be_asked_again(
    one: Database,
) -> None:
    with pytest.raises(ZeroDivisionError):
        await make(one, "a", then=ZeroDivisionError())
    assert [await there_are(one, each) for each in ("a", "last")] == [0, 0]
    await make(one, "a")
    assert await there_are(one, "a") == 1


async def test_a_wait_that_is_cancelled_ends_at_the_server_and_nothing_is_stored(
    one: Database,
) -> None:
    began = asyncio.Event()

    async def work() -> None:
        async with one.transaction() as session:
            await MAKE.run(session, {"id": "a"})
            await COUNT.first(session, {"id": "a"})
            began.set()
            await SLEEP.first(session, {"seconds": 60})

    working = asyncio.ensure_future(work())
    await began.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert await there_are(one, "a") == 0


async def test_who_is_told_to_stop_stops_though_the_connection_cannot_be_rolled_back(
    one: Database,
) -> None:
    async def work() -> None:
        async with one.transaction() as session:
            await MAKE.run(session, {"id": "a"})
            await COUNT.first(session, {"id": "a"})
            raw = await (await session.connection()).get_raw_connection()
            driver = raw.driver_connection
            assert isinstance(driver, psycopg.AsyncConnection)
            await driver.close()  # as the driver does with one that does not stop
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await work()
    assert await there_are(one, "a") == 0


async def test_what_the_driver_itself_has_begun_is_gone_on_with(one: Database) -> None:
    async with one.transaction() as session:
        await session.execute(
            text("INSERT INTO workspaces (id, name, created_at) VALUES ('a', 'a', app_now())")
        )
        row = await COUNT.first(session, {"id": "a"})
        await MAKE.run(session, {"id": "b"})
    assert row is not None
    assert row.them == 1
    assert [await there_are(one, each) for each in "ab"] == [1, 1]


async def test_a_value_that_cannot_be_given_is_said_where_it_was_asked(one: Database) -> None:
    async with one.transaction() as session:
        with pytest.raises(psycopg.ProgrammingError):
            await MAKE.run(session, {"id": object()})
        await MAKE.run(session, {"id": "a"})
    assert await there_are(one, "a") == 1


async def test_what_fails_without_anything_of_sqlalchemys_is_undone_and_the_connection_lives_on(
    one: Database,
) -> None:
    async def make_only(*ids: str, then: Exception | None = None) -> None:
        async with one.transaction() as session:
            for id_ in ids:
                await MAKE.run(session, {"id": id_})
            if then is not None:
                await COUNT.first(session, {"id": ids[0]})
                raise then

    with pytest.raises(IntegrityError):
        await make_only("a", "a")
    with pytest.raises(ZeroDivisionError):
        await make_only("b", then=ZeroDivisionError())
    assert [await there_are(one, each) for each in "ab"] == [0, 0]


async def test_an_object_that_was_only_added_is_stored(one: Database) -> None:
    async with one.transaction() as session:
        session.add(Workspace(id="a", name="a", created_at=datetime.now(UTC)))
    assert await there_are(one, "a") == 1


async def test_a_session_does_nothing_more_after_its_transaction(one: Database) -> None:
    async with one.transaction() as session:
        await MAKE.run(session, {"id": "a"})
    with pytest.raises(RuntimeError, match="has ended"):
        await COUNT.first(session, {"id": "a"})
    with pytest.raises(RuntimeError, match="has ended"):
        await session.scalar(text("SELECT 1"))
    assert await there_are(one, "a") == 1


@pytest.mark.parametrize("next_is", ["a statement", "one of SQLAlchemy's", "the commit"])
async def test_a_statement_that_refuses_undoes_what_was_done_and_says_why(
    one: Database, next_is: str
) -> None:
    async def refused() -> None:
        async with one.transaction() as session:
            await MAKE.run(session, {"id": "b"})
            await REFUSE.run(session, {"id": "a", "why": "it is there: a"})
            await MAKE.run(session, {"id": "c"})
            if next_is == "a statement":
                await COUNT.first(session, {"id": "c"})
            elif next_is != "the commit":
                await session.execute(text("SELECT 1"))

    await make(one, "a")
    with pytest.raises(LookupError, match="it is there: a"):
        await refused()
    assert [await there_are(one, id_) for id_ in "abc"] == [1, 0, 0]


async def test_a_statement_that_refuses_nothing_changes_nothing(one: Database) -> None:
    async with one.transaction() as session:
        await REFUSE.run(session, {"id": "nobody", "why": "no"})
        await MAKE.run(session, {"id": "d"})
    assert await there_are(one, "d") == 1
