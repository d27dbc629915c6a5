"""Tokens at rest: sealed, apart from who they belong to, and changed by compare-and-swap."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, ConnectionState, Credential
from postwright.db.database import NOW, app_now
from postwright.db.statement import Coming, Statement
from postwright.kit.vault import Vault
from postwright.platforms.answers import Granted

# Of the life of an access token: that much is left when it is renewed.
RENEWED_BEFORE = 0.25
# Longer than any network promises, and no further than a calendar goes.
_LONGEST = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a connection as they were read, how it stood, and what was granted."""

    connection_id: str
    version: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    issued_at: datetime
    access_expires_at: datetime
    refresh_expires_at: datetime
    refresh_doubt: str
    state: ConnectionState
    scopes: frozenset[str]
    read_at: datetime

    @property
    def left(self) -> timedelta:
        """How long the access token still lives."""
        return self.access_expires_at - self.read_at

    @property
    def life(self) -> timedelta:
        """How long it lives in all."""
        return self.access_expires_at - self.issued_at


def token_context(connection_id: str, column: str) -> str:
    return f"credentials:{connection_id}:{column}"


_READ = Statement("""
    SELECT version, access_token, refresh_token, issued_at, access_expires_at, refresh_expires_at,
           refresh_doubt, connections.state, connections.scopes, app_now() AS now
    FROM credentials JOIN connections ON connections.id = connection_id
    WHERE connection_id = :connection_id
""")


async def ask(session: AsyncSession, connection_id: str) -> Coming:
    """Ask for the tokens of a connection, to be answered with what is asked next; see `read`."""
    return await _READ.ask(session, {"connection_id": connection_id})


async def read(
    session: AsyncSession, vault: Vault, connection_id: str, asked: Coming | None = None
) -> Tokens | ConnectionState:
    """The tokens of a connection, which may have been `asked` for; how it stands if it has none."""
    asked = asked or await ask(session, connection_id)
    row = await asked.first()
    if row is None:
        stands = select(Connection.state).where(Connection.id == connection_id)
        return (await session.execute(stands)).scalar_one()
    return Tokens(
        connection_id=connection_id,
        version=row.version,
        access_token=vault.open(row.access_token, token_context(connection_id, "access")),
        refresh_token=vault.open(row.refresh_token, token_context(connection_id, "refresh")),
        issued_at=row.issued_at,
        access_expires_at=row.access_expires_at,
        refresh_expires_at=row.refresh_expires_at,
        refresh_doubt=row.refresh_doubt,
        state=ConnectionState(row.state),
        scopes=frozenset(row.scopes),
        read_at=row.now,
    )


async def version(session: AsyncSession, connection_id: str) -> int | None:
    """Which tokens are stored now; None if there are none."""
    return await session.scalar(
        select(Credential.version).where(Credential.connection_id == connection_id)
    )


async def lock(session: AsyncSession, connection_id: str) -> None:
    """Lock a connection before its tokens are judged or changed, as connecting again does."""
    await session.execute(
        select(Connection.id).where(Connection.id == connection_id).with_for_update(key_share=True)
    )


async def put(session: AsyncSession, vault: Vault, connection_id: str, grant: Granted) -> None:
    """Store the tokens of a consent, whatever was there before."""
    values = _values(vault, connection_id, grant, await app_now(session))
    fresh = insert(Credential).values(connection_id=connection_id, version=1, **values)
    await session.execute(
        fresh.on_conflict_do_update(
            index_elements=[Credential.connection_id],
            set_={**values, "version": Credential.version + 1},
        )
    )


async def swap(
    session: AsyncSession, vault: Vault, connection_id: str, grant: Granted, *, version: int
) -> bool:
    """Store the tokens of a refresh, if the refresh token that was sent is still the one stored.

    False if it is not: somebody connected again meanwhile, and what this refresh brought is void.
    """
    values = _values(vault, connection_id, grant, await app_now(session))
    done = await session.execute(
        update(Credential)
        .where(Credential.connection_id == connection_id, Credential.version == version)
        .values(**values, version=version + 1)
        .returning(Credential.version)
    )
    return done.first() is not None


def _values(vault: Vault, connection_id: str, grant: Granted, now: datetime) -> dict[str, object]:
    life, life_in_all = min(grant.expires_in, _LONGEST), min(grant.refresh_expires_in, _LONGEST)
    return {
        "access_token": vault.seal(grant.access_token, token_context(connection_id, "access")),
        "refresh_token": vault.seal(grant.refresh_token, token_context(connection_id, "refresh")),
        "issued_at": now,
        "refresh_at": now + life * (1 - RENEWED_BEFORE),
        "access_expires_at": now + life,
        "refresh_expires_at": now + life_in_all,
        "refreshing_until": None,
        "refresh_doubt": "",
    }


async def begin_refresh(
    session: AsyncSession, connection_id: str, version: int, lease: timedelta
) -> bool:
    """Become the one who refreshes this version; False if somebody else is, or it has changed."""
    done = await session.execute(
        update(Credential)
        .where(
            Credential.connection_id == connection_id,
            Credential.version == version,
            (Credential.refreshing_until.is_(None)) | (Credential.refreshing_until <= NOW),
        )
        .values(refreshing_until=NOW + lease, refresh_at=NOW + lease)
        .returning(Credential.version)
    )
    return done.first() is not None


async def end_refresh(
    session: AsyncSession,
    connection_id: str,
    version: int,
    *,
    doubt: str,
    again_in: timedelta,
) -> None:
    """Note a refresh that brought no tokens; nobody tries again before `again_in` has passed."""
    await session.execute(
        update(Credential)
        .where(Credential.connection_id == connection_id, Credential.version == version)
        .values(refresh_doubt=doubt, refreshing_until=NOW + again_in, refresh_at=NOW + again_in)
    )


async def let_end(session: AsyncSession, connection_id: str, version: int, doubt: str) -> None:
    """Note that these tokens cannot be renewed: the next look is when the access token ends."""
    await session.execute(
        update(Credential)
        .where(Credential.connection_id == connection_id, Credential.version == version)
        .values(refresh_doubt=doubt, refreshing_until=None, refresh_at=Credential.access_expires_at)
    )


async def forget(session: AsyncSession, connection_id: str) -> None:
    """Delete the tokens of a connection, and what the network said of its person.

    The name people know it by stays, with the ledger and the posts it belongs to.
    """
    await session.execute(delete(Credential).where(Credential.connection_id == connection_id))
    await session.execute(
        update(Connection)
        .where(Connection.id == connection_id)
        .values(facts=None, facts_at=None, display_name="", scopes=[], granted=[])
    )
