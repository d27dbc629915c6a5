"""Moves the clocks of TikTok and of the database together, whenever nobody does anything.

TikTok's is moved first: its rate limits are then never stricter than ours. What becomes due at
TikTok on the way happens at its moment. The database's clock is moved in a transaction that keeps
everybody from taking up a lane, if nobody has one in hand: no lease runs out by it.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.crash.scene import Scene

_LOOK_S, _LONGEST_LOOK_S = 0.02, 0.1
_PATIENCE_S = 90.0
# What is due in this time is done in one go; looking after what is out can wait for longer.
GRAIN = timedelta(seconds=10)
TRACK_LATER = timedelta(minutes=10)
REFRESH_LATER = timedelta(minutes=10)
TIKTOK_LATER = timedelta(minutes=5)
LONGEST = timedelta(minutes=30)
# Somebody may have taken a token up to refresh it; his claim must not run out.
_IF_REFRESHING = timedelta(seconds=80)
_REFRESHING_S = 0.3

_BUSY = """
    EXISTS (SELECT FROM lanes WHERE lease_until > app_now())
    OR EXISTS (SELECT FROM credentials WHERE refreshing_until > app_now())
"""
_LOOK = f"""
    SELECT app_now(), {_BUSY}
           OR EXISTS (SELECT FROM lanes
                      WHERE kind IN ('start', 'track') AND next_at <= app_now()),
           (SELECT min(next_at) FROM lanes WHERE kind = 'start' AND next_at > app_now()),
           (SELECT min(next_at) FROM lanes WHERE kind = 'track' AND next_at > app_now()),
           (SELECT min(refresh_at) FROM credentials)
"""
_BARRED = f"SELECT {_BUSY}"
# Set, not added: it may be done again after a lost commit.
_SET = "UPDATE app_clock SET is_test = true, ahead = make_interval(secs => :s)"
_TELL = "SELECT pg_notify('postwright_lanes', kind) FROM unnest(ARRAY['start', 'track']) AS kind"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database says. `is_busy`: something is in hand, or due."""

    now: datetime
    is_busy: bool
    start_at: datetime | None
    track_at: datetime | None
    refresh_at: datetime | None


class StillBusy(Exception):
    """Nothing comes to an end any more."""


class Clock:
    """Both clocks.

    `jumps` is how often they were moved; `moving_s` took that, in real seconds, and `busy_s` went
    by while somebody did something.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._ahead = timedelta(0)
        self.jumps = 0
        self.busy_s = 0.0
        self.moving_s = 0.0

    def now(self) -> datetime:
        """As both have it, to within a fraction of a second."""
        return datetime.now(UTC) + self._ahead

    async def settled(self) -> Seen:
        """Wait until nobody does anything."""
        began, pause_s = time.monotonic(), _LOOK_S
        while True:
            seen = await self._look()
            waited_s = time.monotonic() - began
            is_calm = not _may_refresh(seen) or waited_s > _REFRESHING_S
            if not seen.is_busy and not _is_refresh_overdue(seen) and is_calm:
                self.busy_s += waited_s
                return seen
            if waited_s > _PATIENCE_S:
                raise StillBusy(f"busy for {waited_s:.0f} s at {seen.now}")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.3, _LONGEST_LOOK_S)

    async def pass_until(self, no_later: datetime) -> datetime:
        """Move on to when something is due, but no further than this; the new time."""
        seen = await self.settled()
        facts = await self._scene.control("GET", "clock")
        tiktok_at = facts["next_due_at"]
        moments = [seen.now + LONGEST]
        for at, later in (
            (seen.start_at, timedelta(0)),
            (seen.track_at, TRACK_LATER),
            (seen.refresh_at, REFRESH_LATER),
            (None if tiktok_at is None else datetime.fromisoformat(tiktok_at), TIKTOK_LATER),
        ):
            if at is not None:
                moments.append(at + later)
        if _may_refresh(seen):
            moments.append(seen.now + _IF_REFRESHING)
        target = min(max(min(moments), seen.now + GRAIN), max(no_later, seen.now))
        await self.go_to(target)
        return target

    async def go_to(self, target: datetime) -> None:
        """Move both clocks."""
        began = time.monotonic()
        await self.move_tiktok(target)
        await self.follow()
        self.moving_s += time.monotonic() - began

    async def move_tiktok(self, target: datetime) -> None:
        """Move TikTok's alone; `follow` has to come next."""
        facts = await self._scene.control("POST", "clock", {"to": target.isoformat()})
        self._ahead = timedelta(seconds=facts["offset_s"])
        self.jumps += 1

    async def follow(self) -> None:
        """Set the database's clock to TikTok's, when nothing is in hand."""
        deadline = time.monotonic() + _PATIENCE_S
        while not await self._scene.surely(self._set):
            if time.monotonic() > deadline:
                raise StillBusy(f"somebody holds a lane for {_PATIENCE_S:.0f} s")
            await asyncio.sleep(_LOOK_S)

    async def leap(self) -> None:
        """As `follow`, when nobody is there: whatever a dead worker had in hand, he has no more."""

        async def do(session: AsyncSession) -> None:
            await session.execute(text(_SET), {"s": self._ahead.total_seconds()})

        await self._scene.surely(do)

    async def _set(self, session: AsyncSession) -> bool:
        await session.execute(text("LOCK TABLE lanes IN SHARE ROW EXCLUSIVE MODE"))
        if await session.scalar(text(_BARRED)):
            return False
        await session.execute(text(_SET), {"s": self._ahead.total_seconds()})
        await session.execute(text(_TELL))
        return True

    async def _look(self) -> Seen:
        return Seen(*(await self._scene.rows(_LOOK))[0])


def _is_refresh_overdue(seen: Seen) -> bool:
    return seen.refresh_at is not None and seen.refresh_at + REFRESH_LATER <= seen.now


def _may_refresh(seen: Seen) -> bool:
    """Whether a refresh may be about to begin: it was claimed, and its time was moved on by it."""
    if seen.refresh_at is None:
        return False
    return seen.now < seen.refresh_at < seen.now + timedelta(seconds=91)
