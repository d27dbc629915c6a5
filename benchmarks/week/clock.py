"""Moves the clocks of TikTok and of the database together, whenever nobody does anything.

TikTok's is moved first: its rate limits are then never stricter than ours. What becomes due at
TikTok on the way happens at its moment. The database's clock is moved in a transaction that keeps
everybody from taking up a lane or a token, if nobody has one in hand: no lease runs out by it.
"""

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.crash.scene import Scene
from benchmarks.week.sight import Seen, in_hand, look
from postwright.db.database import app_now

_LOOK_S, _LONGEST_LOOK_S = 0.01, 0.05
PATIENCE_S = 120.0
# What is due in this time is done in one go; the rest can wait for longer, for others.
GRAIN = timedelta(seconds=10)
VAGUE_LATER = timedelta(minutes=3)
TRACK_LATER = timedelta(minutes=15)
REFRESH_LATER = timedelta(minutes=15)
TIKTOK_LATER = timedelta(minutes=5)
LONGEST = timedelta(minutes=30)

# All at once or not at all: whoever waits for a lock could keep others from ending their work.
_KEEP_OUT = "LOCK TABLE lanes, credentials IN SHARE ROW EXCLUSIVE MODE NOWAIT"
# Set, not added: it may be done again after a lost commit.
_SET = "UPDATE app_clock SET is_test = true, ahead = make_interval(secs => :s)"
_TELL = "SELECT pg_notify('postwright_lanes', kind) FROM unnest(ARRAY['start', 'track']) AS kind"


_NEVER = datetime.min.replace(tzinfo=UTC)


class StillBusy(Exception):
    """Nothing comes to an end any more."""


@dataclass(slots=True)
class Clock:
    """Both clocks.

    Attributes:
        jumps: how often they were moved, by what was next.
        moving_s: how long that took, in real seconds.
        busy_s: how long was waited for somebody, by what for.
    """

    scene: Scene
    jumps: Counter[str] = field(default_factory=Counter[str])
    moving_s: float = 0
    busy_s: dict[str, float] = field(default_factory=lambda: defaultdict[str, float](float))
    _ahead: timedelta = timedelta(0)
    _since: datetime = _NEVER

    def now(self) -> datetime:
        """As both have it, to within a fraction of a second."""
        return datetime.now(UTC) + self._ahead

    async def settled(self) -> Seen:
        """Wait until nobody does anything."""
        began, pause_s = time.monotonic(), _LOOK_S
        while True:
            waited_s = time.monotonic() - began
            seen = await self.scene.surely(partial(look, since=self._since, waited_s=waited_s))
            if seen.busy is None:
                return seen
            if waited_s > PATIENCE_S:
                raise StillBusy(f"{seen.busy}, for {waited_s:.0f} s, at {seen.now}")
            await asyncio.sleep(pause_s)
            self.busy_s[seen.busy] += time.monotonic() - began - waited_s
            pause_s = min(pause_s * 1.3, _LONGEST_LOOK_S)

    async def pass_on(self, seen: Seen, no_later: datetime) -> None:
        """Move on to when something is due, but no further than this."""
        facts = await self.scene.control("GET", "clock")
        at = facts["next_due_at"]
        moments = {"nothing for long": seen.now + LONGEST}
        for name, moment, later in (
            ("a post", seen.start_at, timedelta(0)),
            ("what was held", seen.vague_at, VAGUE_LATER),
            ("a status", seen.track_at, TRACK_LATER),
            ("a token", seen.refresh_at, REFRESH_LATER),
            ("TikTok", None if at is None else datetime.fromisoformat(at), TIKTOK_LATER),
        ):
            if moment is not None:
                moments[name] = moment + later
        first = min(moments, key=lambda name: moments[name])
        target = max(moments[first], seen.now + GRAIN)
        if target > no_later:
            first, target = "the story", max(no_later, seen.now)
        self.jumps[first] += 1
        await self.go_to(target)

    async def go_to(self, target: datetime) -> None:
        """Move both clocks."""
        began = time.monotonic()
        await self.move_tiktok(target)
        await self.follow()
        self.moving_s += time.monotonic() - began

    async def move_tiktok(self, target: datetime) -> None:
        """Move TikTok's alone; `follow` has to come next."""
        facts = await self.scene.control("POST", "clock", {"to": target.isoformat()})
        self._ahead = timedelta(seconds=facts["offset_s"])

    async def follow(self) -> None:
        """Set the database's clock to TikTok's, when nothing is in hand."""
        began = time.monotonic()
        while (waited_s := time.monotonic() - began) < PATIENCE_S:
            if await self._followed(waited_s):
                return
            await asyncio.sleep(_LOOK_S)
        raise StillBusy(f"somebody holds something for {PATIENCE_S:.0f} s")

    async def _followed(self, waited_s: float) -> bool:
        try:
            return await self.scene.surely(partial(self._set_if_calm, waited_s=waited_s))
        except DBAPIError as error:
            if isinstance(error.orig, LockNotAvailable):
                return False
            raise

    async def leap(self) -> None:
        """As `follow`, when nobody is there: whatever a dead worker had in hand, he has no more."""
        await self.scene.surely(self._set)

    async def _set_if_calm(self, session: AsyncSession, waited_s: float) -> bool:
        await session.execute(text(_KEEP_OUT))
        if await in_hand(session, self._since, waited_s):
            return False
        await self._set(session)
        return True

    async def _set(self, session: AsyncSession) -> None:
        await session.execute(text(_SET), {"s": self._ahead.total_seconds()})
        self._since = await app_now(session)
        await session.execute(text(_TELL))
