"""Accounts of this machine's own service."""

from dataclasses import dataclass

from postwright.cli.counter import Account
from postwright.cli.opening import Desk
from postwright.cli.ordering import ACTOR
from postwright.connections import queries
from postwright.connections.disconnect import Disconnected, disconnect
from postwright.publishing.cancel import cancel_all
from postwright.publishing.pauses import over, pauses_of
from postwright.publishing.queries import unfinished


@dataclass(frozen=True, slots=True)
class AccountsHere:
    """Accounts in this machine's database."""

    desk: Desk

    async def listed(self, *, disconnected_too: bool) -> list[Account]:
        """Who is connected."""
        workspace_id = self.desk.workspace_id
        async with self.desk.database.transaction() as session:
            found = await queries.connections(
                session, workspace_id, disconnected_too=disconnected_too
            )
            pauses = await pauses_of(session, workspace_id)
            return [
                Account(
                    each,
                    await queries.credential(session, workspace_id, each.id),
                    over(each, pauses),
                )
                for each in found
            ]

    async def show(self, wanted: str) -> Account:
        """One account."""
        workspace_id = self.desk.workspace_id
        async with self.desk.database.transaction() as session:
            found = await queries.connection_by_handle(session, workspace_id, wanted)
            credential = await queries.credential(session, workspace_id, found.id)
            pauses = over(found, await pauses_of(session, workspace_id))
            planned = await unfinished(session, workspace_id, found.id)
            return Account(found, credential, pauses, len(planned))

    async def disconnect(self, account: Account, *, cancels: bool) -> tuple[Disconnected, int]:
        """Give its authorisation back; and how many posts were cancelled."""
        found = account.connection
        async with self.desk.database.transaction() as session:
            planned = await unfinished(session, self.desk.workspace_id, found.id)
        done = await disconnect(self.desk.accounts, found, actor=ACTOR)
        cancelled = 0
        if cancels:
            cancelled = await cancel_all(self.desk.database, planned, actor=ACTOR)
        return done, cancelled
