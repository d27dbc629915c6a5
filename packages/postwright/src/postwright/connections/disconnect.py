"""Disconnects an account: the network is told, and what we have of it is deleted.

What stays is what belongs to us: the posts, the ledger and the audit log, under the account's
name. Tokens, display name, granted scopes and cached limits go at once.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from sqlalchemy import update

from postwright.connections import calls, credentials, queries
from postwright.connections.accounts import Accounts
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import Connection, ConnectionState
from postwright.connections.refresh import AccessToken
from postwright.db.database import NOW
from postwright.platforms.answers import Lost, Refused, Revoked
from postwright.platforms.base import Network
from postwright.workspaces import audit


class Told(StrEnum):
    """Whether the network knows that an account is disconnected."""

    REVOKED = "revoked"
    LOST = "lost"  # its answer did not come: it may know, or not
    REFUSED = "refused"
    NO_TOKEN = "no_token"  # noqa: S105  # an outcome: there was nothing left to revoke with
    SHARED = "shared"  # not told: another workspace lives on the same authorisation


@dataclass(frozen=True, slots=True)
class Disconnected:
    """An account that was disconnected. `why` is half a sentence if the network may not know."""

    told: Told
    why: str = ""


async def disconnect(accounts: Accounts, account: Connection, *, actor: str) -> Disconnected:
    """Disconnect an account; what is planned for it waits until it is connected again.

    From its first transaction on nobody gets a token of the account. The tokens are deleted
    whether the network could be told or not. Can be repeated.
    """
    who = OnBehalf(account.workspace_id, account.id)
    network = await accounts.networks.of(account.workspace_id, account.id)
    token = await accounts.keeper.fresh(who, network)
    async with accounts.database.transaction() as session:
        await credentials.lock(session, account.id)
        await session.execute(
            update(Connection)
            .where(Connection.id == account.id)
            .values(
                state=ConnectionState.DISCONNECTED,
                state_detail="",
                disconnected_at=NOW,
            )
        )
        app = await queries.platform_app(session, account.workspace_id, account.id)
        shared = await queries.any_workspace_uses(
            session, app, account.external_id, besides=account.id
        )
    if shared:
        done = Disconnected(Told.SHARED, "it is connected in another workspace, too")
    elif isinstance(token, AccessToken):
        done = await _revoke(accounts, who, network, token)
    else:
        done = Disconnected(Told.NO_TOKEN, token.detail)
    async with accounts.database.transaction() as session:
        await credentials.lock(session, account.id)
        await credentials.forget(session, account.id)
        await audit.record(
            session,
            account.workspace_id,
            actor=actor,
            action="connection.ended",
            subject=account.id,
            handle=account.handle,
            network=done.told.value,
        )
    return done


async def _revoke(
    accounts: Accounts, who: OnBehalf, network: Network, token: AccessToken
) -> Disconnected:
    """Give the authorisation back; once more if the answer is lost, as it does no harm twice."""
    was_lost = False
    while True:
        answer = await calls.make(accounts.database, who, None, network.revoke(token.value))
        match answer:
            case Revoked():
                return Disconnected(Told.REVOKED)
            case Lost() if not was_lost:
                was_lost = True
            case Lost():
                return Disconnected(Told.LOST, answer.why)
            case Refused():
                # A token that has died since the first try is what a lost success looks like.
                told = Told.LOST if was_lost else Told.REFUSED
                return Disconnected(told, f"{answer.code}: {answer.message}".rstrip(": "))
            case _:
                assert_never(answer)
