"""Each way in which people copy and restore their data ends in doubt; what is no copy does not."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest

from postwright.db import guard
from postwright.db.database import Database
from postwright.db.embedded import EmbeddedServer
from postwright.db.embedded.folder import SOCKET_PORT, socket_folder
from postwright.db.guard import Looked, Place
from postwright.db.memory import Memory
from tests.factories.datafolder import copy, made_once, place_of_copies, program, start, stop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made() -> Generator[Path]:
    with made_once() as data_dir:
        yield data_dir


@pytest.fixture
def folder(made: Path) -> Generator[Path]:
    """With `data`, whose installation nobody has looked at yet."""
    with place_of_copies(made) as name:
        yield name


async def look(data_dir: Path, *, address: str = "") -> Looked:
    """As a worker does that finds its database there, or, given an address, in some server."""
    server = start(data_dir)
    # Beside the master key, which is not in the data folder.
    memory = Memory(data_dir.parent / "key.json")
    cluster = None if address else data_dir / "postgres" / "cluster"
    database = Database(server.app_url)
    try:
        async with database.transaction() as session:
            return await guard.look(session, Place(cluster, memory, address))
    finally:
        await database.close()


def write(server: EmbeddedServer) -> None:
    """Whatever a day brings: the server's log goes on."""
    with psycopg.connect(server.owner_url.replace("+psycopg", "", 1), autocommit=True) as database:
        database.execute("CREATE TABLE a_day AS SELECT generate_series(1, 1000) AS n")


async def test_of_a_folder_that_was_copied_while_it_was_stopped_the_copy_is_in_doubt(
    folder: Path,
) -> None:
    data, other = folder / "data", folder / "copy"
    assert (await look(data)).doubt == ""
    stop(data)
    copy(data, other)
    # Both are started, in either order.
    assert str(other) in (await look(other)).doubt
    assert (await look(data)).doubt == ""


async def test_of_a_folder_that_was_copied_while_it_ran_the_copy_is_in_doubt(
    folder: Path,
) -> None:
    data, other = folder / "data", folder / "copy"
    assert (await look(data)).doubt == ""
    copy(data, other)
    # What the running one has left in it about itself keeps neither of them from running.
    assert str(other) in (await look(other)).doubt
    assert (await look(data)).doubt == ""


async def test_an_older_copy_that_was_put_back_over_the_data_is_in_doubt(folder: Path) -> None:
    data, older = folder / "data", folder / "older"
    assert (await look(data)).doubt == ""
    stop(data)
    copy(data, older)
    write(start(data))
    assert (await look(data)).doubt == ""
    stop(data)
    shutil.rmtree(data)
    copy(older, data)
    said = (await look(data)).doubt
    assert "are copies of those that were there" in said or "gone back in time" in said


async def test_the_first_files_are_no_copy_when_they_come_back(folder: Path) -> None:
    data, older = folder / "data", folder / "older"
    assert (await look(data)).doubt == ""
    stop(data)
    data.rename(older)
    copy(older, data)
    assert "copies of those" in (await look(data)).doubt
    stop(data)
    shutil.rmtree(data)
    older.rename(data)
    assert (await look(data)).doubt == ""


@pytest.mark.parametrize("archive", ["custom", "tar"])
async def test_a_dump_that_was_restored_into_another_server_is_in_doubt(
    folder: Path, made: Path, archive: str
) -> None:
    data, other = folder / "data", folder / "other"
    assert (await look(data)).doubt == ""
    saved = program(data, "pg_dump", start(data).owner_url, f"--format={archive}")
    copy(made, other)
    program(other, "pg_restore", start(other).owner_url, "--clean", "--if-exists", given=saved)
    assert (await look(other)).doubt
    assert (await look(data)).doubt == ""


async def test_a_copied_folder_that_is_served_by_an_address_is_in_doubt(folder: Path) -> None:
    data, other = folder / "data", folder / "copy"
    assert (await look(data)).doubt == ""
    # By the address of its own server it is what it was.
    assert (await look(data, address=str(socket_folder(data / "postgres")))).doubt == ""
    stop(data)
    copy(data, other)
    elsewhere = await look(other, address=str(socket_folder(other / "postgres")))
    assert "cannot be seen" in elsewhere.doubt


def set_locally(data_dir: Path, line: str) -> None:
    with (data_dir / "postgres" / "cluster" / "local.conf").open("a") as settings:
        settings.write(line + "\n")


def give_to_the_server(file: Path, cluster: Path) -> None:
    owner = cluster.stat()
    for path in (file, *file.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


def base_backup(data_dir: Path, to: Path) -> None:
    """`pg_basebackup` of a server that its owner has opened to it."""
    cluster = data_dir / "postgres" / "cluster"
    set_locally(data_dir, "max_wal_senders = 2")
    rules = cluster / "backup_hba.conf"
    set_locally(data_dir, f"hba_file = '{rules}'")
    rules.write_text((cluster / "pg_hba.conf").read_text() + "local replication postgres trust\n")
    give_to_the_server(rules, cluster)
    start(data_dir)
    shutil.rmtree(to)
    socket = socket_folder(data_dir / "postgres")
    url = f"host={socket} port={SOCKET_PORT} user=postgres"
    program(data_dir, "pg_basebackup", url, f"--pgdata={to}", "--checkpoint=fast")
    give_to_the_server(to, cluster)


async def test_a_base_backup_is_in_doubt_and_its_original_is_not(folder: Path, made: Path) -> None:
    data, other = folder / "data", folder / "other"
    assert (await look(data)).doubt == ""
    stop(data)
    copy(made, other)
    base_backup(data, other / "postgres" / "cluster")
    assert str(other) in (await look(other)).doubt
    assert (await look(data)).doubt == ""


async def test_a_restore_to_a_point_in_time_is_in_doubt(folder: Path) -> None:
    data = folder / "data"
    assert (await look(data)).doubt == ""
    stop(data)
    # Recovery from an archive that has nothing more: at its end the server begins a new timeline.
    set_locally(data, "restore_command = 'false'")
    set_locally(data, "hot_standby = off")  # who asks waits for its end
    cluster = data / "postgres" / "cluster"
    signal = cluster / "recovery.signal"
    signal.touch()
    give_to_the_server(signal, cluster)
    assert "restored to an earlier time" in (await look(data)).doubt
    assert not signal.exists()


async def test_a_server_that_was_killed_and_started_again_is_no_copy(folder: Path) -> None:
    data = folder / "data"
    assert (await look(data)).doubt == ""
    for mode in ("immediate", "fast"):
        stop(data, mode=mode)
        assert (await look(data)).doubt == ""
