"""A copy of the data is in doubt until a person confirms it; what is no copy never is."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from postwright.db import guard
from postwright.db.database import Database
from postwright.db.embedded import EmbeddedServer
from postwright.db.guard import Place
from postwright.db.memory import Memory, Seen

pytestmark = pytest.mark.slow


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    made = Database(database_url)
    yield made
    await made.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """One whose files are out of reach, as on a server elsewhere."""
    return Place(None, Memory(tmp_path / "memory.json"))


async def look(database: Database, place: Place) -> guard.Looked:
    async with database.transaction() as session:
        return await guard.look(session, place)


async def doubt(database: Database) -> str:
    async with database.transaction() as session:
        why = await guard.doubt(session)
        assert await session.scalar(text("SELECT installation_in_doubt()")) is bool(why)
        return why


async def confirm(database: Database, place: Place, *, restored: bool = False) -> int:
    async with database.transaction() as session:
        return await guard.confirm(session, place, restored=restored)


def as_owner(server: EmbeddedServer, *statements: str) -> None:
    url = server.owner_url.replace("+psycopg", "", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


async def test_the_first_look_notes_where_it_is_and_the_next_ones_find_it_there(
    database: Database, place: Place
) -> None:
    assert await doubt(database) == ""
    first = await look(database, place)
    assert (first.epoch, first.doubt) == (1, "")
    assert await look(database, place) == first
    assert await doubt(database) == ""


async def test_two_first_looks_at_once_agree(database: Database, place: Place) -> None:
    looks = await asyncio.gather(*(look(database, place) for _ in range(5)))
    assert len({looked.installation_id for looked in looks}) == 1
    assert {looked.doubt for looked in looks} == {""}


class Shared(Memory):
    """The memory of a machine on which another process looks whenever this one recalls."""

    url = ""

    def recall(self, installation_id: str) -> Seen | None:
        known = Memory.recall(self, installation_id)
        if known is not None:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("CREATE TEMPORARY TABLE goes_on AS SELECT 1")
                row = connection.execute("SELECT installation_position()").fetchone()
            assert row is not None
            known = replace(known, position=int(row[0]))
        return known


async def test_a_process_that_looks_at_the_same_time_makes_no_copy_of_it(
    database: Database, tmp_path: Path
) -> None:
    memory = Shared(tmp_path / "memory.json")
    Shared.url = database.conninfo
    place = Place(None, memory)
    await look(database, place)
    assert (await look(database, place)).doubt == ""


async def test_contents_that_were_loaded_again_are_in_doubt_at_once_and_stay_so(
    database: Database, place: Place
) -> None:
    await look(database, place)
    # What a restore into the same database does to the row.
    async with database.transaction() as session:
        await session.execute(text("CREATE TEMP TABLE saved AS SELECT * FROM installation"))
        await session.execute(text("DELETE FROM installation"))
        await session.execute(text("INSERT INTO installation SELECT * FROM saved"))
        await session.execute(text("DROP TABLE saved"))
    assert "loaded from a backup" in await doubt(database)
    found = await look(database, place)
    assert found.is_new
    assert "loaded from a backup" in found.doubt
    again = await look(database, place)
    assert (again.is_new, again.doubt) == (False, found.doubt)


@pytest.mark.parametrize("upkeep", ["VACUUM FREEZE installation", "VACUUM FULL installation"])
async def test_upkeep_of_the_table_is_no_copy(
    server: EmbeddedServer, database: Database, place: Place, upkeep: str
) -> None:
    await look(database, place)
    as_owner(server, upkeep, "ANALYZE installation", "REINDEX TABLE installation")
    assert (await look(database, place)).doubt == ""


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("cluster", '"1"', "another database server"),
        ("timeline", '"00000009"', "a stand-by took its place"),
        ("database", "1", "made as a copy"),
    ],
)
async def test_another_server_timeline_or_database_is_in_doubt(
    database: Database, place: Place, key: str, value: str, says: str
) -> None:
    await look(database, place)
    async with database.transaction() as session:
        await session.execute(
            text(
                "UPDATE installation SET marks = jsonb_set(marks, ARRAY['server', :key],"
                " CAST(:value AS jsonb)) || jsonb_build_object('written',"
                " pg_current_xact_id()::text::numeric)"
            ),
            {"key": key, "value": value},
        )
    assert says in await doubt(database)
    assert (await look(database, place)).is_new


async def test_a_log_that_has_gone_back_is_in_doubt(database: Database, place: Place) -> None:
    first = await look(database, place)
    known = place.memory.recall(first.installation_id)
    assert known is not None
    ahead = type(known)(known.epoch, known.cluster, known.timeline, known.position + 10**12)
    place.memory.note(first.installation_id, ahead)
    found = await look(database, place)
    assert "gone back in time" in found.doubt
    assert await doubt(database) == found.doubt


async def test_a_confirmed_copy_goes_on_with_a_new_epoch(database: Database, place: Place) -> None:
    first = await look(database, place)
    async with database.transaction() as session:
        assert await guard.say(session, "A person said so.")
        assert not await guard.say(session, "Again.")
    assert await doubt(database) == "A person said so."
    assert await confirm(database, place, restored=True) == 2
    assert await doubt(database) == ""
    found = await look(database, place)
    assert (found.installation_id, found.epoch, found.doubt) == (first.installation_id, 2, "")


async def test_an_old_copy_that_comes_back_finds_that_a_later_one_was_confirmed(
    database: Database, place: Place
) -> None:
    first = await look(database, place)
    known = place.memory.recall(first.installation_id)
    assert known is not None
    place.memory.note(first.installation_id, type(known)(2, "other", "00000001", 5))
    assert "later copy" in (await look(database, place)).doubt
