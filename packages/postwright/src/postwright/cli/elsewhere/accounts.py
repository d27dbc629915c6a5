"""Accounts of a service elsewhere."""

import asyncio
from dataclasses import dataclass

from postwright.cli.boundary import Usage
from postwright.cli.counter import Account
from postwright.cli.elsewhere.rows import connection_of, credential_of, pauses_of
from postwright.connections.disconnect import Disconnected
from postwright.connections.models import Connection
from postwright.connections.naming import meant
from postwright.remote.client import Remote

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class AccountsElsewhere:
    """Accounts behind an API."""

    remote: Remote

    async def listed(self, *, disconnected_too: bool) -> list[Account]:
        """Who is connected; the API does not list who was."""
        if disconnected_too:
            raise Usage("--all works on the service's own machine.", fix="Leave it out.")
        turn = asyncio.Semaphore(_AT_ONCE)

        async def looked_at(connection: Connection) -> Account:
            async with turn:
                return await self._with_health(connection)

        found = await self.remote.accounts()
        return await asyncio.gather(*(looked_at(connection_of(each)) for each in found))

    async def show(self, wanted: str) -> Account:
        """One account."""
        return await self._with_health(await named(self.remote, wanted))

    async def disconnect(self, account: Account, *, cancels: bool) -> tuple[Disconnected, int]:
        """Give its authorisation back; and how many posts were cancelled."""
        gone = await self.remote.delete_account(account.connection.id, cancel_posts=cancels)
        return Disconnected(gone.network_told, gone.why), gone.cancelled_posts

    async def _with_health(self, connection: Connection) -> Account:
        health = await self.remote.account_health(connection.id)
        return Account(
            connection, credential_of(health), pauses_of(health), health.unfinished_posts
        )


async def named(remote: Remote, wanted: str) -> Connection:
    """The account that a name or an id means.

    Raises:
        NoSuchAccount: there is none; the message names those there are.
    """
    return meant([connection_of(each) for each in await remote.accounts()], wanted)
