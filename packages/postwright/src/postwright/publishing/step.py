"""Carries out what the protocol decides: take a publication up, record, call, until it waits."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import calls
from postwright.connections.accounts import Accounts
from postwright.connections.ledger import OnBehalf
from postwright.connections.refresh import AccessToken, NoAccess
from postwright.connections.slots import Slot
from postwright.db.database import Database, DatabaseGone
from postwright.errors import StorageTrouble
from postwright.jobs import lanes
from postwright.jobs.engine import is_passing
from postwright.jobs.hold import hold
from postwright.jobs.lanes import Claim
from postwright.media.errors import MediaDamaged, MediaMissing
from postwright.media.store import MediaStore, verify
from postwright.platforms.base import CreatorReady, Lost, Refusal, Refused
from postwright.publishing.aside import set_aside
from postwright.publishing.attempt import (
    AskStatus,
    Call,
    CheckCreator,
    Decision,
    End,
    Event,
    Init,
    NoSlot,
    NoToken,
    Restart,
    Send,
    Unfit,
    Wait,
    Woke,
)
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.protocol import decide
from postwright.publishing.record import (
    TRACK,
    CancelSeen,
    FenceLost,
    Recorded,
    SlotsTaken,
    knowing_cancel,
    record,
)
from postwright.publishing.work import Work, due_publication, next_due, take_up

log = logging.getLogger(__name__)

# A claim of the track lane looks at many publications, one status request each.
_BATCH = {TRACK: 50}
_SHOW_EVERY_S = 0.5
# An init is answered in seconds; a token that is about to end must not be sent with it.
_TOKEN_NEED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Publisher:
    """What a worker needs to carry out steps."""

    accounts: Accounts
    store: MediaStore
    lease: timedelta
    holder: str

    async def run(self, claim: Claim) -> None:
        """Do what is due in a lane that was claimed, and let go of it."""
        database = self.accounts.database
        async with database.transaction() as session:
            ours = await self._still_ours(session, claim)
        if ours:
            await hold(
                database,
                claim,
                lease=self.lease,
                holder=self.holder,
                work=lambda: self._work_off(claim),
            )

    async def _work_off(self, claim: Claim) -> None:
        for _ in range(_BATCH.get(claim.kind, 1)):
            publication_id = await self._due(claim)
            if publication_id is None or not await self._turn(claim, publication_id):
                break
        async with self.accounts.database.transaction() as session:
            if await self._still_ours(session, claim):
                due = await next_due(session, claim)
                await lanes.release(session, claim.lane_id, claim.fence, due)

    async def _still_ours(self, session: AsyncSession, claim: Claim) -> bool:
        return await lanes.renew(
            session, claim.lane_id, claim.fence, lease=self.lease, holder=self.holder
        )

    async def _due(self, claim: Claim) -> str | None:
        async with self.accounts.database.transaction() as session:
            if not await self._still_ours(session, claim):
                return None
            return await due_publication(session, claim)

    async def _turn(self, claim: Claim, publication_id: str) -> bool:
        """One publication's turn. If it raises it is set aside, or no other would ever be next."""
        try:
            work = await self._take_up(claim, publication_id)
            return work is not None and await Turn(self, claim, work).run()
        except Exception as error:
            if is_passing(error):
                raise
            async with self.accounts.database.transaction() as session:
                ours = await self._still_ours(session, claim)
                if ours:
                    await set_aside(session, publication_id, error)
            return ours

    async def _take_up(self, claim: Claim, publication_id: str) -> Work | None:
        network = await self.accounts.networks.of(claim.workspace_id, claim.subject_id)
        async with self.accounts.database.transaction() as session:
            if not await self._still_ours(session, claim):
                return None
            publication = await session.get_one(Publication, publication_id, with_for_update=True)
            if publication.lane != claim.kind:
                return None  # cancelled a moment ago
            return await take_up(session, self.accounts.vault, publication, network, self.store)


class Turn:
    """One worker's turn with one publication, from taking it up to waiting or the end."""

    def __init__(self, publisher: Publisher, claim: Claim, work: Work) -> None:
        self._publisher = publisher
        self._accounts = publisher.accounts
        self._claim = claim
        self._work = work
        self._who = OnBehalf(
            work.workspace_id, work.connection_id, work.publication_id, work.number
        )
        loop = asyncio.get_running_loop()
        self._clock = loop.time
        self._began = loop.time()
        self._token: AccessToken | None = None
        self._rejected: int | None = None

    def _now(self) -> datetime:
        """The database's clock, as of the taking up, plus what has passed since."""
        return self._work.now + timedelta(seconds=self._clock() - self._began)

    async def run(self) -> bool:
        """Go on until there is nothing to do now. False if the lane was lost."""
        event: Event = Woke()
        now = self._now()
        while True:
            decision = decide(self._work.attempt, event, now)
            barred = await self._token_for(decision)
            if barred is not None:
                self._work.attempt = decision.attempt
                event, now = barred, self._now()
                continue
            recorded = await self._record(decision)
            match recorded:
                case FenceLost():
                    log.info("%s: the lane was lost", self._work.publication_id)
                    return False
                case CancelSeen():
                    await self._reload()
                    event, now = Woke(), self._now()
                    continue
                case SlotsTaken(delay=delay):
                    self._work.attempt = decision.attempt
                    event, now = NoSlot(delay), self._now()
                    continue
                case Recorded():
                    self._work.attempt = knowing_cancel(decision.attempt, recorded)
            following = decision.next
            match following:
                case CheckCreator() | Init() | Send() | AskStatus():
                    now = self._now()
                    event = await self._perform(following, recorded.slot)
                case Wait() | Restart() | End():
                    log.info("%s: %s", self._work.publication_id, following)
                    return True
                case _:
                    assert_never(following)

    async def _reload(self) -> None:
        work = self._work
        async with self._accounts.database.transaction() as session:
            publication = await session.get_one(Publication, work.publication_id)
            self._work = await take_up(
                session,
                self._accounts.vault,
                publication,
                work.network,
                self._publisher.store,
            )
        self._began = self._clock()

    async def _record(self, decision: Decision) -> Recorded | FenceLost | CancelSeen | SlotsTaken:
        return await record(
            self._accounts.database,
            self._accounts.vault,
            self._claim,
            self._work,
            decision,
            lease=self._publisher.lease,
            holder=self._publisher.holder,
        )

    async def _token_for(self, decision: Decision) -> NoToken | Lost | None:
        """See to the token of a call before its intent is recorded; an event if there is none."""
        if not isinstance(decision.next, CheckCreator | Init | AskStatus):
            return None
        got = await self._accounts.keeper.fresh(
            self._who, self._work.network, need=_TOKEN_NEED, rejected_version=self._rejected
        )
        match got:
            case AccessToken():
                self._token = got
                return None
            case NoAccess(passing=True, detail=detail):
                return Lost(sent=False, why=detail)
            case NoAccess(refusal=refusal, detail=detail):
                return NoToken(refusal, detail)

    async def _perform(self, call: Call, slot: Slot | None) -> Event:
        """Make one call, no transaction open."""
        answer = await calls.make(self._accounts.database, self._who, slot, self._call(call))
        if isinstance(answer, Refused) and answer.refusal is Refusal.TOKEN and self._token:
            return await self._token_refused(answer)
        if isinstance(answer, Refused) and answer.refusal is Refusal.SCOPE and self._token:
            await self._accounts.keeper.note_missing_scope(
                self._work.connection_id, self._token, answer.message or answer.code
            )
        if isinstance(answer, CreatorReady):
            return await self._fit(answer) or answer
        return answer

    async def _token_refused(self, answer: Refused) -> Event:
        """TikTok refused the token; with a refreshed one the same call may be made again."""
        assert self._token is not None
        self._rejected = self._token.version
        got = await self._accounts.keeper.fresh(
            self._who, self._work.network, rejected_version=self._rejected
        )
        match got:
            case AccessToken():
                return Lost(sent=False, why=f"the token was refreshed after {answer.code}")
            case NoAccess(passing=True, detail=detail):
                return Lost(sent=False, why=detail)
            case NoAccess(refusal=refusal, detail=detail):
                return NoToken(refusal, detail)

    async def _call(self, call: Call) -> Event:
        work, token = self._work, "" if self._token is None else self._token.value
        match call:
            case CheckCreator():
                return await work.network.creator(token)
            case Init():
                return await work.network.open(token, work.settings, work.attempt.plan)
            case AskStatus():
                return await work.network.status(token, work.attempt.publish_id or "")
            case Send(offset=offset):
                return await self._send(offset)
            case _:
                assert_never(call)

    async def _send(self, offset: int) -> Event:
        work = self._work
        shown = _Progress(self._accounts.database, work.attempt_id)
        showing = asyncio.ensure_future(shown.run())
        try:
            return await work.network.send(
                work.attempt.upload_url or "", work.media, work.attempt.plan, offset, shown.tell
            )
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def _fit(self, creator: CreatorReady) -> Unfit | Lost | None:
        """What forbids this post, as far as it can be known before sending.

        The file is read to its end: nobody may announce what is not there, or is another file now.
        """
        work = self._work
        for finding in work.network.findings(work.settings, work.probe, creator.facts):
            if finding.blocks:
                return Unfit(finding.rule, finding.says)
        try:
            await verify(
                self._publisher.store, work.workspace_id, work.media.sha256, work.media.size_bytes
            )
        except (MediaMissing, MediaDamaged) as error:
            return Unfit(error.code, f"{error.what} {error.why}")
        except StorageTrouble as error:
            return Lost(sent=False, why=f"{error.what} {error.why}")
        return None


class _Progress:
    """Shows how far a range has come, for people; the protocol never reads it."""

    def __init__(self, database: Database, attempt_id: str) -> None:
        self._database = database
        self._attempt_id = attempt_id
        self._sent = self._shown = 0

    def tell(self, offset: int) -> None:
        self._sent = offset

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_SHOW_EVERY_S)
            if self._sent == self._shown:
                continue
            self._shown = self._sent
            with contextlib.suppress(DatabaseGone):
                async with self._database.transaction() as session:
                    await session.execute(
                        update(AttemptRow)
                        .where(AttemptRow.id == self._attempt_id)
                        .values(progress_bytes=self._sent)
                    )
