"""Reads what has changed, one event after the other, none left out and none twice.

Transactions end in another order than they were numbered in. Those that are older than the oldest
that still runs have all ended: only their events are given, in the order of their numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    literal_column,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.batches import remove_all
from postwright.db.database import Database
from postwright.publishing.models import Event

KEPT = timedelta(days=7)

_OLDEST: Final[ColumnElement[int]] = literal_column(
    "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)", BigInteger
)
_FORGET = text("""
    DELETE FROM events WHERE id IN (
        SELECT id FROM events WHERE at < app_now() - CAST(:kept AS interval)
        ORDER BY at LIMIT :most FOR UPDATE SKIP LOCKED
    )
""")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the row of events; what comes after it has not been read."""

    transaction_id: int
    event_id: int

    def __str__(self) -> str:
        return f"{self.transaction_id}-{self.event_id}"

    @classmethod
    def parse(cls, said: str) -> "Place | None":
        """The place that a text names; None if it names none."""
        before, _, after = said.partition("-")
        if not (before.isascii() and before.isdecimal() and after.isascii() and after.isdecimal()):
            return None
        return cls(int(before), int(after)) if max(len(before), len(after)) <= 18 else None


async def now_at(session: AsyncSession) -> Place:
    """The place after all that has happened for certain."""
    return Place(await session.scalar(select(_OLDEST)) or 0, 0)


async def events_after(
    session: AsyncSession,
    workspace_id: str,
    place: Place,
    *conditions: ColumnElement[bool],
    limit: int,
) -> Sequence[tuple[Event, bool]]:
    """The first events after a place, in order, each with whether it meets the conditions.

    Those that do not are given, too: whoever goes on after them does not look at them again.
    """
    here = tuple_(Event.transaction_id, Event.id)
    found = await session.execute(
        select(Event, and_(true(), *conditions))
        .where(
            Event.workspace_id == workspace_id,
            here > tuple_(place.transaction_id, place.event_id),
            Event.transaction_id < _OLDEST,
        )
        .order_by(Event.transaction_id, Event.id)
        .limit(limit)
    )
    return [(event, is_meant) for event, is_meant in found]


async def forget_events(database: Database) -> int:
    """Remove events that are older than a week; how many."""
    return await remove_all(database, _FORGET, kept=KEPT)
