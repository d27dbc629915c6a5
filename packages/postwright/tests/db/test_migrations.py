"""The migrations make the tables that the code speaks of, and rights that hold."""

import subprocess
import sys

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

import postwright.alerts.models
import postwright.connections.models
import postwright.db.installation
import postwright.jobs.lanes
import postwright.jobs.workers
import postwright.media.models
import postwright.posts.models
import postwright.publishing.inbox.models
import postwright.publishing.models
import postwright.workspaces.models
from postwright.db.base import Base
from postwright.db.embedded import EmbeddedServer
from postwright.db.migrate import DatabaseUnfit, migrate

pytestmark = pytest.mark.slow

TABLES = (
    postwright.alerts.models,
    postwright.connections.models,
    postwright.db.installation,
    postwright.jobs.lanes,
    postwright.jobs.workers,
    postwright.media.models,
    postwright.posts.models,
    postwright.publishing.inbox.models,
    postwright.publishing.models,
    postwright.workspaces.models,
)


def ours(item: object, name: str | None, kind: str, *_: object) -> bool:
    """The job engine's tables and the clock are not the code's."""
    return kind != "table" or not str(name).startswith(("procrastinate", "app_clock"))


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def test_the_tables_are_the_ones_the_code_speaks_of(
    server: EmbeddedServer, database_url: str
) -> None:
    assert database_url
    engine = create_engine(server.owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": ours},
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


@pytest.mark.parametrize("table", ["calls", "audit_log"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET at = at", "TRUNCATE {}"])
def test_the_ledgers_only_grow_for_the_application_and_for_the_owner(
    server: EmbeddedServer, database_url: str, table: str, change: str
) -> None:
    for url in (database_url, server.owner_url):
        with (
            psycopg.connect(plain(url)) as connection,
            pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)),
        ):
            connection.execute(change.format(table).encode())


def test_a_process_that_only_works_knows_all_the_tables_it_refers_to() -> None:
    script = """
import postwright.worker
from postwright.db.base import Base
Base.metadata.sorted_tables
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_the_clock_cannot_be_moved_outside_of_tests(database_url: str) -> None:
    with (
        psycopg.connect(plain(database_url)) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute("UPDATE app_clock SET ahead = '1 hour'")


def test_a_database_of_a_newer_version_is_refused(
    server: EmbeddedServer, database_url: str
) -> None:
    assert database_url
    with psycopg.connect(plain(server.owner_url)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnfit, match="newer Postwright"):
        migrate(server.owner_url)


def test_down_and_up_again_gives_the_same_tables(server: EmbeddedServer, database_url: str) -> None:
    assert database_url
    with psycopg.connect(plain(server.owner_url)) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    migrate(server.owner_url, app_role="postwright")
    with psycopg.connect(plain(database_url)) as connection:
        assert connection.execute("SELECT count(*) FROM lanes").fetchone() == (0,)
