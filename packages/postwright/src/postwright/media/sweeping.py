"""Sweeps media now and then, in one worker of all that there are: a lane of its own."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from postwright.db.database import app_now
from postwright.errors import StorageTrouble
from postwright.jobs import lanes
from postwright.jobs.hold import hold
from postwright.jobs.lanes import Claim
from postwright.media.library import Library
from postwright.media.sweep import sweep
from postwright.media.uploads import forget_uploads

log = logging.getLogger(__name__)

SWEEP = "sweep"
# The lane is nobody's in particular; lanes refer to no tables.
_SUBJECT = "media"


@dataclass(frozen=True, slots=True)
class Sweeper:
    """What a worker needs to sweep."""

    library: Library
    lease: timedelta
    holder: str

    async def plan(self) -> None:
        """See to it that the next sweep is planned; one that is planned already stays."""
        async with self.library.database.transaction() as session:
            at = await app_now(session) + self._pause
            await lanes.wake(session, _SUBJECT, _SUBJECT, SWEEP, at)

    async def run(self, claim: Claim) -> None:
        """Sweep, and plan the next time."""
        await hold(
            self.library.database,
            claim,
            lease=self.lease,
            holder=self.holder,
            work=lambda: self._sweep(claim),
        )

    @property
    def _pause(self) -> timedelta:
        return timedelta(seconds=self.library.settings.sweep_every_s)

    async def _sweep(self, claim: Claim) -> None:
        try:
            swept = await sweep(self.library)
        except StorageTrouble as error:
            log.warning("media could not be swept: %s %s", error.what, error.why)
        else:
            log.info(
                "media swept: %s files removed, %s freed (%s bytes)",
                len(swept.files), swept.freed, swept.freed_bytes,
            )  # fmt: skip
        async with self.library.database.transaction() as session:
            await forget_uploads(session)
            at = await app_now(session) + self._pause
            await lanes.release(session, claim.lane_id, claim.fence, at)
