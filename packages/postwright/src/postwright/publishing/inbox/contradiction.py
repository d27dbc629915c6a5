"""Carries out what the protocol says of word that is at odds with what the network said before.

What is over is asked about once more, and what was to be posted in its place is stopped.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.connections.ledger import OnBehalf
from postwright.db.database import app_now
from postwright.media.host import addresses
from postwright.platforms.content import Mode, Plan, Source
from postwright.publishing import unrecorded
from postwright.publishing.attempt import (
    LIVE,
    OVER,
    Attempt,
    EarlierIsOut,
    OutAfterAll,
    Stage,
    Wait,
)
from postwright.publishing.hand import end_attempt
from postwright.publishing.inbox import queries
from postwright.publishing.inbox.nudge import nudge
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.protocol import decide
from postwright.publishing.states import State
from postwright.publishing.work import START, TRACK

_WITHOUT_A_POST = frozenset({State.FAILED, State.CANCELLED})
_OUT = frozenset({State.PUBLISHED, State.DELIVERED})
_ANNOUNCED = frozenset({Stage.INTENT, Stage.OPEN})


async def contradicted(
    session: AsyncSession, publication: Publication, attempt: AttemptRow
) -> bool:
    """Whether the attempt had ended without a post; then somebody is told, and it is looked into.

    The lanes of the account and both rows are locked.
    """
    if attempt.stage not in OVER:
        return False
    ended_as = attempt.stage.value
    if await _asked_again(session, publication, attempt):
        then = "It is asked what is true."
    elif await _stopped(session, publication, attempt):
        then = (
            "It is not posted again before somebody has said whether it is out: "
            f"postwright reconcile {publication.id}"
        )
    else:
        then = "It was posted again: look at the profile whether it is there twice."
    await tell(
        session,
        publication.workspace_id,
        Kind.PUBLICATION_UNCONFIRMED,
        publication.id,
        says=f"Word came that attempt {attempt.number} of {publication.id} is out after all, "
        f"which had ended as {ended_as}. {then}",
        attempt=attempt.number,
        stage=ended_as,
    )
    return True


async def _asked_again(
    session: AsyncSession, publication: Publication, attempt: AttemptRow
) -> bool:
    """Take a publication that is over up again, to ask its status and to do nothing else."""
    if publication.state not in _WITHOUT_A_POST:
        return False
    if await queries.newer_attempt_exists(session, attempt.workspace_id, attempt):
        return False
    ended = _as_the_protocol_sees_it(attempt)
    asked = decide(ended, OutAfterAll(), await app_now(session)).attempt
    attempt.live, attempt.ended_at = True, None
    attempt.stage, attempt.last_byte_at = asked.stage, asked.last_byte_at
    attempt.retries, attempt.failed_at = asked.retries, asked.failed_at
    attempt.end_code = attempt.detail = ""
    publication.state, publication.lane = State.PROCESSING, TRACK
    publication.finished_at, publication.end_code, publication.detail = None, "", ""
    publication.version += 1
    return await nudge(session, publication, attempt)


async def _stopped(session: AsyncSession, publication: Publication, attempt: AttemptRow) -> bool:
    """Hold what was to be posted in its place until a person has decided; False if it is sent."""
    if publication.state in _OUT:
        return False
    last = await queries.last_attempt(session, publication.workspace_id, publication.id)
    served = False
    if last.live and last.source is Source.PULL and last.stage in _ANNOUNCED:
        served = not await addresses.void(session, publication.workspace_id, last.id)
    said = EarlierIsOut(attempt.number, served)
    decision = decide(_as_the_protocol_sees_it(last), said, await app_now(session))
    if decision.attempt.stage in LIVE or not isinstance(decision.next, Wait):
        return False
    if last.live:
        if last.stage is Stage.INTENT:
            who = OnBehalf(last.workspace_id, last.connection_id, publication.id, last.number)
            await unrecorded.note(session, who, last.id, last.announced_at or last.created_at)
        end_attempt(last, decision.attempt.stage, "contradicted", decision.next.detail)
    publication.state, publication.lane, publication.due_at = State.UNCONFIRMED, START, None
    publication.hold_reason, publication.expected_at = decision.next.hold, None
    publication.finished_at, publication.end_code = None, ""
    publication.detail = decision.next.detail
    publication.content_version += 1
    publication.version += 1
    return True


def _as_the_protocol_sees_it(row: AttemptRow) -> Attempt:
    """As much of an attempt as it takes to decide on such word."""
    return Attempt(
        plan=Plan(row.size_bytes, row.chunk_bytes, row.chunk_count),
        source=Source(row.source),
        mode=Mode(row.mode),
        stage=row.stage,
        publish_id=row.publish_id,
        opened_at=row.opened_at,
        last_byte_at=row.last_byte_at,
        failed_at=row.failed_at,
        retries=row.retries,
    )
