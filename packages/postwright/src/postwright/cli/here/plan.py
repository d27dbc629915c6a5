"""Pauses and the forecast of this machine's own service."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.cli.counter import PauseOf, Resumed
from postwright.cli.opening import Desk
from postwright.cli.ordering import ACTOR
from postwright.connections import queries
from postwright.publishing import pauses
from postwright.publishing.outlook import Outlook, outlook
from postwright.publishing.pauses import Scope


@dataclass(frozen=True, slots=True)
class PlanHere:
    """Pauses and the forecast in this machine's database."""

    desk: Desk

    async def pause(self, of: PauseOf, reason: str) -> bool:
        """Start nothing new."""
        desk = self.desk
        async with desk.database.transaction() as session:
            scope = await self._scope(session, of)
            is_new = await pauses.pause(session, desk.workspace_id, scope, reason, actor=ACTOR)
        async with desk.database.transaction() as session:
            await pauses.settle(session, scope)
        return is_new

    async def resume(self, of: PauseOf) -> Resumed:
        """End a pause."""
        workspace_id = self.desk.workspace_id
        async with self.desk.database.transaction() as session:
            scope = await self._scope(session, of)
            due = await pauses.resume(session, workspace_id, scope, actor=ACTOR)
            left = await pauses.pauses_of(session, workspace_id)
            known = await queries.connections(session, workspace_id)
        return Resumed(due, left, {each.id: each.handle for each in known})

    async def forecast(self, account: str | None) -> Outlook:
        """When what waits will go out."""
        desk = self.desk
        async with desk.database.transaction() as session:
            one = None
            if account is not None:
                one = await queries.connection_by_handle(session, desk.workspace_id, account)
            return await outlook(
                session,
                desk.workspace_id,
                desk.accounts.networks.of_app,
                connections=None if one is None else [one.id],
            )

    async def _scope(self, session: AsyncSession, of: PauseOf) -> Scope:
        if of.everything:
            return Scope()
        workspace_id = self.desk.workspace_id
        if of.account is None:
            return Scope(workspace_id)
        found = await queries.connection_by_handle(session, workspace_id, of.account)
        return Scope(workspace_id, found.id)
