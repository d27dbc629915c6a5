"""Carries out fixes in a worker: take one up, run the program, keep the result, say how it went."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW, DatabaseGone, app_now
from postwright.errors import Advice, AppError
from postwright.jobs import lanes
from postwright.jobs.hold import hold
from postwright.jobs.lanes import Claim
from postwright.media.fixing.jobs import GOING_ON, locked
from postwright.media.fixing.mend import mend
from postwright.media.fixing.recipe import Recipe
from postwright.media.fixing.run import Limits
from postwright.media.fixing.workshop import workshop
from postwright.media.keep import Incoming, keep
from postwright.media.library import Library
from postwright.media.models import FixState, MediaFile, MediaFix
from postwright.media.types import content_type, kind_of

log = logging.getLogger(__name__)

TRIES = 5

_LOOK_EVERY_S = 1.0
_AGAIN_IN = timedelta(seconds=30)
_PASSING = {Advice.RETRY, Advice.WAIT}
_ACTOR = "fix"


class _Over(Exception):
    """Somebody has cancelled the fix, or taken over its lane."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A fix in a worker's hands."""

    fix_id: str
    recipe: Recipe
    media_id: str
    sha256: str
    name: str


@dataclass(slots=True)
class _Seen:
    """How much of it is done."""

    progress: float = field(default=0.0)

    def note(self, progress: float) -> None:
        self.progress = progress


@dataclass(frozen=True, slots=True)
class Mender:
    """What a worker needs to carry out fixes.

    Attributes:
        library: the store and its rows.
        scratch: a folder for what is not finished.
        lease: how long a silent worker keeps a fix.
        holder: this worker's name.
        limits: what one file may cost.
    """

    library: Library
    scratch: Path
    lease: timedelta
    holder: str
    limits: Limits = field(default_factory=Limits)

    async def run(self, claim: Claim) -> None:
        """Carry out the fix of a lane that was claimed, and let go of it."""
        async with self.library.database.transaction() as session:
            ours = await self._still_ours(session, claim)
        if ours:
            await hold(
                self.library.database,
                claim,
                lease=self.lease,
                holder=self.holder,
                work=lambda: self._work(claim),
            )

    async def _still_ours(self, session: AsyncSession, claim: Claim) -> bool:
        return await lanes.renew(
            session, claim.lane_id, claim.fence, lease=self.lease, holder=self.holder
        )

    async def _work(self, claim: Claim) -> None:
        job = await self._take_up(claim)
        if job is None:
            return
        seen = _Seen()
        try:
            result_id = await self._watched(claim, seen, self._mended(claim, job, seen))
        except _Over:
            await self._let_go(claim)
        except AppError as error:
            if isinstance(error, DatabaseGone):
                raise
            await self._failed(claim, error)
        else:
            await self._done(claim, job, result_id)

    async def _take_up(self, claim: Claim) -> _Job | None:
        async with self.library.database.transaction() as session:
            if not await self._still_ours(session, claim):
                return None
            fix = await locked(session, claim.workspace_id, claim.subject_id)
            if fix.state not in GOING_ON:
                await lanes.release(session, claim.lane_id, claim.fence, None)
                return None
            if fix.tries >= TRIES:
                _end(fix, FixState.FAILED, f"It broke off {TRIES} times; the worker's log says why")
                await lanes.release(session, claim.lane_id, claim.fence, None)
                return None
            fix.state, fix.tries, fix.progress = FixState.RUNNING, fix.tries + 1, 0.0
            media = await session.get_one(MediaFile, fix.media_id)
            recipe = Recipe.from_dict(fix.recipe)
            return _Job(fix.id, recipe, media.id, media.sha256, media.name)

    async def _mended(self, claim: Claim, job: _Job, seen: _Seen) -> str:
        """The id of the mended file."""
        store, workspace_id = self.library.store, claim.workspace_id
        async with store.local(workspace_id, job.sha256) as source:
            with workshop(self.scratch) as folder:
                output = folder / f"mended{job.recipe.suffix}"
                found = await mend(
                    job.recipe,
                    source,
                    output,
                    limits=self.limits,
                    probe_timeout_s=self.library.settings.probe_timeout_s,
                    on_progress=seen.note,
                )
                incoming = Incoming(
                    path=output,
                    kind=kind_of(found),
                    content_type=content_type(found),
                    probe=asdict(found),
                    name=f"{Path(job.name).stem}{job.recipe.suffix}",
                    original_id=job.media_id,
                    changes=[asdict(step) for step in job.recipe.steps],
                )
                return (await keep(self.library, workspace_id, incoming, actor=_ACTOR)).id

    async def _watched(self, claim: Claim, seen: _Seen, work: Coroutine[Any, Any, str]) -> str:
        """Do the work, write down how far it is, and stop it when nobody wants it any more."""
        working = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({working}, timeout=_LOOK_EVERY_S))[0]:
                if not await self._is_wanted(claim, seen.progress):
                    raise _Over
            return working.result()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _is_wanted(self, claim: Claim, progress: float) -> bool:
        try:
            async with self.library.database.transaction() as session:
                if not await self._still_ours(session, claim):
                    return False
                fix = await locked(session, claim.workspace_id, claim.subject_id)
                if fix.state is FixState.RUNNING:
                    fix.progress = round(progress, 3)
                return fix.state is FixState.RUNNING
        except DatabaseGone:
            return True  # whether the lane is still ours is the business of who holds it

    async def _done(self, claim: Claim, job: _Job, result_id: str) -> None:
        async with self.library.database.transaction() as session:
            if not await self._still_ours(session, claim):
                return
            fix = await locked(session, claim.workspace_id, claim.subject_id)
            if fix.state is FixState.RUNNING:
                fix.progress, fix.result_id = 1.0, result_id
                fix.changes = [asdict(step) for step in job.recipe.steps]
                _end(fix, FixState.DONE, "")
            await self._release(session, claim, fix)

    async def _failed(self, claim: Claim, error: AppError) -> None:
        log.warning("fix %s: %s %s", claim.subject_id, error.what, error.why)
        async with self.library.database.transaction() as session:
            if not await self._still_ours(session, claim):
                return
            fix = await locked(session, claim.workspace_id, claim.subject_id)
            if fix.state is not FixState.RUNNING:
                await self._release(session, claim, fix)
                return
            fix.detail = " ".join(filter(None, (error.why, error.fix)))
            if error.advice in _PASSING and fix.tries < TRIES:
                fix.state = FixState.WAITING
                due = await app_now(session) + _AGAIN_IN * fix.tries
                await lanes.release(session, claim.lane_id, claim.fence, due)
                return
            _end(fix, FixState.FAILED, fix.detail)
            await self._release(session, claim, fix)

    async def _let_go(self, claim: Claim) -> None:
        async with self.library.database.transaction() as session:
            if await self._still_ours(session, claim):
                fix = await locked(session, claim.workspace_id, claim.subject_id)
                await self._release(session, claim, fix)

    async def _release(self, session: AsyncSession, claim: Claim, fix: MediaFix) -> None:
        """Let go of the lane; a fix that was cancelled and asked for again is due at once."""
        again = await app_now(session) if fix.state in GOING_ON else None
        await lanes.release(session, claim.lane_id, claim.fence, again)


def _end(fix: MediaFix, state: FixState, detail: str) -> None:
    fix.state, fix.detail, fix.finished_at = state, detail, NOW
