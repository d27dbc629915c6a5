"""Carries out what the protocol decides: take a publication up, record, call, until it waits."""

import logging
from dataclasses import dataclass

from postwright.connections import credentials
from postwright.db.database import Database
from postwright.jobs import lanes
from postwright.jobs.engine import is_passing
from postwright.jobs.hold import hold
from postwright.jobs.lanes import Claim
from postwright.publishing.aside import set_aside
from postwright.publishing.turn import Turn, Workbench
from postwright.publishing.work import TRACK, ask_for_due, found, let_go

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
            renews=True,
        )

    async def _work_off(self, claim: Claim) -> None:
        batch = _BATCH.get(claim.kind, 1)
        for n in range(1, batch + 1):
            if not await self._one(claim, leaves=n == batch):
                return

    async def _one(self, claim: Claim, *, leaves: bool) -> bool:
        """One publication's turn; True if the lane is held still.

        If it raises it is set aside, or no other would ever be next.
        """
        begun: list[str] = []
        try:
            turn = await self._begin(claim, begun, leaves=leaves)
            return turn is not None and await turn.run()
        except Exception as error:
            if is_passing(error) or not begun:
                raise
            async with self._database.transaction() as session:
                bench = self.bench
                now = await lanes.hold(session, claim, lease=bench.lease, holder=bench.holder)
                if now is None:
                    return False
                await set_aside(session, begun[0], error)
                return not await let_go(session, claim, leaves=leaves)

    async def _begin(self, claim: Claim, begun: list[str], *, leaves: bool) -> Turn | None:
        """Take up what is due and record its first step; None if nothing is, or the lane is lost.

        Whose turn it is goes into `begun`, for the case that it cannot be taken up.
        """
        bench = self.bench
        async with self._database.transaction() as session:
            holding = await lanes.ask_to_hold(
                session, claim, lease=bench.lease, holder=bench.holder
            )
            finding = await ask_for_due(session, claim)
            tokens = await credentials.ask(session, claim.subject_id)
            now = await lanes.held(holding)
            if now is None:
                return None
            due = await found(finding)
            if due is None:
                await let_go(session, claim, leaves=True)
                return None
            begun.append(due.publication_id)
            turn = Turn(bench, claim, await bench.load(session, due, now), leaves=leaves)
            await turn.begin(session, due.kept, tokens)
        return turn
