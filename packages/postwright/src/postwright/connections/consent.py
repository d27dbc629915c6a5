"""What an account's owner has agreed to: asked for by purpose, compared with what was granted.

Each permission can be left out on the consent page, and taken away later. What lacks its
permission is off, and everything else goes on.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.connections import standing
from postwright.connections.models import Connection, ConnectionState
from postwright.platforms.base import Network
from postwright.platforms.purpose import Purpose

POSTING = frozenset({Purpose.DRAFT, Purpose.PUBLISH})


def scopes_of(network: Network, purposes: Iterable[Purpose]) -> frozenset[str]:
    """What to ask for; whose account it is has to be known for every purpose."""
    wanted = {Purpose.PROFILE, *purposes}
    return frozenset(scope for purpose in wanted for scope in network.scopes(purpose))


def granted(network: Network, scopes: Collection[str]) -> frozenset[Purpose]:
    """The purposes that are on with these scopes."""
    return frozenset(each for each in Purpose if network.scopes(each) <= set(scopes))


def posts(purposes: Collection[Purpose], on: Collection[Purpose]) -> bool:
    """Whether anything of the posting that an account is connected for is on."""
    wanted = POSTING & set(purposes)
    return not wanted or bool(wanted & set(on))


def off(account: Connection) -> list[Purpose]:
    """The purposes that an account was connected for and that lack their permission."""
    return [each for each in Purpose if each in set(account.purposes) - set(account.granted)]


def not_granted(purpose: Purpose, lacks: Collection[str]) -> str:
    """What to say where a purpose is off."""
    return f"the permission to {_deed(purpose)} is missing ({', '.join(sorted(lacks))})"


def _deed(purpose: Purpose) -> str:
    return {
        Purpose.PROFILE: "know whose account it is",
        Purpose.DRAFT: "put drafts into the inbox",
        Purpose.PUBLISH: "publish",
        Purpose.INSIGHTS: "read how posts do",
    }[purpose]


async def note(
    session: AsyncSession, connection_id: str, network: Network, scopes: frozenset[str]
) -> None:
    """Keep what a refresh has granted: a permission may have gone since. The caller holds the lock.

    A network that names none has changed none.
    """
    await _note(session, connection_id, network, scopes or None, "")


async def withdraw(
    session: AsyncSession, connection_id: str, network: Network, purpose: Purpose, why: str
) -> None:
    """Switch a purpose off: the network has refused it for want of a permission."""
    had = await session.scalar(select(Connection.scopes).where(Connection.id == connection_id))
    left = frozenset(had or ()) - network.scopes(purpose)
    await _note(session, connection_id, network, left, why)


async def _note(
    session: AsyncSession,
    connection_id: str,
    network: Network,
    scopes: frozenset[str] | None,
    why: str,
) -> None:
    account = await session.get_one(Connection, connection_id, populate_existing=True)
    wanted = {Purpose(each) for each in account.purposes}
    before = {Purpose(each) for each in account.granted}
    now = before
    if scopes is not None:
        now = granted(network, scopes)
        account.scopes, account.granted = sorted(scopes), sorted(now)
        await session.flush()
    off = {each: not_granted(each, network.scopes(each)) for each in sorted(wanted - now)}
    if not posts(wanted, now):
        state = ConnectionState.INSUFFICIENT_SCOPE
        await standing.change(session, connection_id, state, why or "; ".join(off.values()))
        return
    await standing.change(session, connection_id, ConnectionState.CONNECTED)
    for purpose in sorted((before - now) & wanted):
        do = standing.purpose_step(purpose, account.handle)
        await tell(
            session,
            account.workspace_id,
            Kind.CONNECTION_INSUFFICIENT_SCOPE,
            connection_id,
            says=standing.advised(account.handle, f"{off[purpose]}.", do),
            account=account.handle,
            state=ConnectionState.CONNECTED.value,
            detail=off[purpose],
            do=do,
        )
