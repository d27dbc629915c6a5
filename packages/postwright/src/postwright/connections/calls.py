"""Makes one call to a network: told to the ledger, its quota slot given back."""

from collections.abc import Awaitable
from typing import TypeVar

from postwright.connections import ledger, slots
from postwright.db.database import Database
from postwright.platforms.base import CallFacts, listener

T = TypeVar("T")


async def make(
    database: Database, who: ledger.OnBehalf, slot: slots.Slot | None, call: Awaitable[T]
) -> T:
    """Await `call`, then note its requests and free its slot in one transaction."""
    facts: list[CallFacts] = []
    before = listener.set(facts.append)
    try:
        return await call
    finally:
        listener.reset(before)
        async with database.transaction() as session:
            await ledger.write(session, who, facts)
            if slot is not None:
                await slots.give_back(session, slot)
