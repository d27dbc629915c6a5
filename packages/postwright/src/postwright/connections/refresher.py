"""Looks after the tokens of all accounts: renews them before they end, a few at a time.

Workers on any number of machines share the work: each claims some accounts that are due, for as
long as a refresh may take at the longest. The claim only spreads the work; that an account is
refreshed by one process at a time is seen to by the keeper.
"""

import asyncio
import logging

from sqlalchemy import text

from postwright.connections.accounts import Accounts
from postwright.connections.ledger import OnBehalf
from postwright.connections.refresh import LEASE
from postwright.db import guard
from postwright.db.database import DatabaseGone
from postwright.errors import AppError

log = logging.getLogger(__name__)

_AT_ONCE = 8
_BATCH = 64

_CLAIM = text("""
    WITH due AS (
        SELECT connection_id FROM credentials WHERE refresh_at <= app_now()
        ORDER BY refresh_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE credentials SET refresh_at = app_now() + :lease
    FROM due, connections
    WHERE credentials.connection_id = due.connection_id AND connections.id = due.connection_id
    RETURNING connections.workspace_id, connections.id
""")


async def refresh_due(accounts: Accounts) -> int:
    """Refresh every token that has a quarter of its life left; how many accounts were looked at.

    What goes wrong with one account is logged and keeps nobody else from his turn. Nothing is
    refreshed while it is not certain that this copy of the data is the one that goes on.

    Raises:
        DatabaseGone: the database went away.
    """
    looked_at = 0
    while claimed := await _claim(accounts):
        looked_at += len(claimed)
        room = asyncio.Semaphore(_AT_ONCE)
        # All to their ends: what a group raises is a group, which nobody takes for an outage.
        each = (_refresh(accounts, who, room) for who in claimed)
        for trouble in await asyncio.gather(*each, return_exceptions=True):
            if trouble is not None:
                raise trouble
        if len(claimed) < _BATCH:
            break
    return looked_at


async def _claim(accounts: Accounts) -> list[OnBehalf]:
    async with accounts.database.transaction() as session:
        if await guard.doubt(session):
            return []
        rows = await session.execute(_CLAIM, {"most": _BATCH, "lease": LEASE})
        return [OnBehalf(workspace_id, connection_id) for workspace_id, connection_id in rows]


async def _refresh(accounts: Accounts, who: OnBehalf, room: asyncio.Semaphore) -> None:
    async with room:
        try:
            network = await accounts.networks.of(who.workspace_id, who.connection_id or "")
            await accounts.keeper.fresh(who, network)
        except DatabaseGone:
            raise
        except AppError as error:
            log.warning("%s: %s %s", who.connection_id, error.what, error.fix)
