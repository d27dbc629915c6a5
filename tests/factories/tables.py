"""Migrated tables with nothing in them: made once per server, then emptied."""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row

from postwright.db.embedded import EmbeddedServer
from postwright.db.migrate import migrate

# What the tables and functions are; it changes with whatever changes them, not with their rows.
_SHAPE = """
WITH ours AS (
    SELECT oid, relname, relkind, relacl FROM pg_class
    WHERE relnamespace = to_regnamespace('public')
), parts (part) AS (
    SELECT concat_ws(' ', oid, relname, relacl) FROM ours
    UNION ALL SELECT concat_ws(' ', attrelid, attnum, pg_attribute.xmin) FROM pg_attribute
        JOIN ours ON ours.oid = attrelid WHERE relkind = 'r'
    UNION ALL SELECT concat_ws(' ', oid, xmin) FROM pg_proc
        WHERE pronamespace = to_regnamespace('public')
    UNION ALL SELECT concat_ws(' ', oid, xmin) FROM pg_constraint
        WHERE connamespace = to_regnamespace('public')
    UNION ALL SELECT concat_ws(' ', pg_trigger.oid, tgname, tgenabled) FROM pg_trigger
        JOIN ours ON ours.oid = tgrelid
    UNION ALL SELECT version_num FROM alembic_version
)
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM parts
"""
_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('public') AND relkind = 'r'
    AND relname NOT IN ('alembic_version', 'app_clock')
"""

# Address of a server: the shape of the tables as the migrations made them.
_made = dict[str, str]()


def empty_tables(server: EmbeddedServer) -> None:
    """Give the server's database new tables, or empty ones if they are as they were made."""
    with psycopg.connect(
        server.owner_url.replace("postgresql+psycopg", "postgresql"),
        autocommit=True,
        row_factory=scalar_row,
    ) as connection:
        if _shape(connection) == _made.get(server.owner_url, ""):
            _empty(connection)
            return
        connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
        connection.execute("CREATE SCHEMA public")
        migrate(server.owner_url, app_role="postwright")
        _made[server.owner_url] = _shape(connection)


def _shape(connection: psycopg.Connection[Any]) -> str:
    try:
        return connection.execute(_SHAPE).fetchone() or ""
    except psycopg.errors.UndefinedTable:
        return "unmade"


def _empty(connection: psycopg.Connection[Any]) -> None:
    tables = sql.SQL(", ").join(map(sql.Identifier, connection.execute(_TABLES).fetchall()))
    with connection.transaction():
        for ledger in (sql.Identifier("calls"), sql.Identifier("audit_log")):
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER append_only").format(ledger))
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(tables))
        for ledger in (sql.Identifier("calls"), sql.Identifier("audit_log")):
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER append_only").format(ledger))
        connection.execute("UPDATE app_clock SET ahead = '0', is_test = false")
