"""How the lanes stand: what is planned, due, in hand and late. Of the whole installation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# What has been due for longer is late: until then a dispatcher may just not have looked.
GRACE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Kind:
    """The lanes of one kind.

    Attributes:
        kind: which.
        planned: those that have something to do at any time.
        due: those whose time has come and that nobody has in hand.
        leased: those that somebody has in hand.
        late: those that have been due for more than a few seconds.
        latest: for how long the first of them has been.
        next_at: when the next one is due, from now on.
    """

    kind: str
    planned: int
    due: int
    leased: int
    late: int
    latest: timedelta
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Leased:
    """A lane that somebody has in hand; `holder` is empty until it has begun."""

    kind: str
    subject_id: str
    holder: str | None
    fence: int
    lease_until: datetime


_KINDS = text("""
    WITH clock AS MATERIALIZED (SELECT app_now() AS now),
    seen AS (
        SELECT kind, next_at, COALESCE(lease_until >= clock.now, false) AS leased, clock.now
        FROM lanes CROSS JOIN clock
        WHERE next_at IS NOT NULL OR lease_until >= clock.now
    )
    SELECT kind, count(next_at), count(*) FILTER (WHERE next_at <= now AND NOT leased),
           count(*) FILTER (WHERE leased),
           count(*) FILTER (WHERE next_at < now - :grace AND NOT leased),
           COALESCE(max(now - next_at) FILTER (WHERE next_at < now AND NOT leased), '0'),
           min(next_at) FILTER (WHERE next_at > now)
    FROM seen GROUP BY kind ORDER BY kind
""")

_LEASED = text("""
    SELECT kind, subject_id, holder, fence, lease_until FROM lanes
    WHERE lease_until >= app_now() ORDER BY kind, lease_until LIMIT :limit
""")


async def kinds(session: AsyncSession) -> list[Kind]:
    """How the lanes of each kind stand. Reads all that are planned: seconds for millions."""
    return [Kind(*row) for row in await session.execute(_KINDS, {"grace": GRACE})]


async def leased(session: AsyncSession, *, limit: int) -> list[Leased]:
    """What is in hand now, and whose."""
    return [Leased(*row) for row in await session.execute(_LEASED, {"limit": limit})]
