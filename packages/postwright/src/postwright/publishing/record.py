"""The record step: what the protocol decided becomes durable, under the fence, in one transaction.

This is the only place that writes attempts while they live. Everything the protocol's safety rests
on is here in a few lines: the fence is checked first and locks the lane; a cancel or an edit that
the worker did not know of sends it back to look again; the quota slot of a call is taken with the
intent to make it; media addresses are made with the intent, and opened with the id.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.connections import facts, ledger
from postwright.connections.ledger import OnBehalf
from postwright.connections.slots import Slot
from postwright.db.database import Database
from postwright.db.statement import Coming
from postwright.jobs import lanes
from postwright.jobs.lanes import Claim
from postwright.kit.vault import Vault
from postwright.media.host import addresses
from postwright.platforms.answers import CreatorReady, Refusal, Refused
from postwright.platforms.base import Asking, CallFacts
from postwright.platforms.content import Mode
from postwright.publishing import caps, permit, rows, unrecorded
from postwright.publishing.attempt import (
    LIVE,
    AskStatus,
    Attempt,
    CancelPull,
    CheckCreator,
    Close,
    Decision,
    End,
    Init,
    Restart,
    Send,
    Stage,
)
from postwright.publishing.fate import fate_of
from postwright.publishing.hosting import Hosting
from postwright.publishing.inbox.match import match
from postwright.publishing.permit import Permit
from postwright.publishing.planning import plan
from postwright.publishing.protocol import ADDRESS_LIFE, next_attempt
from postwright.publishing.recording import (
    Barred,
    FenceLost,
    Outdated,
    Recorded,
    Recording,
    Undone,
    ended,
)
from postwright.publishing.rows import Kept
from postwright.publishing.states import State, Visibility
from postwright.publishing.wording import told
from postwright.publishing.work import (
    TRACK,
    Contradiction,
    Work,
    ask_to_let_go,
    begin_attempt,
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
class Held:
    """A publication whose lane and row are held by a transaction since `now`.

    `asked_at` is when the call was begun that is decided on, `answer` what it said of the creator.
    `is_just_read`: the attempt was read in the same transaction, or made in it.
    """

    publication: Kept
    now: datetime
    asked_at: datetime
    answer: CreatorReady | Refused | None = None
    is_just_read: bool = False


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
            asked = await rows.ask_to_hold(
                session, self.claim, work.publication_id, lease=self.lease, holder=self.holder
            )
            await _store_heard(session, self.who, work, heard)
            needs = await permit.ask(session, work, _ASKING.get(type(decision.next)))
            held = await rows.held(asked)
            if held is None:
                await needs.forgo(session, work)
                return FenceLost()
            publication, now = held
            holds = Held(publication, now, asked_at, heard.answer)
            recording = await self.record_held(session, holds, work, decision, needs)
        return await ended(recording)

    async def record_held(
        self,
        session: AsyncSession,
        held: Held,
        work: Work,
        decision: Decision,
        needs: Permit | None = None,
    ) -> Recording | Undone:
        """The same in a transaction that holds the lane and the publication's row.

        What the call `needs` may have been asked for there.
        """
        publication = held.publication
        needs = needs or await permit.ask(session, work, _ASKING.get(type(decision.next)))
        if _is_outdated(publication, work) or _is_overtaken(held, decision):
            await needs.forgo(session, work)
            return Outdated()
        slot = await needs.take(session, work, decision.attempt.checked_at)
        if not (slot is None or isinstance(slot, Slot)):
            return Barred(slot)
        if held.is_just_read and work.attempt.stage is Stage.INTENT:
            announced_at = work.attempt.announced_at or held.now
            await unrecorded.note(session, self.who, work.attempt_id, announced_at)
        stored = await self._store(session, held, work, decision)
        if isinstance(stored, FenceLost):
            return stored
        await self._open_addresses(session, work, decision)
        issued = await self._issue_addresses(session, work, decision, held.now)
        recorded = Recorded(slot, publication.cancel_requested_at is not None, issued)
        if isinstance(decision.next, _GOES_ON):
            return Recording(recorded, stored)
        left = await ask_to_let_go(session, self.claim, leaves=self.leaves)
        return Recording(recorded, stored, left)

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

    async def _store(
        self, session: AsyncSession, held: Held, work: Work, decision: Decision
    ) -> Coming | FenceLost | None:
        """Store attempt and publication, if there is anything to store.

        If the attempt lives no more, nothing is stored. Before anything is done that must not be
        done then, that is looked at; to wake a lane, or to let go of it, is right in any case.
        """
        before, publication = replace(held.publication), held.publication
        plan(publication, work, decision, held.now, asked_at=held.asked_at)
        if held.is_just_read and publication == before and decision.attempt == work.attempt:
            return None  # to ask once more changes nothing
        values = self._attempt_values(work, decision)
        if isinstance(decision.next, Init):
            values["report"] = json.dumps(await fate_of(session, work, held.answer))
        stored = await rows.store(session, work.publication_id, publication, values)
        if _has_effects(before, publication, work, decision) and await stored.first() is None:
            return FenceLost()
        await self._tell(session, held, before, work, decision)
        if isinstance(decision.next, Restart):
            await begin_attempt(session, work, next_attempt(decision.attempt))
        return stored

    def _attempt_values(self, work: Work, decision: Decision) -> dict[str, Any]:
        a, following = decision.attempt, decision.next
        over = isinstance(following, End | Restart) or a.stage not in LIVE
        sealed = None
        if a.upload_url is not None and not over:
            sealed = self.vault.seal(a.upload_url, upload_url_context(work.attempt_id))
        return {
            "attempt_id": work.attempt_id,
            "live": not over,
            "stage": a.stage.value,
            "checked_at": a.checked_at,
            "announced_at": a.announced_at,
            "publish_id": a.publish_id,
            "upload_url": sealed,
            "opened_at": a.opened_at,
            "sent_offset": a.offset,
            "last_byte_at": a.last_byte_at,
            "address_dead": a.address_dead,
            "failed_at": a.failed_at,
            "polls": a.polls,
            "troubles": a.troubles,
            "rejections": a.rejections,
            "voids": a.voids,
            "retries": a.retries,
            "cancels": a.cancels,
            "attempt_end_code": following.reason if isinstance(following, End) else "",
            "attempt_detail": told(work.network, decision),
            "report": None,
        }

    async def _tell(
        self, session: AsyncSession, held: Held, before: Kept, work: Work, decision: Decision
    ) -> None:
        """Tell those who wait for what was stored: lanes, webhooks that came early, people."""
        publication = held.publication
        seen = publication.visibility
        if seen is not before.visibility and seen is Visibility.PUBLIC:
            await caps.note_public(session, work)
        await self._wake(session, publication, work, decision)
        if publication.state is not before.state:
            await _announce(session, publication, work)

    async def _wake(
        self, session: AsyncSession, publication: Kept, work: Work, decision: Decision
    ) -> None:
        """Wake the lane that goes on with it; that of this claim is told when it is let go."""
        a = decision.attempt
        if publication.lane is None or publication.due_at is None:
            return
        if a.publish_id is not None and work.attempt.publish_id is None:
            waiting = await match(session, work.workspace_id, work.connection_id, a.publish_id)
            if waiting and publication.lane == TRACK:
                publication.due_at = await rows.bring_on(session, work.publication_id)
        if not isinstance(decision.next, _GOES_ON) and publication.lane != self.claim.kind:
            await lanes.wake(
                session,
                work.workspace_id,
                work.connection_id,
                publication.lane,
                publication.due_at,
            )


def _is_outdated(publication: Kept, work: Work) -> bool:
    """What a person has changed since the work was taken up counts, while it still can."""
    if work.attempt.last_byte_at is not None:
        return False
    cancelled = publication.cancel_requested_at is not None and not work.attempt.cancel_requested
    return cancelled or publication.content_version != work.content_version


def _is_overtaken(held: Held, decision: Decision) -> bool:
    """Whether a webhook came during the last look: what it tells of would never be asked for."""
    if held.is_just_read or not isinstance(decision.next, End | Restart):
        return False
    nudged_at = held.publication.nudged_at
    return nudged_at is not None and nudged_at >= held.asked_at


async def _store_heard(session: AsyncSession, who: OnBehalf, work: Work, heard: Heard) -> None:
    await ledger.write(session, who, heard.calls, ended=heard.slot)
    if heard.answer is not None:
        await caps.note(session, work, heard.answer)
        if isinstance(heard.answer, CreatorReady) and heard.answer.facts:
            await facts.remember(session, work.connection_id, heard.answer.facts)


def _has_effects(before: Kept, publication: Kept, work: Work, decision: Decision) -> bool:
    """Whether more comes of a record than that lanes are woken or let go of."""
    a = decision.attempt
    return (
        a.is_pull
        or isinstance(decision.next, Restart)
        or (a.publish_id is not None and work.attempt.publish_id is None)
        or (publication.state is not before.state and publication.state in _TOLD)
        or (publication.state is State.PUBLISHED and work.mode is Mode.DRAFT)
        or (publication.visibility is not before.visibility and not work.app.audited_learned)
    )


async def _announce(session: AsyncSession, publication: Kept, work: Work) -> None:
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
        work.publication_id,
        says=says.format(publication=work.publication_id, account=work.handle),
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


def knowing_cancel(attempt: Attempt, recorded: Recorded) -> Attempt:
    """The attempt, told of a cancel that came too late to matter."""
    return replace(attempt, cancel_requested=recorded.cancel_requested)
