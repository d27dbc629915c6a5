"""The network says that something is out which it had said could not be.

What is over is asked about once more, and what was to be posted again is stopped: in either case
nothing is posted a second time before it is known.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.publishing.attempt import Stage
from postwright.publishing.inbox import queries
from postwright.publishing.inbox.nudge import nudge
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.protocol import MAX_RETRIES
from postwright.publishing.states import State
from postwright.publishing.work import START, TRACK

_WITHOUT_A_POST = frozenset({Stage.VOID, Stage.FAILED, Stage.CANCELLED})
_OVER = frozenset({State.FAILED, State.CANCELLED})
_NOT_BEGUN = frozenset({State.SCHEDULED, State.PREPARING, State.HELD})

HOLD = "unconfirmed"


async def contradicted(
    session: AsyncSession, publication: Publication, attempt: AttemptRow
) -> bool:
    """Whether the attempt had ended without a post; then somebody is told, and it is looked into.

    The lanes of the account and both rows are locked.
    """
    if attempt.stage not in _WITHOUT_A_POST:
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
        then = "It is being posted again: look at the profile whether it is there twice."
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
    if publication.state not in _OVER:
        return False
    if await queries.newer_attempt_exists(session, attempt.workspace_id, attempt):
        return False
    attempt.live, attempt.stage, attempt.ended_at = True, Stage.TRACKING, None
    attempt.last_byte_at = attempt.last_byte_at or attempt.opened_at or attempt.created_at
    attempt.retries = MAX_RETRIES  # whatever the status says: nothing is posted for it again
    attempt.failed_at, attempt.end_code, attempt.detail = None, "", ""
    publication.state, publication.lane = State.PROCESSING, TRACK
    publication.finished_at, publication.end_code, publication.detail = None, "", ""
    publication.version += 1
    return await nudge(session, publication, attempt)


async def _stopped(session: AsyncSession, publication: Publication, attempt: AttemptRow) -> bool:
    """Hold what waits to be posted again, until a person has decided. A worker drops it."""
    if publication.state not in _NOT_BEGUN:
        return False
    live = await session.scalar(
        select(AttemptRow).where(
            AttemptRow.workspace_id == publication.workspace_id,
            AttemptRow.publication_id == publication.id,
            AttemptRow.live,
        )
    )
    if live is not None and live.stage is not Stage.READY:
        return False
    publication.state, publication.lane, publication.due_at = State.UNCONFIRMED, START, None
    publication.hold_reason, publication.expected_at = HOLD, None
    publication.detail = f"word came that attempt {attempt.number} is out after all"
    publication.content_version += 1
    publication.version += 1
    return True
