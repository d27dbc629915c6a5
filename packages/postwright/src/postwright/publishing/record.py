"""The record step: what the protocol decided becomes durable, under the fence, in one transaction.

This is the only place that writes attempts. Everything the protocol's safety rests on is here in
a few lines: the fence is checked first and locks the lane; a cancel that the worker did not know
of sends it back to look again; the quota slot of a call is taken with the intent to make it.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import slots
from postwright.connections.slots import Slot
from postwright.db.database import NOW, Database, app_now
from postwright.jobs import lanes
from postwright.jobs.lanes import Claim
from postwright.kit.vault import Vault
from postwright.publishing.attempt import (
    LIVE,
    AskStatus,
    Attempt,
    CheckCreator,
    Decision,
    End,
    Init,
    Restart,
    Send,
    Stage,
    Wait,
)
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.protocol import next_attempt
from postwright.publishing.states import state_of
from postwright.publishing.work import Work, insert_attempt, upload_url_context

START = "start"
TRACK = "track"

# TikTok's limits per creator and minute; see spec/tiktok/limits.yaml.
BUCKETS: dict[type, tuple[str, int]] = {
    CheckCreator: ("creator_info", 20),
    Init: ("video.init", 6),
    AskStatus: ("status", 30),
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """It is durable. `slot` is the quota slot of the call that may now be made."""

    slot: Slot | None
    cancel_requested: bool


@dataclass(frozen=True, slots=True)
class FenceLost:
    """Somebody else holds the lane. Nothing was stored; nothing may be sent."""


@dataclass(frozen=True, slots=True)
class CancelSeen:
    """A cancel came in that the decision did not know of. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class SlotsTaken:
    """The rate limit has no room for the call. Nothing was stored."""

    delay: timedelta


class _Undone(Exception):  # not an error: it rolls back and carries the result out
    def __init__(self, result: FenceLost | CancelSeen | SlotsTaken) -> None:
        super().__init__()
        self.result = result


def _undo(result: FenceLost | CancelSeen | SlotsTaken) -> NoReturn:
    raise _Undone(result)


async def record(
    database: Database,
    vault: Vault,
    claim: Claim,
    work: Work,
    decision: Decision,
    *,
    lease: timedelta,
    holder: str,
) -> Recorded | FenceLost | CancelSeen | SlotsTaken:
    """Make a decision durable, or say why not."""
    try:
        async with database.transaction() as session:
            # All lanes of the account: what is recorded here may wake the other one.
            await lanes.lock(session, [work.connection_id])
            if not await lanes.renew(
                session, claim.lane_id, claim.fence, lease=lease, holder=holder
            ):
                _undo(FenceLost())
            publication = await session.get_one(
                Publication, work.publication_id, with_for_update=True
            )
            cancel = publication.cancel_requested_at is not None
            if cancel and not work.attempt.cancel_requested and work.attempt.last_byte_at is None:
                _undo(CancelSeen())
            slot = await _take_slot(session, work, decision)
            await _store_attempt(session, vault, work, decision)
            await _store_publication(session, publication, work, decision)
            return Recorded(slot, cancel)
    except _Undone as undone:
        return undone.result


async def _take_slot(session: AsyncSession, work: Work, decision: Decision) -> Slot | None:
    if type(decision.next) not in BUCKETS:
        return None
    bucket, size = BUCKETS[type(decision.next)]
    taken = await slots.take(session, work.connection_id, bucket, size)
    if isinstance(taken, timedelta):
        _undo(SlotsTaken(taken))
    return taken


async def _store_attempt(
    session: AsyncSession, vault: Vault, work: Work, decision: Decision
) -> None:
    a = decision.attempt
    over = isinstance(decision.next, End | Restart) or a.stage not in {*LIVE, Stage.PUBLISHED}
    sealed = None
    if a.upload_url is not None and not over:
        sealed = vault.seal(a.upload_url, upload_url_context(work.attempt_id))
    await session.execute(
        update(AttemptRow)
        .where(AttemptRow.id == work.attempt_id)
        .values(
            live=not over,
            stage=a.stage,
            checked_at=a.checked_at,
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
            ended_at=NOW if over else None,
        )
    )
    if isinstance(decision.next, Restart):
        await insert_attempt(session, work, next_attempt(a), work.number + 1)


async def _store_publication(
    session: AsyncSession, publication: Publication, work: Work, decision: Decision
) -> None:
    now = await app_now(session)
    a, following = decision.attempt, decision.next
    publication.state = state_of(decision)
    publication.version += 1
    publication.post_ids = list(a.post_ids)
    if a.post_ids:
        publication.post_url = work.post_url(a.post_ids[0])
    if publication.state.is_end and publication.finished_at is None:
        publication.finished_at = now
    match following:
        case CheckCreator() | Init() | Send() | AskStatus():
            publication.detail = publication.hold_reason = ""
            publication.expected_at = None
            return
        case End(reason=reason, detail=detail):
            publication.lane = publication.due_at = publication.expected_at = None
            publication.hold_reason = ""
            publication.end_code, publication.detail = reason, detail
        case Restart(delay=delay, detail=detail):
            publication.lane, publication.due_at = START, now + delay
            publication.hold_reason, publication.detail = "", detail
        case Wait(delay=delay):
            publication.lane = _lane_of(a)
            publication.due_at = None if delay is None else now + work.jittered(delay)
            publication.hold_reason, publication.detail = following.hold, following.detail
            publication.expected_at = publication.due_at if following.hold else None
    if publication.lane is not None and publication.due_at is not None:
        await lanes.wake(
            session,
            publication.workspace_id,
            publication.connection_id,
            publication.lane,
            publication.due_at,
        )


def _lane_of(a: Attempt) -> str:
    tracked = {Stage.TRACKING, Stage.SETTLING, Stage.PUBLISHED}
    return TRACK if a.stage in tracked else START


def knowing_cancel(attempt: Attempt, recorded: Recorded) -> Attempt:
    """The attempt, told of a cancel that came too late to matter."""
    return replace(attempt, cancel_requested=recorded.cancel_requested)
