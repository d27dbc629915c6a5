import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from postwright.db.embedded import EmbeddedDatabaseError, ensure_running, is_running, stop
from postwright.db.embedded.programs import copy_programs, find_programs, run

pytestmark = pytest.mark.slow


def test_the_first_start_makes_a_database_and_the_second_finds_it_running(data_dir: Path) -> None:
    first = ensure_running(data_dir)
    second = ensure_running(data_dir)

    assert is_running(data_dir)
    assert second.pid == first.pid
    engine = create_engine(second.app_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "postwright"
        assert connection.execute(text("SHOW timezone")).scalar() == "UTC"
        assert connection.execute(text("SHOW fsync")).scalar() == "on"
    engine.dispose()


def test_a_stopped_server_starts_again_with_its_data(data_dir: Path) -> None:
    _keep(ensure_running(data_dir).owner_url, "kept")
    stop(data_dir)
    assert not is_running(data_dir)
    stop(data_dir)

    assert _kept(ensure_running(data_dir).owner_url) == ["kept"]


def test_processes_that_start_it_at_the_same_moment_share_one_server(data_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from postwright.db.embedded import ensure_running;"
        "print(ensure_running(Path(sys.argv[1])).pid)"
    )
    processes = [
        subprocess.Popen(  # our own program
            [sys.executable, "-c", program, str(data_dir)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    answers = {process.communicate(timeout=60)[0].strip() for process in processes}

    assert answers == {str(ensure_running(data_dir).pid)}


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(data_dir: Path) -> None:
    server = ensure_running(data_dir / ("long" * 30))
    try:
        with psycopg.connect(server.app_url.replace("+psycopg", "", 1)) as connection:
            folder = Path(connection.info.host)
        assert len(str(folder)) < 90
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        stop(server.data_dir)
    folder.rmdir()


def test_a_folder_name_with_quotes_and_spaces_works(data_dir: Path) -> None:
    odd = data_dir / "it's 100 % of é & #1?"
    try:
        assert _select_one(ensure_running(odd).app_url) == 1
    finally:
        stop(odd)


def test_a_folder_name_that_a_shell_would_read_otherwise_is_refused(data_dir: Path) -> None:
    with pytest.raises(EmbeddedDatabaseError) as caught:
        ensure_running(data_dir / "$(id)")

    assert "$" in caught.value.why
    assert "POSTWRIGHT_DATA_DIR" in caught.value.fix


def test_data_of_another_major_version_are_refused_with_a_way_out(data_dir: Path) -> None:
    ensure_running(data_dir)
    stop(data_dir)
    (data_dir / "cluster" / "PG_VERSION").write_text("16\n")

    with pytest.raises(EmbeddedDatabaseError) as caught:
        ensure_running(data_dir)

    assert "PostgreSQL 16" in caught.value.what
    assert "pg_dump" in caught.value.fix
    assert "POSTWRIGHT_DATABASE_URL" in caught.value.fix


def test_a_server_that_does_not_start_says_what_its_log_says(data_dir: Path) -> None:
    ensure_running(data_dir)
    stop(data_dir)
    with (data_dir / "cluster" / "local.conf").open("a") as file:
        file.write("no_such_setting = 1\n")

    with pytest.raises(EmbeddedDatabaseError) as caught:
        ensure_running(data_dir)

    assert "no_such_setting" in caught.value.why
    assert caught.value.log
    assert "server.log" in caught.value.fix


def test_a_data_folder_that_is_a_file_is_a_clear_error(data_dir: Path) -> None:
    data_dir.write_text("not a folder")

    with pytest.raises(EmbeddedDatabaseError) as caught:
        ensure_running(data_dir)

    assert str(data_dir) in caught.value.what
    assert "POSTWRIGHT_DATA_DIR" in caught.value.fix


def test_an_interrupted_first_start_is_begun_again(data_dir: Path) -> None:
    leftover = data_dir / "cluster.part" / "base"
    leftover.mkdir(parents=True)

    assert _select_one(ensure_running(data_dir).app_url) == 1


def test_a_private_copy_of_the_programs_runs(data_dir: Path) -> None:
    data_dir.mkdir()
    package = find_programs(data_dir, None).parents[1]

    programs = copy_programs(package, data_dir / "programs")

    done = run(programs, None, "initdb", "--version")
    assert done.stdout.startswith("initdb (PostgreSQL) 18")
    assert copy_programs(package, data_dir / "programs") == programs


def _select_one(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        row = connection.execute("SELECT 1").fetchone()
    assert row is not None
    return int(row[0])


def _keep(url: str, value: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        connection.execute("CREATE TABLE things (name text)")
        connection.execute("INSERT INTO things VALUES (%s)", (value,))


def _kept(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM things").fetchall()]
