"""What the database says of who does something, and of what is due when.

A refresh of a token is seen by what was written when it began, as a lease of 90 seconds. One that
failed leaves a pause behind which looks nearly the same: it is told apart by when it was written,
which for a lease is since the clocks were moved last, and not long counted in any case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.refresh import LEASE
from postwright.db.statement import Statement
from postwright.publishing.hosting import AWAY

# Workers look for tokens that are due now and then, while the story goes on; this long after it is
# due one is waited for.
OVERDUE = timedelta(minutes=10)
# How long, in real seconds, somebody is waited for who may have nothing in hand.
BENEFIT_S = 1.0

_BEGUN = """
    EXISTS (
        SELECT FROM credentials WHERE refreshing_until > app_now() AND (
            refresh_doubt = ''
            OR :in_doubt AND refreshing_until - :lease BETWEEN :since AND app_now()
        )
    )
"""
_HANDS = f"""
    CASE
        WHEN EXISTS (SELECT FROM lanes WHERE lease_until > app_now()) THEN 'a lane is held'
        WHEN {_BEGUN} THEN 'a token is being refreshed'
    END
"""
_IN_HAND = Statement(f"SELECT {_HANDS} AS what")
# What was held because TikTok does not answer is asked again and again, by each account in its
# own time; it is let wait for others, or an outage would be one step per second.
_LOOK = Statement(f"""
    SELECT app_now() AS now, COALESCE(
        {_HANDS},
        CASE
            WHEN EXISTS (SELECT FROM lanes WHERE kind IN ('start', 'track')
                         AND next_at <= app_now()) THEN 'a lane is due'
            WHEN EXISTS (SELECT FROM publications
                         WHERE lane IS NOT NULL AND due_at IS NULL AND hold_reason = '{AWAY}')
                THEN 'a post waits for the web part'
            WHEN EXISTS (SELECT FROM credentials WHERE refresh_at <= app_now() - :overdue)
                THEN 'a token is overdue'
            WHEN :in_doubt AND EXISTS (SELECT FROM credentials WHERE refresh_at > app_now()
                         AND refresh_at - :lease BETWEEN :since AND app_now())
                THEN 'a token may be about to be refreshed'
        END
    ) AS busy,
    start.exact_at AS start_at, start.vague_at, track.at AS track_at, token.at AS refresh_at
    FROM (
        SELECT min(due_at) FILTER (WHERE hold_reason <> 'unreachable') AS exact_at,
               min(due_at) FILTER (WHERE hold_reason = 'unreachable') AS vague_at
        FROM publications WHERE lane = 'start' AND due_at > app_now()
    ) AS start,
    (SELECT min(due_at) AS at FROM publications WHERE lane = 'track' AND due_at > app_now())
        AS track,
    (SELECT min(refresh_at) AS at FROM credentials) AS token
""")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database says. `busy` is why it is not over yet, if it is not.

    `vague_at` is when something is begun again that was held as TikTok did not answer.
    """

    now: datetime
    busy: str | None
    start_at: datetime | None
    vague_at: datetime | None
    track_at: datetime | None
    refresh_at: datetime | None


async def look(session: AsyncSession, since: datetime, waited_s: float) -> Seen:
    """See how it stands; `since` the clocks were moved last, `waited_s` real seconds passed."""
    values = _values(since, waited_s) | {"overdue": OVERDUE}
    return Seen(*await _LOOK.first(session, values) or ())


async def in_hand(session: AsyncSession, since: datetime, waited_s: float) -> str | None:
    """What somebody has in hand, if anybody has anything."""
    row = await _IN_HAND.first(session, _values(since, waited_s))
    return None if row is None else row.what


def _values(since: datetime, waited_s: float) -> dict[str, datetime | timedelta | bool]:
    return {"since": since, "lease": LEASE, "in_doubt": waited_s < BENEFIT_S}
