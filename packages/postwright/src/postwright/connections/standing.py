"""How a connection stands, in words, and the step that mends it: said here and nowhere else."""

from typing import assert_never

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.connections.models import Connection, ConnectionState, Credential
from postwright.platforms.answers import Refusal
from postwright.platforms.purpose import Purpose

_ALERTS = {
    ConnectionState.EXPIRING: Kind.CONNECTION_EXPIRING,
    ConnectionState.EXPIRED: Kind.CONNECTION_EXPIRED,
    ConnectionState.REVOKED: Kind.CONNECTION_REVOKED,
    ConnectionState.INSUFFICIENT_SCOPE: Kind.CONNECTION_INSUFFICIENT_SCOPE,
}


def says(state: ConnectionState) -> str:
    """What a state means for posts, as a whole sentence."""
    match state:
        case ConnectionState.CONNECTED:
            return "It is connected."
        case ConnectionState.EXPIRING:
            return "Its authorisation cannot be renewed: posts go out until its token ends, soon."
        case ConnectionState.EXPIRED:
            return "Its authorisation has ended: its posts wait."
        case ConnectionState.REVOKED:
            return "Its authorisation was taken away: its posts wait."
        case ConnectionState.INSUFFICIENT_SCOPE:
            return "Its consent leaves out what posting needs: its posts wait."
        case ConnectionState.DISCONNECTED:
            return "It was disconnected: its posts wait, or were cancelled with it."
        case _:
            assert_never(state)


def mends(state: ConnectionState) -> str:
    """What to do about a state, as a phrase; empty if nothing."""
    match state:
        case ConnectionState.CONNECTED:
            return ""
        case ConnectionState.EXPIRING:
            return "connect it again soon"
        case ConnectionState.EXPIRED | ConnectionState.REVOKED | ConnectionState.DISCONNECTED:
            return "connect it again"
        case ConnectionState.INSUFFICIENT_SCOPE:
            return "connect it again and leave every permission on"
        case _:
            assert_never(state)


def again(handle: str) -> str:
    """The command that connects an account again."""
    return f"postwright accounts reconnect @{handle}"


def step(state: ConnectionState, handle: str) -> str:
    """What to do about a state, as a phrase with the command in it; empty if nothing."""
    do = mends(state)
    return f"{do}: {again(handle)}" if do else ""


def purpose_step(purpose: Purpose, handle: str) -> str:
    """How to switch on a purpose whose permission is missing."""
    return (
        f"connect it again and leave that permission on: "
        f"postwright accounts reconnect @{handle} --for {purpose}"
    )


def advised(handle: str, what: str, do: str) -> str:
    """Whole sentences for an alert: whose account, what about it, what to do."""
    return f"@{handle}: {what} {do[:1].upper()}{do[1:]}"


def refusal_of(state: ConnectionState) -> Refusal:
    """Why a publication of a connection that cannot be used has to wait."""
    match state:
        case ConnectionState.REVOKED | ConnectionState.DISCONNECTED:
            return Refusal.REVOKED
        case ConnectionState.INSUFFICIENT_SCOPE:
            return Refusal.SCOPE
        case ConnectionState.CONNECTED | ConnectionState.EXPIRING | ConnectionState.EXPIRED:
            return Refusal.TOKEN
        case _:
            assert_never(state)


async def change(
    session: AsyncSession, connection_id: str, state: ConnectionState, detail: str = ""
) -> None:
    """Say how a connection stands now. People are told, once, if that keeps posts from going out.

    What was disconnected stays so until somebody connects it again.
    """
    row = (
        await session.execute(
            select(Connection.workspace_id, Connection.handle, Connection.state)
            .where(Connection.id == connection_id)
            .with_for_update(key_share=True)
        )
    ).one()
    if row.state is ConnectionState.DISCONNECTED:
        return
    await session.execute(
        update(Connection)
        .where(Connection.id == connection_id)
        .values(state=state, state_detail=detail)
    )
    if not state.usable:
        await session.execute(
            update(Credential)
            .where(Credential.connection_id == connection_id)
            .values(refresh_at=None)
        )
    if state is not row.state and state in _ALERTS:
        do = step(state, row.handle)
        await tell(
            session,
            row.workspace_id,
            _ALERTS[state],
            connection_id,
            says=advised(row.handle, says(state), do),
            account=row.handle,
            state=state.value,
            detail=detail,
            do=do,
        )
