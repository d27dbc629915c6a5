"""What the network does when it ends an authorisation by itself, and what we do then."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import credentials, standing
from postwright.connections.models import Connection, ConnectionState, Credential
from postwright.db.database import NOW
from postwright.workspaces import audit

# The network's clock and ours may differ by so much, and its events tell whole seconds only.
_UNSURE = timedelta(seconds=10)


class Removal(StrEnum):
    """What became of word that an authorisation was removed."""

    DONE = "done"
    OLDER = "older"  # than the latest consent, which it says nothing about
    DOUBTFUL = "doubtful"  # about as old as that: the tokens are tried, and that decides
    ALREADY = "already"


async def revoked_by_network(
    session: AsyncSession, connection: Connection, happened_at: datetime, why: str
) -> Removal:
    """Honour it at once: no call is made any more, tokens and cached facts are deleted.

    Its publications wait: those that are due say so, the others when they are. Touches only the
    connection and its tokens; the transaction is the caller's.

    Args:
        session: of the transaction in which it is noted.
        connection: whose authorisation it was.
        happened_at: by the network's clock. A connection that was made anew since stays.
        why: for people, half a sentence.
    """
    await credentials.lock(session, connection.id)
    await session.refresh(connection)
    if connection.state in {ConnectionState.REVOKED, ConnectionState.DISCONNECTED}:
        return Removal.ALREADY
    if happened_at < connection.connected_at - _UNSURE:
        return Removal.OLDER
    if happened_at < connection.connected_at + _UNSURE:
        await session.execute(
            update(Credential)
            .where(Credential.connection_id == connection.id)
            .values(access_expires_at=NOW, refresh_at=NOW, refresh_doubt=why)
        )
        return Removal.DOUBTFUL
    await standing.change(session, connection.id, ConnectionState.REVOKED, why)
    await credentials.forget(session, connection.id)
    await audit.record(
        session,
        connection.workspace_id,
        actor="network",
        action="connection.revoked",
        subject=connection.id,
        why=why,
    )
    return Removal.DONE
