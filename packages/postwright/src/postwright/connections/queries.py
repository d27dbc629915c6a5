"""Reads of connections. Every one takes the workspace first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, Credential, PlatformApp
from postwright.connections.naming import NoSuchAccount, meant
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


async def connections(
    session: AsyncSession, workspace_id: str, *, disconnected_too: bool = False
) -> list[Connection]:
    """All connections, by handle."""
    wanted = select(Connection).where(Connection.workspace_id == workspace_id)
    if not disconnected_too:
        wanted = wanted.where(Connection.disconnected_at.is_(None))
    return list(await session.scalars(wanted.order_by(Connection.handle)))


async def find_account(
    session: AsyncSession,
    workspace_id: str,
    connection_id: str,
    *conditions: ColumnElement[bool],
    disconnected_too: bool = False,
) -> Connection:
    """One connected account of the workspace that meets the conditions.

    Raises:
        NoSuchAccount: there is none.
    """
    wanted = select(Connection).where(
        Connection.workspace_id == workspace_id, Connection.id == connection_id, *conditions
    )
    if not disconnected_too:
        wanted = wanted.where(Connection.disconnected_at.is_(None))
    found = await session.scalar(wanted)
    if found is None:
        raise NoSuchAccount(f"There is no account {connection_id}.")
    return found


async def find_accounts(
    session: AsyncSession,
    workspace_id: str,
    *conditions: ColumnElement[bool],
    limit: int | None = None,
    skip: int = 0,
) -> list[Connection]:
    """The connected accounts that meet the conditions, by handle."""
    wanted = (
        select(Connection)
        .where(
            Connection.workspace_id == workspace_id,
            Connection.disconnected_at.is_(None),
            *conditions,
        )
        .order_by(Connection.handle, Connection.id)
        .limit(limit)
        .offset(skip)
    )
    return list(await session.scalars(wanted))


async def count_accounts(
    session: AsyncSession, workspace_id: str, *conditions: ColumnElement[bool]
) -> int:
    """How many connected accounts meet the conditions."""
    found = await session.scalar(
        select(func.count())
        .select_from(Connection)
        .where(
            Connection.workspace_id == workspace_id,
            Connection.disconnected_at.is_(None),
            *conditions,
        )
    )
    return found or 0


async def connection_by_handle(session: AsyncSession, workspace_id: str, handle: str) -> Connection:
    """The connection of `@handle` (the @ is optional, case does not matter), or of an id.

    One account that was connected through two apps has two: the one that can be used is meant,
    and of several the newest.

    Raises:
        NoSuchAccount: there is none; the message names those there are.
    """
    return meant(await connections(session, workspace_id, disconnected_too=True), handle)


async def connection_by_id(
    session: AsyncSession, workspace_id: str, connection_id: str
) -> Connection:
    """One connection of the workspace."""
    return (
        await session.execute(
            select(Connection).where(
                Connection.workspace_id == workspace_id, Connection.id == connection_id
            )
        )
    ).scalar_one()


async def platform_app(session: AsyncSession, workspace_id: str, connection_id: str) -> PlatformApp:
    """The app through which a connection was made."""
    return (
        await session.execute(
            select(PlatformApp)
            .join(Connection, Connection.platform_app_id == PlatformApp.id)
            .where(PlatformApp.workspace_id == workspace_id, Connection.id == connection_id)
        )
    ).scalar_one()


async def platform_apps(session: AsyncSession, workspace_id: str) -> dict[str, PlatformApp]:
    """The apps of the workspace, by id."""
    found = await session.scalars(
        select(PlatformApp).where(PlatformApp.workspace_id == workspace_id)
    )
    return {each.id: each for each in found}


async def credential(
    session: AsyncSession, workspace_id: str, connection_id: str
) -> Credential | None:
    """When the tokens of a connection end; the tokens themselves stay sealed."""
    return await session.scalar(
        select(Credential)
        .join(Connection, Connection.id == Credential.connection_id)
        .where(Connection.workspace_id == workspace_id, Connection.id == connection_id)
    )


async def credentials_of(
    session: AsyncSession, workspace_id: str, connection_ids: Collection[str]
) -> dict[str, Credential]:
    """When the tokens of several connections end, by connection."""
    found = await session.scalars(
        select(Credential)
        .join(Connection, Connection.id == Credential.connection_id)
        .where(Connection.workspace_id == workspace_id, Connection.id.in_(connection_ids))
    )
    return {each.connection_id: each for each in found}


async def any_workspace_uses(
    session: AsyncSession, app: PlatformApp, external_id: str, *, besides: str = ""
) -> bool:
    """Whether a connection lives on what this account has granted to this registration.

    A network knows one grant per account and app: what one workspace gives back is gone for all.
    """
    found = await session.scalar(
        select(Connection.id)
        .join(PlatformApp, PlatformApp.id == Connection.platform_app_id)
        .where(
            PlatformApp.platform == app.platform,
            PlatformApp.client_key == app.client_key,
            Connection.external_id == external_id,
            Connection.disconnected_at.is_(None),
            Connection.id != besides,
        )
        .limit(1)
    )
    return found is not None
