"""Carries out what the protocol decides: take a publication up, record, call, until it waits."""

import logging
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import Database
from postwright.jobs import lanes
from postwright.jobs.engine import is_passing
from postwright.jobs.hold import hold
from postwright.jobs.lanes import Claim
from postwright.publishing.aside import set_aside
from postwright.publishing.models import Publication
from postwright.publishing.turn import Turn, Workbench
from postwright.publishing.work import TRACK, Work, due_publication, next_due

log = logging.getLogger(__name__)

# A claim of the track lane looks at many publications, one status request each.
_BATCH = {TRACK: 50}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Works off the lanes of publications."""

    bench: Workbench

    @property
    def _database(self) -> Database:
        return self.bench.accounts.database

    async def run(self, claim: Claim) -> None:
        """Do what is due in a lane that was claimed, and let go of it."""
        await hold(
            self._database,
            claim,
            lease=self.bench.lease,
            holder=self.bench.holder,
            work=lambda: self._work_off(claim),
        )

    async def _work_off(self, claim: Claim) -> None:
        for _ in range(_BATCH.get(claim.kind, 1)):
            publication_id = await self._due(claim)
            if publication_id is None or not await self._turn(claim, publication_id):
                break
        async with self._database.transaction() as session:
            # What wakes a lane locks it first: between the two nothing can be overlooked.
            await lanes.lock(session, [claim.subject_id])
            if await self._still_ours(session, claim):
                due = await next_due(session, claim)
                await lanes.release(session, claim.lane_id, claim.fence, due)

    async def _still_ours(self, session: AsyncSession, claim: Claim) -> bool:
        return await lanes.renew(
            session, claim.lane_id, claim.fence, lease=self.bench.lease, holder=self.bench.holder
        )

    async def _due(self, claim: Claim) -> str | None:
        async with self._database.transaction() as session:
            if not await self._still_ours(session, claim):
                return None
            return await due_publication(session, claim)

    async def _turn(self, claim: Claim, publication_id: str) -> bool:
        """One publication's turn. If it raises it is set aside, or no other would ever be next."""
        try:
            work = await self._take_up(claim, publication_id)
            return work is not None and await Turn(self.bench, claim, work).run()
        except Exception as error:
            if is_passing(error):
                raise
            async with self._database.transaction() as session:
                ours = await self._still_ours(session, claim)
                if ours:
                    await set_aside(session, publication_id, error)
            return ours

    async def _take_up(self, claim: Claim, publication_id: str) -> Work | None:
        async with self._database.transaction() as session:
            if not await self._still_ours(session, claim):
                return None
            publication = await session.get_one(Publication, publication_id, with_for_update=True)
            if publication.lane != claim.kind:
                return None  # cancelled a moment ago
            return await self.bench.load(session, publication)
