"""Brings a database to this version's tables, and gives the application its rights on them."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError as BadUrl
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from postwright.db.database import gone, is_outage, normalised
from postwright.errors import Misconfigured

# One number for all, so that two processes that start at once do not migrate at once.
_LOCK = 7_041_776_001
_APPEND_ONLY = ("calls", "audit_log")
_OLDEST = 150_000


class DatabaseUnfit(Misconfigured):
    """The database is there but cannot be used."""

    code = "database_unfit"


def scripts() -> Path:
    """Where the migrations are: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent.parent / "migrations"


@cache
def newest_version() -> str:
    """The version of the tables that this program works with."""
    return versions()[-1]


def versions() -> list[str]:
    """The versions of the tables, oldest first: what the migrations' file names begin with."""
    files = (scripts() / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def migrate(owner_url: str, *, app_role: str | None = None) -> None:
    """Upgrade to the newest tables. Does nothing, quickly, when they are there.

    Args:
        owner_url: address of the role that owns the tables.
        app_role: another role that the application uses; it gets no UPDATE or DELETE on the
            ledgers.

    Raises:
        DatabaseGone: it cannot be reached.
        DatabaseUnfit: it is too old, or was made by a newer Postwright.
    """
    owner_url = normalised(owner_url)
    try:
        engine = create_engine(
            owner_url, connect_args={"connect_timeout": 10}, hide_parameters=True
        )
    except (BadUrl, NoSuchModuleError):
        raise DatabaseUnfit(
            "POSTWRIGHT_DATABASE_URL is not the address of a PostgreSQL.",
            why="It should look like postgresql://user:password@host:5432/name",
            fix="Correct it, or unset it to use the embedded database.",
        ) from None
    try:
        with engine.connect() as connection:
            _check_version(connection)
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.commit()
            try:
                _upgrade(connection)
                if app_role is not None and app_role != make_url(owner_url).username:
                    _grant(connection, app_role)
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
                connection.commit()
    except DBAPIError as error:
        if is_outage(error):
            raise gone(owner_url, error) from error
        raise
    finally:
        engine.dispose()


def _check_version(connection: Connection) -> None:
    version = connection.execute(text("SHOW server_version_num")).scalar_one()
    if int(version) < _OLDEST:
        raise DatabaseUnfit(
            f"The database is PostgreSQL {int(version) // 10_000}; 15 or newer is needed.",
            fix="Use a newer server, or unset POSTWRIGHT_DATABASE_URL for the embedded one.",
        )


def _upgrade(connection: Connection) -> None:
    known = versions()
    current = _version(connection)
    connection.commit()
    if current == known[-1]:
        return
    if current is not None and current not in known:
        raise DatabaseUnfit(
            "The database was made by a newer Postwright.",
            why=f"It is at version {current}, which this program does not know.",
            fix="Upgrade Postwright, or point it at another database or data folder.",
        )
    # Most commands find nothing to do, and begin sooner without it.
    from alembic import command  # noqa: PLC0415  # see above
    from alembic.config import Config  # noqa: PLC0415  # as above

    config = Config()
    config.set_main_option("script_location", str(scripts()))
    config.attributes["connection"] = connection
    config.attributes["made_before"] = current is not None
    command.upgrade(config, "head")
    connection.commit()


def _version(connection: Connection) -> str | None:
    """What the tables are at; None before they are made."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def _grant(connection: Connection, role: str) -> None:
    name = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(_APPEND_ONLY)} FROM {name}",
    ):
        connection.execute(text(statement))
    connection.commit()
