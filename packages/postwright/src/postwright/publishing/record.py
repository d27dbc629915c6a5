"""The record step: what the protocol decided becomes durable, under the fence, in one transaction.

This is the only place that writes attempts while they live. Everything the protocol's safety rests
on is here in a few lines: the fence is checked first and locks the lane; a cancel or an edit that
the worker did not know of sends it back to look again; the quota slot of a call is taken with the
intent to make it; media addresses are made with the intent, and opened with the id.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.connections import facts, ledger, slots
from postwright.connections.ledger import OnBehalf
from postwright.connections.slots import Slot
from postwright.db.database import NOW, Database
from postwright.jobs import lanes
from postwright.jobs.lanes import Claim
from postwright.kit.vault import Vault
from postwright.media.host import addresses
from postwright.platforms.answers import CreatorReady, Refusal, Refused
from postwright.platforms.base import Asking, CallFacts
from postwright.platforms.content import Mode
from postwright.publishing import caps
from postwright.publishing.attempt import (
    LIVE,
    AskStatus,
    Attempt,
    CancelPull,
    CheckCreator,
    Close,
    Decision,
    End,
    Event,
    Init,
    NoSlot,
    Restart,
    Send,
    Stage,
    Wait,
)
from postwright.publishing.fate import fate_of
from postwright.publishing.gate import barred
from postwright.publishing.hosting import Hosting
from postwright.publishing.inbox.match import match
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.protocol import ADDRESS_LIFE, next_attempt
from postwright.publishing.states import State, Visibility, state_after, visibility_of
from postwright.publishing.wording import told
from postwright.publishing.work import (
    START,
    TRACK,
    Contradiction,
    Work,
    insert_attempt,
    lane_of,
    let_go,
    upload_url_context,
)

_ASKING: dict[type, Asking] = {
    CheckCreator: Asking.CREATOR,
    Init: Asking.OPEN,
    AskStatus: Asking.STATUS,
    CancelPull: Asking.CANCEL,
}


@dataclass(slots=True)
class Heard:
    """What a call brought that has to be stored with what is decided on it.

    `calls` go into the ledger, `slot` is free again a window from now, and `answer` is what the
    network said of the creator.
    """

    calls: list[CallFacts] = field(default_factory=list[CallFacts])
    slot: Slot | None = None
    answer: CreatorReady | Refused | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """It is durable. `slot` is the quota slot of the call that may now be made.

    `addresses` are where the network may fetch the files; secrets. `holds` says that the lane is
    still held: there is a call to make, or more is due in it.
    """

    slot: Slot | None
    cancel_requested: bool
    addresses: tuple[str, ...] = field(default=(), repr=False)
    holds: bool = True


@dataclass(frozen=True, slots=True)
class FenceLost:
    """Somebody else holds the lane. Nothing was stored; nothing may be sent."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A cancel or an edit came in that the decision did not know of. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Barred:
    """The call can not be made now, and this is why. Nothing was stored."""

    event: Event


Undone = FenceLost | Outdated | Barred


@dataclass(frozen=True, slots=True)
class Held:
    """A publication whose lane and row are held by a transaction since `now`.

    `asked_at` is when the call was begun that is decided on, `answer` what it said of the creator.
    """

    publication: Publication
    now: datetime
    asked_at: datetime
    answer: CreatorReady | Refused | None = None


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records for one claim of a lane; with the last record of a turn it lets go of the lane.

    It `leaves` the lane even if more is due in it; otherwise only if nothing is.
    """

    database: Database
    vault: Vault
    hosting: Hosting
    claim: Claim
    who: OnBehalf
    lease: timedelta
    holder: str
    leaves: bool

    async def record(
        self, work: Work, decision: Decision, heard: Heard, asked_at: datetime
    ) -> Recorded | Undone:
        """Make a decision durable, or say why not. What was heard is stored in either case.

        `asked_at` is when the call was begun that was decided on: a nudge that came later than
        that knows more, and brings it on at once.
        """
        async with self.database.transaction() as session:
            # All lanes of the account: what is recorded here may wake the other one.
            now = await lanes.hold(session, self.claim, lease=self.lease, holder=self.holder)
            await _store_heard(session, self.who, work, heard)
            if now is None:
                return FenceLost()
            publication = await session.get_one(
                Publication, work.publication_id, with_for_update=True
            )
            held = Held(publication, now, asked_at, heard.answer)
            return await self.record_held(session, held, work, decision)

    async def record_held(
        self, session: AsyncSession, held: Held, work: Work, decision: Decision
    ) -> Recorded | Undone:
        """The same in a transaction that holds the lane and the publication's row."""
        publication, now = held.publication, held.now
        if _is_outdated(publication, work):
            return Outdated()
        slot = await _take_slot(session, work, decision)
        if isinstance(slot, Barred):
            return slot
        with session.no_autoflush:
            if not await self._store_attempt(session, work, decision):
                return FenceLost()  # a person has ended it
            await self._open_addresses(session, work, decision)
            issued = await self._issue_addresses(session, work, decision, now)
            if isinstance(decision.next, Init):
                publication.report = await fate_of(session, work, held.answer)
            await _store_publication(session, held, work, decision)
        more = True
        if not isinstance(decision.next, _GOES_ON):
            await session.flush()
            more = not await let_go(session, self.claim, leaves=self.leaves)
        return Recorded(slot, publication.cancel_requested_at is not None, issued, more)

    async def keep(self, work: Work, heard: Heard) -> None:
        """Store what was heard, and nothing else."""
        if heard.calls or heard.slot is not None:
            async with self.database.transaction() as session:
                await lanes.lock(session, [work.connection_id])
                await _store_heard(session, self.who, work, heard)

    async def close(self, work: Work) -> bool | FenceLost:
        """Declare the attempt's addresses void; False if a byte of one was served."""
        async with self.database.transaction() as session:
            if await lanes.hold(session, self.claim, lease=self.lease, holder=self.holder) is None:
                return FenceLost()
            return await addresses.void(session, work.workspace_id, work.attempt_id)

    async def _issue_addresses(
        self, session: AsyncSession, work: Work, decision: Decision, now: datetime
    ) -> tuple[str, ...]:
        if not (isinstance(decision.next, Init) and decision.attempt.is_pull):
            return ()
        return await self.hosting.issue(
            session,
            work.workspace_id,
            work.attempt_id,
            work.media_ids,
            expires_at=now + ADDRESS_LIFE,
        )

    async def _open_addresses(self, session: AsyncSession, work: Work, decision: Decision) -> None:
        a = decision.attempt
        fetched = a.is_pull and a.stage is Stage.TRACKING and a.publish_id is not None
        if not fetched or work.attempt.stage not in {Stage.INTENT, Stage.OPEN}:
            return
        if not await addresses.release(session, work.workspace_id, work.attempt_id):
            raise Contradiction(work.publication_id)

    async def _store_attempt(self, session: AsyncSession, work: Work, decision: Decision) -> bool:
        """False, and nothing stored, if the attempt lives no more."""
        a, following = decision.attempt, decision.next
        over = isinstance(following, End | Restart) or a.stage not in LIVE
        sealed = None
        if a.upload_url is not None and not over:
            sealed = self.vault.seal(a.upload_url, upload_url_context(work.attempt_id))
        ended = following if isinstance(following, End) else None
        stored = await session.execute(
            update(AttemptRow)
            .where(AttemptRow.id == work.attempt_id, AttemptRow.live)
            .values(
                live=not over,
                stage=a.stage,
                checked_at=a.checked_at,
                announced_at=a.announced_at,
                publish_id=a.publish_id,
                upload_url=sealed,
                opened_at=a.opened_at,
                sent_offset=a.offset,
                progress_bytes=a.offset,
                last_byte_at=a.last_byte_at,
                address_dead=a.address_dead,
                failed_at=a.failed_at,
                polls=a.polls,
                troubles=a.troubles,
                rejections=a.rejections,
                voids=a.voids,
                retries=a.retries,
                cancels=a.cancels,
                end_code="" if ended is None else ended.reason,
                detail=told(work.network, decision),
                ended_at=NOW if over else None,
            )
            .returning(AttemptRow.id)
        )
        if stored.first() is None:
            return False
        if isinstance(following, Restart):
            await insert_attempt(session, work, next_attempt(a), work.number + 1)
        return True


def _is_outdated(publication: Publication, work: Work) -> bool:
    """What a person has changed since the work was taken up counts, while it still can."""
    if work.attempt.last_byte_at is not None:
        return False
    cancelled = publication.cancel_requested_at is not None and not work.attempt.cancel_requested
    return cancelled or publication.content_version != work.content_version


async def _store_heard(session: AsyncSession, who: OnBehalf, work: Work, heard: Heard) -> None:
    await ledger.write(session, who, heard.calls)
    if heard.slot is not None:
        await slots.give_back(session, heard.slot)
    if heard.answer is not None:
        await caps.note(session, work, heard.answer)
        if isinstance(heard.answer, CreatorReady) and heard.answer.facts:
            await facts.remember(session, work.connection_id, heard.answer.facts)


async def _take_slot(session: AsyncSession, work: Work, decision: Decision) -> Slot | Barred | None:
    asking = _ASKING.get(type(decision.next))
    if asking is None:
        return None
    if asking in {Asking.CREATOR, Asking.OPEN}:
        event = await barred(session, work, announcing=asking is Asking.OPEN)
        if event is not None:
            return Barred(event)
    limit = work.network.limit(asking, work.kind, work.mode)
    if limit is None:
        return None
    taken = await slots.take(session, work.connection_id, limit.bucket, limit.most)
    return Barred(NoSlot(taken)) if isinstance(taken, timedelta) else taken


async def _store_publication(
    session: AsyncSession, held: Held, work: Work, decision: Decision
) -> None:
    publication, now = held.publication, held.now
    a, before = decision.attempt, publication.state
    publication.state = state_after(before, decision)
    publication.version += 1
    if publication.state.is_end and publication.finished_at is None:
        publication.finished_at = now
    await _store_sight(session, publication, work, a, now)
    _plan_ahead(publication, work, decision, now)
    nudged = publication.nudged_at is not None and publication.nudged_at >= held.asked_at
    if nudged and publication.lane == TRACK:
        publication.due_at = now
    await _wake(session, held, work, decision)
    if publication.state is not before:
        await _announce(session, publication, work)


async def _store_sight(
    session: AsyncSession, publication: Publication, work: Work, a: Attempt, now: datetime
) -> None:
    """Who can see it, and where. What a webhook has stored meanwhile is not forgotten."""
    known = publication.post_ids
    publication.post_ids = [*known, *(new for new in a.post_ids if new not in known)]
    if publication.post_ids:
        publication.post_url = work.post_url(publication.post_ids[0])
    before, seen = publication.visibility, replace(a, post_ids=tuple(publication.post_ids))
    publication.visibility = visibility_of(seen, before, now)
    if publication.visibility is not before and publication.visibility is Visibility.PUBLIC:
        await caps.note_public(session, work)


async def _wake(session: AsyncSession, held: Held, work: Work, decision: Decision) -> None:
    a, publication = decision.attempt, held.publication
    if publication.lane is None or publication.due_at is None:
        return
    if a.publish_id is not None and work.attempt.publish_id is None:
        waiting = await match(session, work.workspace_id, work.connection_id, a.publish_id)
        if waiting and publication.lane == TRACK:
            publication.due_at = held.now
    if not isinstance(decision.next, _GOES_ON):
        await lanes.wake(
            session,
            publication.workspace_id,
            publication.connection_id,
            publication.lane,
            publication.due_at,
        )


async def _announce(session: AsyncSession, publication: Publication, work: Work) -> None:
    """Tell those who wait for it: people, and posts that a finished draft makes room for."""
    if publication.state is State.PUBLISHED and work.mode is Mode.DRAFT:
        await caps.bring_on(session, work, Refusal.DRAFTS)
    if publication.state not in _TOLD:
        return
    kind, says = _TOLD[publication.state]
    await tell(
        session,
        work.workspace_id,
        kind,
        publication.id,
        says=says.format(publication=publication.id, account=work.handle),
        account=work.handle,
        code=publication.end_code,
        detail=publication.detail,
    )


_GOES_ON = (CheckCreator, Init, Send, AskStatus, Close, CancelPull)
_TOLD = {
    State.FAILED: (Kind.PUBLICATION_FAILED, "{publication} for @{account} has failed."),
    State.UNCONFIRMED: (
        Kind.PUBLICATION_UNCONFIRMED,
        "{publication} for @{account} was sent, and nobody knows yet whether it is out.",
    ),
}


def _plan_ahead(publication: Publication, work: Work, decision: Decision, now: datetime) -> None:
    match decision.next:
        case CheckCreator() | Init() | Send() | AskStatus() | Close() | CancelPull():
            publication.detail = publication.hold_reason = ""
            publication.expected_at = None
        case End(reason=reason):
            publication.lane = publication.due_at = publication.expected_at = None
            publication.hold_reason = ""
            publication.end_code, publication.detail = reason, told(work.network, decision)
        case Restart(delay=delay):
            publication.lane, publication.due_at = START, now + delay
            publication.hold_reason, publication.detail = "", told(work.network, decision)
        case Wait(delay=delay, hold=hold):
            publication.lane = lane_of(decision.attempt)
            # An account's quota is free at a known time, and in the order of its publications.
            exact = hold in caps.QUOTAS
            pause = delay if delay is None or exact else work.jittered(delay)
            publication.due_at = None if pause is None else now + pause
            publication.hold_reason, publication.detail = hold, told(work.network, decision)
            publication.expected_at = publication.due_at if hold else None


def knowing_cancel(attempt: Attempt, recorded: Recorded) -> Attempt:
    """The attempt, told of a cancel that came too late to matter."""
    return replace(attempt, cancel_requested=recorded.cancel_requested)
