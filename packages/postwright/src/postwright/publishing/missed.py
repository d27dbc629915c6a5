"""What to do with what should have gone out while nothing was running.

Missed is what is more than a quarter of an hour late because no worker was running for as long.
What a quota, a pause or another upload has held up is late, and not missed: a worker has seen it
in time. And what was due before a backup was put back may have gone out already.
"""

from datetime import timedelta
from typing import assert_never

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.pulse import silence_between
from postwright.publishing.attempt import OnHold, Stage, Unfit
from postwright.publishing.states import IfMissed
from postwright.publishing.work import Work

MISSED = "missed"
RESTORED = "restored"

GRACE = timedelta(minutes=15)
# Nothing is asked about what is hardly late: this is the way that almost everything goes.
_IN_TIME = timedelta(minutes=1)

_FACTS = text("""
    SELECT publications.created_at, installation.restored_at,
           (SELECT min(attempts.created_at) FROM attempts
            WHERE attempts.publication_id = publications.id
              AND attempts.created_at >= publications.publish_at) AS looked_at
    FROM publications LEFT JOIN installation ON true
    WHERE publications.id = :publication_id
""")


async def barred(session: AsyncSession, work: Work) -> OnHold | Unfit | None:
    """What keeps a publication from going out this late, if anything does.

    Args:
        session: of the transaction that would begin it.
        work: it, before anything was announced.
    """
    if work.now - work.publish_at <= _IN_TIME:
        return None
    values = {"publication_id": work.publication_id}
    row = (await session.execute(_FACTS, values)).one()
    was_due = f"it was due at {work.publish_at:%Y-%m-%d %H:%M} UTC"
    restored_at = row.restored_at
    if restored_at is not None and max(work.publish_at, row.created_at) <= restored_at:
        return OnHold(
            RESTORED,
            f"{was_due}, before a backup was put back: it may have gone out after the backup was "
            "made",
            None,
        )
    looked_at = row.looked_at or work.now
    if looked_at - work.publish_at <= GRACE:
        return None
    silence = await silence_between(session, work.publish_at, looked_at)
    if silence <= GRACE:
        return None
    return _by_policy(work.if_missed, f"{was_due}, and no worker was running")


def _by_policy(policy: IfMissed, detail: str) -> OnHold | Unfit | None:
    match policy:
        case IfMissed.PUBLISH:
            return None
        case IfMissed.HOLD:
            return OnHold(MISSED, detail, None)
        case IfMissed.SKIP:
            return Unfit(MISSED, detail, Stage.CANCELLED)
        case _:
            assert_never(policy)
