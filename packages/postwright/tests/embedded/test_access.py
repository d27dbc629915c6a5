import os
from pathlib import Path

import psutil
import psycopg
import pytest

from postwright.db.embedded import ensure_running, other_clients

from .conftest import Connect

pytestmark = pytest.mark.slow


def test_the_application_and_the_owner_are_no_superusers(running: Path, connect: Connect) -> None:
    server = ensure_running(running)
    query = """
        SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
        FROM pg_roles WHERE rolname = current_user
    """

    assert connect(server.app_url).execute(query).fetchone() == (False,) * 5
    assert connect(server.owner_url).execute(query).fetchone() == (False,) * 5


def test_the_application_can_make_no_tables_and_the_owner_can(
    running: Path, connect: Connect
) -> None:
    server = ensure_running(running)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect(server.app_url).execute("CREATE TABLE mine (n int)")
    connect(server.owner_url).execute("CREATE TABLE ours (n int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect(server.app_url).execute("SELECT * FROM ours")


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_refused(running: Path, connect: Connect, password: str) -> None:
    server = ensure_running(running)

    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(server.app_url, password=password)


@pytest.mark.parametrize(
    ("role", "database"), [("postgres", "postgres"), ("postgres", "postwright"), ("root", "root")]
)
def test_nobody_but_the_two_roles_may_connect(
    running: Path, connect: Connect, role: str, database: str
) -> None:
    server = ensure_running(running)

    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        connect(server.app_url, user=role, dbname=database)


def test_socket_files_and_passwords_are_closed_to_others(running: Path, connect: Connect) -> None:
    server = ensure_running(running)
    socket_folder = Path(connect(server.app_url).info.host)

    assert socket_folder.stat().st_mode & 0o777 == 0o700
    assert (running / "cluster").stat().st_mode & 0o777 == 0o700
    assert (running / "passwords.json").stat().st_mode & 0o777 == 0o600
    assert running.stat().st_mode & 0o007 == 0


def test_the_server_is_not_root_and_listens_to_no_network(running: Path) -> None:
    process = psutil.Process(ensure_running(running).pid)

    assert process.uids().real != 0
    assert process.uids().real == (running / "cluster").stat().st_uid
    assert process.net_connections(kind="inet") == []


def test_passwords_do_not_show_in_the_repr(running: Path) -> None:
    server = ensure_running(running)

    assert "postgresql" not in repr(server)
    assert str(os.getpid()) in server.app_url


def test_other_clients_are_counted_and_our_own_connections_are_not(
    running: Path, connect: Connect
) -> None:
    server = ensure_running(running)
    connect(server.app_url)
    connect(server.owner_url)
    assert other_clients(server) == 0

    stranger = connect(server.owner_url, application_name="postwright-1")
    assert other_clients(server) == 1

    stranger.close()
    deadline = 100
    while other_clients(server) and deadline:
        deadline -= 1
    assert deadline
