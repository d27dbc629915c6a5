"""Migrated tables with nothing in them: made once per server, then emptied."""

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row, tuple_row

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
# TRUNCATE makes new files for a table and each index: for a few rows, DELETE is far cheaper.
_TABLES = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relnamespace = to_regnamespace('public') AND relkind = 'r'
    AND relname NOT IN ('alembic_version', 'app_clock')
"""
_LEDGERS = (sql.Identifier("audit_log"), sql.Identifier("calls"))
_SMALL_BYTES = 131_072

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
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        sizes: dict[str, int] = dict(cursor.execute(_TABLES).fetchall())
        # Whoever a test has left behind is waited for.
        cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(_names(sizes)))
        if used := [table for table, size in sizes.items() if size > 0]:
            for ledger in _LEDGERS:
                cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER append_only").format(ledger))
            if max(sizes.values()) > _SMALL_BYTES:
                cursor.execute(sql.SQL("TRUNCATE {}").format(_names(sizes)))
            else:
                cursor.execute(_deletion(used))
            for ledger in _LEDGERS:
                cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER append_only").format(ledger))
        cursor.execute("UPDATE app_clock SET ahead = '0', is_test = false")


def _names(tables: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, tables))


def _deletion(tables: Iterable[str]) -> sql.Composed:
    """One statement: foreign keys are looked at when all of it is done."""
    parts = [
        sql.SQL("{} AS (DELETE FROM {})").format(
            sql.Identifier(f"from_{table}"), sql.Identifier(table)
        )
        for table in tables
    ]
    return sql.SQL("WITH {} SELECT").format(sql.SQL(", ").join(parts))
