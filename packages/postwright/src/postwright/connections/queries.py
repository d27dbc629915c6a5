"""Reads of connections. Every one takes the workspace first."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, Credential, PlatformApp
from postwright.errors import NotFound


class NoSuchAccount(NotFound):
    """No connected account has this name."""

    code = "unknown_account"


async def connections(session: AsyncSession, workspace_id: str) -> list[Connection]:
    """All connections, by handle."""
    found = await session.scalars(
        select(Connection)
        .where(Connection.workspace_id == workspace_id)
        .order_by(Connection.handle)
    )
    return list(found)


async def connection_by_handle(session: AsyncSession, workspace_id: str, handle: str) -> Connection:
    """The connection of `@handle` (the @ is optional, case does not matter), or of an id.

    One account that was connected through two apps has two: the one that can be used is meant,
    and of several the newest.

    Raises:
        NoSuchAccount: there is none; the message names those there are.
    """
    wanted = handle.removeprefix("@").lower()
    known = await connections(session, workspace_id)
    meant = [found for found in known if wanted in {found.handle.lower(), found.id}]
    if meant:
        return max(meant, key=lambda found: (found.state.usable, found.connected_at))
    names = ", ".join(f"@{connection.handle}" for connection in known) or "none yet"
    raise NoSuchAccount(
        f"No connected account is called @{handle.removeprefix('@')}.",
        why=f"Connected accounts: {names}.",
        fix="Check the name, or connect it: postwright connect tiktok",
    )


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


async def credential(
    session: AsyncSession, workspace_id: str, connection_id: str
) -> Credential | None:
    """When the tokens of a connection end; the tokens themselves stay sealed."""
    return await session.scalar(
        select(Credential)
        .join(Connection, Connection.id == Credential.connection_id)
        .where(Connection.workspace_id == workspace_id, Connection.id == connection_id)
    )
