"""The migrations make the tables that the code speaks of, and rights that hold."""

import subprocess
import sys

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
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
from postwright.db.migrate import DatabaseUnfit, migrate, scripts, versions

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
    """No model speaks of the clock."""
    return kind != "table" or name != "app_clock"


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


# Some of what the queue of earlier versions consisted of: each sort of thing, and what needs what.
QUEUE = """
CREATE TYPE procrastinate_job_status AS ENUM ('todo', 'doing');
CREATE TYPE procrastinate_job_to_defer_v1 AS (queue_name character varying, args jsonb);
CREATE TABLE procrastinate_workers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE TABLE procrastinate_jobs (
    id bigserial PRIMARY KEY,
    status procrastinate_job_status DEFAULT 'todo' NOT NULL,
    worker_id bigint REFERENCES procrastinate_workers (id)
);
CREATE INDEX idx_procrastinate_jobs_worker ON procrastinate_jobs (worker_id);
CREATE FUNCTION procrastinate_defer_jobs_v1(jobs procrastinate_job_to_defer_v1[])
    RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY[1::bigint] $$;
CREATE FUNCTION procrastinate_fetch_job_v2(target text[]) RETURNS procrastinate_jobs
    LANGUAGE sql AS $$ SELECT * FROM procrastinate_jobs LIMIT 1 $$;
CREATE FUNCTION procrastinate_notify_v1() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER procrastinate_jobs_notify_v1 AFTER INSERT ON procrastinate_jobs
    FOR EACH ROW EXECUTE FUNCTION procrastinate_notify_v1();
INSERT INTO procrastinate_jobs DEFAULT VALUES;
"""
LEFT_OF_THE_QUEUE = """
SELECT relname FROM pg_class WHERE relname LIKE '%procrastinate%'
UNION ALL SELECT typname FROM pg_type WHERE typname LIKE '%procrastinate%'
UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE '%procrastinate%'
"""


def test_the_tables_are_the_ones_the_code_speaks_of(
    server: EmbeddedServer, database_url: str
) -> None:
    assert database_url
    assert _differences(server.owner_url) == []


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


def test_the_queue_of_earlier_versions_is_cleared_away(
    server: EmbeddedServer, database_url: str
) -> None:
    assert database_url
    owner = plain(server.owner_url)
    with psycopg.connect(owner) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    _migrate_to(server.owner_url, "0002")
    with psycopg.connect(owner) as connection:
        connection.execute(QUEUE)
        assert connection.execute(LEFT_OF_THE_QUEUE).fetchall()
    migrate(server.owner_url, app_role="postwright")
    with psycopg.connect(owner) as connection:
        assert connection.execute(LEFT_OF_THE_QUEUE).fetchall() == []
        assert connection.execute("SELECT count(*) FROM workers").fetchone() == (0,)


def test_in_a_new_database_a_queue_is_somebody_elses(
    server: EmbeddedServer, database_url: str
) -> None:
    assert database_url
    owner = plain(server.owner_url)
    with psycopg.connect(owner) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute(QUEUE)
    migrate(server.owner_url, app_role="postwright")
    with psycopg.connect(owner) as connection:
        assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)


def test_down_and_up_again_gives_the_same_tables(server: EmbeddedServer, database_url: str) -> None:
    assert database_url
    _migrate_to(server.owner_url, "0001")
    migrate(server.owner_url, app_role="postwright")
    assert _differences(server.owner_url) == []


def _differences(owner_url: str) -> list[object]:
    """Between the tables that are there and those that the code speaks of."""
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    return differences


def _migrate_to(owner_url: str, revision: str) -> None:
    """Forwards or back, to a version that is not the newest."""
    config = Config()
    config.set_main_option("script_location", str(scripts()))
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        now = MigrationContext.configure(connection).get_current_revision() or ""
        (command.downgrade if now > revision else command.upgrade)(config, revision)
        connection.commit()
    engine.dispose()


def test_the_files_are_named_by_their_versions_in_the_order_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(scripts()))
    known = ScriptDirectory.from_config(config).walk_revisions()
    assert [script.revision for script in known][::-1] == versions()
