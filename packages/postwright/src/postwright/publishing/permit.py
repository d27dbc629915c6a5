"""What a call needs before it may be made: nothing that bars it, and a slot of its quota.

Both are asked of the database together with what is asked before them, in the transaction that
records the intent to make the call: one wait instead of three.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import slots
from postwright.connections.slots import Slot
from postwright.db.statement import Coming
from postwright.platforms.base import Asking, Limit
from postwright.publishing import gate
from postwright.publishing.attempt import Event, NoSlot
from postwright.publishing.work import Work


@dataclass(frozen=True, slots=True)
class Permit:
    """What was asked for a call; nothing, if it needs nothing.

    Attributes:
        asking: the kind of call.
        seen: what the gate looks at.
        limit: the quota that it counts for.
        slot: one of that.
    """

    asking: Asking | None = None
    seen: Coming | None = None
    limit: Limit | None = None
    slot: Coming | None = None

    async def take(
        self, session: AsyncSession, work: Work, checked_at: datetime | None
    ) -> Slot | Event | None:
        """The slot of the call, None if it is not counted; or why it may not be made.

        `checked_at` is when the creator was asked about for it, if it is to be announced.
        """
        if self.seen is not None:
            announcing = self.asking is Asking.OPEN
            event = await gate.barred(
                session, work, self.seen, announcing=announcing, checked_at=checked_at
            )
            if event is not None:
                await self.forgo(session, work)
                return event
        if self.limit is None or self.slot is None:
            return None
        bucket, most = self.limit.bucket, self.limit.most
        taken = await slots.taken(session, self.slot, work.connection_id, bucket, most)
        return NoSlot(taken) if isinstance(taken, timedelta) else taken

    async def forgo(self, session: AsyncSession, work: Work) -> None:
        """Give the slot back: the call is not made."""
        if self.limit is not None and self.slot is not None:
            await slots.put_back(session, self.slot, work.connection_id, self.limit.bucket)


async def ask(session: AsyncSession, work: Work, asking: Asking | None) -> Permit:
    """Ask for what a call needs, with the lanes locked by what was asked before."""
    if asking is None:
        return Permit()
    seen = await gate.ask(session, work) if asking in {Asking.CREATOR, Asking.OPEN} else None
    limit = work.network.limit(asking, work.kind, work.mode)
    if limit is None:
        return Permit(asking, seen)
    slot = await slots.ask(session, work.connection_id, limit.bucket, limit.most)
    return Permit(asking, seen, limit, slot)
