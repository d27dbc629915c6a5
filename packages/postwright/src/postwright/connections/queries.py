"""Reads of connections. Every one takes the workspace first."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, Credential, PlatformApp
from postwright.connections.naming import NoSuchAccount, meant


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
    order: ColumnElement[Any] | None = None,
    limit: int | None = None,
    skip: int = 0,
) -> list[Connection]:
    """The connected accounts that meet the conditions, by handle; by `order` first, if given."""
    orders: list[Any] = [] if order is None else [order]
    wanted = (
        select(Connection)
        .where(
            Connection.workspace_id == workspace_id,
            Connection.disconnected_at.is_(None),
            *conditions,
        )
        .order_by(*orders, Connection.handle, Connection.id)
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
