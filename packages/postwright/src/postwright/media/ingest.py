"""Ingests: files that are fetched from addresses, as rows. A worker carries them out.

The row is there at once, for whoever asks; what it becomes is told in it. The same address that is
asked for again while it is under way is fetched once.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW, DatabaseGone, app_now
from postwright.errors import Advice, AppError
from postwright.jobs import lanes
from postwright.jobs.hold import hold
from postwright.jobs.lanes import Claim
from postwright.kit.ids import new_id
from postwright.kit.vault import Vault
from postwright.media.fetching import Reach, checked, fetch_into, name_in, shown
from postwright.media.keep import incoming, take
from postwright.media.library import Library
from postwright.media.models import Ingest, IngestState, MediaFile
from postwright.media.references import ingest_by_id
from postwright.media.uploads import looked_into

log = logging.getLogger(__name__)

# The kind of lane; its subject is the ingest.
INGEST = "ingest"
TRIES = 5
UNDER_WAY = frozenset({IngestState.WAITING, IngestState.FETCHING})

_TELL_EVERY_S = 1.0
_AGAIN_IN = timedelta(seconds=15)
_PASSING = {Advice.RETRY, Advice.WAIT}

# Called in the transaction in which an ingest ends, with the file or None. Media does not know
# what waits for it; whoever puts things together passes this in.
WhenOver = Callable[[AsyncSession, Ingest, MediaFile | None], Awaitable[None]]


async def nobody_waits(session: AsyncSession, ingest: Ingest, media: MediaFile | None) -> None:
    """Of an ingest that nothing waits for."""


async def ingest(
    session: AsyncSession,
    vault: Vault,
    workspace_id: str,
    url: str,
    *,
    api_key_id: str | None = None,
    only_for: str = "",
) -> Ingest:
    """Ask for the file at an address; a worker begins at once. Nothing is looked up here.

    Whoever wants the file waits for the row: `IngestState.READY` has `media_id`, and
    `IngestState.FAILED` tells why. The same address that is under way is given back as it is, to
    those with the same `only_for`: who may not see what others fetch has fetches of their own.

    Raises:
        AddressRefused: it is no address that anything is fetched from.
    """
    plain = checked(url)
    ingest_id, url_hash = new_id("ing"), hash_of(plain, only_for)
    made = await session.scalar(
        insert(Ingest)
        .values(
            id=ingest_id, workspace_id=workspace_id, api_key_id=api_key_id,
            url=vault.seal(plain, url_context(ingest_id)), url_hash=url_hash, shown=shown(plain),
            state=IngestState.WAITING, size_bytes=None, done_bytes=0, tries=0, code="", detail="",
            media_id=None, created_at=NOW, finished_at=None,
        )
        .on_conflict_do_nothing()
        .returning(Ingest)
    )  # fmt: skip
    if made is not None:
        await lanes.wake(session, workspace_id, made.id, INGEST)
        return made
    under_way = await session.scalar(
        select(Ingest)
        .where(
            Ingest.workspace_id == workspace_id,
            Ingest.url_hash == url_hash,
            Ingest.state.in_(UNDER_WAY),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if under_way is not None:
        return under_way
    # It ended between the two.
    return await ingest(session, vault, workspace_id, url, api_key_id=api_key_id, only_for=only_for)


def hash_of(url: str, only_for: str = "") -> bytes:
    """What tells one address, as `checked` gave it, from another, of those who share fetches."""
    # No address holds a space.
    return hashlib.sha256(f"{url} {only_for}".encode() if only_for else url.encode()).digest()


def url_context(ingest_id: str) -> str:
    """Where a sealed address belongs."""
    return f"ingests.url {ingest_id}"


class _Over(Exception):
    """Somebody else has taken over the lane."""


@dataclass(frozen=True, slots=True)
class _Job:
    """An ingest in a worker's hands."""

    id: str
    url: str
    actor: str


@dataclass(slots=True)
class _Seen:
    """How much of it has come."""

    done_bytes: int = field(default=0)
    size_bytes: int | None = field(default=None)

    def note(self, done_bytes: int, size_bytes: int | None) -> None:
        self.done_bytes, self.size_bytes = done_bytes, size_bytes


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What a worker needs to carry out ingests.

    Attributes:
        library: the store and its rows.
        vault: opens the addresses.
        reach: how far to go for them.
        lease: how long a silent worker keeps an ingest.
        holder: this worker's name.
        when_over: hears of each that ends.
    """

    library: Library
    vault: Vault
    reach: Reach
    lease: timedelta
    holder: str
    when_over: WhenOver = nobody_waits

    async def run(self, claim: Claim) -> None:
        """Carry out the ingest of a lane that was claimed, and let go of it."""
        await hold(
            self.library.database,
            claim,
            lease=self.lease,
            holder=self.holder,
            work=lambda: self._work(claim),
        )

    async def _work(self, claim: Claim) -> None:
        seen = _Seen()
        try:
            job = await self._take_up(claim)
            if job is not None:
                await self._watched(claim, seen, self._fetched(claim, job, seen))
        except _Over:
            log.warning("ingest %s: another worker has it", claim.subject_id)
        except AppError as error:
            if isinstance(error, DatabaseGone):
                raise
            await self._failed(claim, error)

    async def _locked(self, session: AsyncSession, claim: Claim) -> Ingest:
        """The ingest, if its lane is still ours."""
        if not await lanes.renew(
            session, claim.lane_id, claim.fence, lease=self.lease, holder=self.holder
        ):
            raise _Over
        return await ingest_by_id(session, claim.workspace_id, claim.subject_id)

    async def _take_up(self, claim: Claim) -> _Job | None:
        async with self.library.database.transaction() as session:
            row = await self._locked(session, claim)
            if row.state not in UNDER_WAY or row.url is None:
                await lanes.release(session, claim.lane_id, claim.fence, None)
                return None
            if row.tries < TRIES:
                row.state, row.tries, row.done_bytes = IngestState.FETCHING, row.tries + 1, 0
                url = self.vault.open(row.url, url_context(row.id))
                return _Job(row.id, url, row.api_key_id or "ingest")
            why = f"It broke off {TRIES} times; the worker's log says why."
            await self._end(session, claim, row, None, code="ingest_broken", detail=why)
            return None

    async def _fetched(self, claim: Claim, job: _Job, seen: _Seen) -> None:
        """Fetch, look into it, keep it, and say so in one transaction with the file's row."""
        library = self.library
        async with library.store.receiving(0) as arrival:
            await fetch_into(arrival, job.url, self.reach, seen.note)
            name = name_in(job.url)
            file = incoming(arrival.path, await looked_into(library, arrival, name), name=name)

            async def also(session: AsyncSession, media: MediaFile) -> None:
                row = await self._locked(session, claim)
                row.done_bytes = row.size_bytes = media.size_bytes
                await self._end(session, claim, row, media)

            await take(library, claim.workspace_id, arrival, file, actor=job.actor, also=also)

    async def _watched(self, claim: Claim, seen: _Seen, work: Coroutine[Any, Any, None]) -> None:
        """Do the work, and write down now and then how far it is."""
        working = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({working}, timeout=_TELL_EVERY_S))[0]:
                await self._tell(claim, seen)
            working.result()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _tell(self, claim: Claim, seen: _Seen) -> None:
        try:
            async with self.library.database.transaction() as session:
                row = await self._locked(session, claim)
                if row.state is IngestState.FETCHING:
                    row.done_bytes, row.size_bytes = seen.done_bytes, seen.size_bytes
        except DatabaseGone:
            return  # whether the lane is still ours is the business of who holds it

    async def _failed(self, claim: Claim, error: AppError) -> None:
        log.warning("ingest %s: %s %s", claim.subject_id, error.what, error.why)
        async with self.library.database.transaction() as session:
            row = await self._locked(session, claim)
            row.code, row.detail = error.code, " ".join(filter(None, (error.what, error.why)))
            if error.advice in _PASSING and row.tries < TRIES:
                row.state = IngestState.WAITING
                due = await app_now(session) + _AGAIN_IN * row.tries
                await lanes.release(session, claim.lane_id, claim.fence, due)
                return
            await self._end(session, claim, row, None, code=row.code, detail=row.detail)

    async def _end(
        self,
        session: AsyncSession,
        claim: Claim,
        row: Ingest,
        media: MediaFile | None,
        *,
        code: str = "",
        detail: str = "",
    ) -> None:
        row.state = IngestState.READY if media is not None else IngestState.FAILED
        row.media_id = None if media is None else media.id
        row.code, row.detail, row.url, row.finished_at = code, detail, None, NOW
        await session.flush()
        await self.when_over(session, row, media)
        await lanes.release(session, claim.lane_id, claim.fence, None)
