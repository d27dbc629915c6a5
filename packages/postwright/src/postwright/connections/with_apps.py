"""Accounts with the apps through which they were connected, as whoever makes a post needs them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.db.plain import Columns
from postwright.db.statement import Coming, Statement

_CONNECTION = Columns(Connection, "c")
_APP = Columns(PlatformApp, "a")
_WITH_APPS = Statement(f"""
    SELECT COALESCE(c.facts_at > app_now() - CAST(:kept AS interval), false),
           {_CONNECTION.text}, {_APP.text}
    FROM connections AS c JOIN platform_apps AS a ON a.id = c.platform_app_id
    WHERE c.workspace_id = :workspace_id AND c.id = ANY (CAST(:ids AS text[]))
      AND c.disconnected_at IS NULL
""")  # noqa: S608  # the columns are ours


@dataclass(frozen=True, slots=True)
class WithApp:
    """A connected account and the app through which it was connected, to be looked at.

    `facts` is what the network said of it lately; None if that is too long ago, or never was.
    """

    connection: Connection
    app: PlatformApp
    facts: dict[str, Any] | None


async def ask_with_apps(
    session: AsyncSession, workspace_id: str, connection_ids: Collection[str], *, kept: timedelta
) -> Coming:
    """Ask for connected accounts with their apps; `with_apps` reads it.

    What the network said of one counts if it is no older than `kept`.
    """
    values = {"workspace_id": workspace_id, "ids": list(connection_ids), "kept": kept}
    return await _WITH_APPS.ask(session, values)


async def with_apps(asked: Coming) -> dict[str, WithApp]:
    """What `ask_with_apps` has brought, by id."""
    found = dict[str, WithApp]()
    for row in await asked.rows():
        connection = _CONNECTION.read(row, 1)
        app = _APP.read(row, 1 + len(_CONNECTION))
        found[connection.id] = WithApp(connection, app, connection.facts if row[0] else None)
    return found
