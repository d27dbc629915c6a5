"""Notes when no worker was running: what was due then was missed, and not held up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.installation import Outage

# Workers give a sign of life once a minute.
SILENCE = timedelta(seconds=150)

# The real clock, too: a test may move the other one under a worker that runs.
_LAST = text("""
    SELECT beat_at, seen_at, app_now(), clock_timestamp() FROM pulse FOR UPDATE
""")  # lint: bare-now - see above

_BEAT = text("""
    INSERT INTO pulse (beat_at, seen_at) VALUES (app_now(), clock_timestamp())
    ON CONFLICT (only_row) DO UPDATE SET beat_at = app_now(), seen_at = clock_timestamp()
""")  # lint: bare-now - see above

_SILENT = text("""
    SELECT sum(least(ended_at, :until) - greatest(began_at, :since)) FROM outages
    WHERE ended_at > :since AND began_at < :until
""")


@dataclass(frozen=True, slots=True)
class Gap:
    """No worker was running from `began_at` until `ended_at`."""

    began_at: datetime
    ended_at: datetime


async def beat(session: AsyncSession, *, starting: bool) -> Gap | None:
    """Give a sign of life; the outage that ends with it, which is noted.

    Args:
        session: holds the row until it commits.
        starting: whether this process was not running before. One that was compares by the real
            clock: it has run, unless it was frozen with its machine.
    """
    last = (await session.execute(_LAST)).one_or_none()
    await session.execute(_BEAT)
    if last is None:
        return None
    beat_at, seen_at, now, real_now = last
    silence = now - beat_at if starting else real_now - seen_at
    if silence < SILENCE:
        return None
    await session.execute(insert(Outage).values(began_at=beat_at, ended_at=now))
    return Gap(beat_at, now)


async def silence_between(session: AsyncSession, since: datetime, until: datetime) -> timedelta:
    """For how long of a time no worker was running."""
    found = (await session.execute(_SILENT, {"since": since, "until": until})).scalar_one()
    return found or timedelta(0)
