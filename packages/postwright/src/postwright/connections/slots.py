"""Exact quota slots: at most n rows per rate limit, so that n requests per window stay n.

A slot is taken in one statement on the database's clock and is free again a window after its
request *ended*. Whoever takes one and dies gives it back late, never early.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.statement import Coming, Statement

WINDOW = timedelta(seconds=60)
LONGEST_CALL = timedelta(seconds=60)
# Two that look at the same moment may both see a row that one of them gets.
_AGAIN = timedelta(milliseconds=200)


@dataclass(frozen=True, slots=True)
class Slot:
    """One request of a window, taken."""

    connection_id: str
    bucket: str
    n: int


# The one that has been free for longest; if none is, another one is made, up to the limit. Most
# accounts never need more than one or two, so they are not made before.
_TAKE = Statement("""
    WITH clock AS MATERIALIZED (SELECT app_now() AS now),
    free AS MATERIALIZED (
        SELECT n FROM quota_slots
        WHERE connection_id = :connection_id AND bucket = :bucket AND n <= :size
          AND free_at <= (SELECT now FROM clock)
        ORDER BY free_at, n LIMIT 1 FOR UPDATE SKIP LOCKED
    ),
    taken AS (
        UPDATE quota_slots SET free_at = (SELECT now FROM clock) + :blocked
        FROM free
        WHERE quota_slots.connection_id = :connection_id AND quota_slots.bucket = :bucket
          AND quota_slots.n = free.n
        RETURNING quota_slots.n
    ),
    made AS (
        INSERT INTO quota_slots (connection_id, bucket, n, free_at)
        SELECT :connection_id, :bucket, count(*) + 1, (SELECT now FROM clock) + :blocked
        FROM quota_slots
        WHERE connection_id = :connection_id AND bucket = :bucket
        HAVING count(*) < :size AND NOT EXISTS (SELECT 1 FROM free)
        ON CONFLICT DO NOTHING
        RETURNING n
    )
    SELECT n FROM taken UNION ALL SELECT n FROM made
""")

_WHEN = Statement("""
    SELECT count(*) AS made, min(free_at) - app_now() AS wait FROM quota_slots
    WHERE connection_id = :connection_id AND bucket = :bucket AND n <= :size
""")

# Also a part of the statement that notes the slot's request in the ledger.
GIVE_BACK = """
    UPDATE quota_slots SET free_at = app_now() + :window
    WHERE connection_id = :slot_connection_id AND bucket = :bucket AND n = :n
"""
_GIVE_BACK = Statement(GIVE_BACK)


async def take(
    session: AsyncSession, connection_id: str, bucket: str, size: int
) -> Slot | timedelta:
    """Take one of `size` slots, or say how long until the next one is free."""
    asked = await ask(session, connection_id, bucket, size)
    return await taken(session, asked, connection_id, bucket, size)


async def ask(session: AsyncSession, connection_id: str, bucket: str, size: int) -> Coming:
    """Ask for one, to be answered together with what is asked next; `taken` reads it."""
    values = {
        "connection_id": connection_id,
        "bucket": bucket,
        "size": size,
        "blocked": WINDOW + LONGEST_CALL,
    }
    return await _TAKE.ask(session, values)


async def taken(
    session: AsyncSession, asked: Coming, connection_id: str, bucket: str, size: int
) -> Slot | timedelta:
    """What `ask` has brought; see `take`."""
    key = {"connection_id": connection_id, "bucket": bucket, "size": size}
    while True:
        taken = await asked.first()
        if taken is not None:
            return Slot(connection_id, bucket, taken.n)
        stands = await _WHEN.first(session, key)
        assert stands is not None
        if stands.made == size:
            return max(stands.wait, _AGAIN)
        # Another one has made the slot of the same number in this moment: there is a next one.
        asked = await ask(session, connection_id, bucket, size)


async def put_back(session: AsyncSession, asked: Coming, connection_id: str, bucket: str) -> None:
    """Give back, unused, what was asked for: no request was made with it."""
    if (taken := await asked.first()) is not None:
        values = giving_back(Slot(connection_id, bucket, taken.n)) | {"window": timedelta(0)}
        await _GIVE_BACK.run(session, values)


def giving_back(slot: Slot) -> dict[str, Any]:
    """The values of `GIVE_BACK`."""
    return {
        "slot_connection_id": slot.connection_id,
        "bucket": slot.bucket,
        "n": slot.n,
        "window": WINDOW,
    }


async def give_back(session: AsyncSession, slot: Slot) -> None:
    """Say that the request of this slot has ended: it is free in a window from now."""
    await _GIVE_BACK.run(session, giving_back(slot))
