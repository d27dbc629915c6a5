"""Has the status of a publication asked at once."""

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.jobs import lanes
from postwright.platforms.content import Mode
from postwright.publishing.attempt import Stage
from postwright.publishing.inbox import queries
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.work import TRACK


async def held(session: AsyncSession, attempt: AttemptRow) -> Publication:
    """The publication of an attempt, with both rows locked and as they are now.

    The lanes of its account are locked first, as everybody does who changes a publication.
    """
    await lanes.lock(session, [attempt.connection_id])
    publication = await session.get_one(
        Publication, attempt.publication_id, with_for_update=True, populate_existing=True
    )
    await session.refresh(attempt)
    return publication


async def nudge(session: AsyncSession, publication: Publication, attempt: AttemptRow) -> bool:
    """Make a publication due now, if its attempt can still learn something; whether it can.

    What is over is taken up again: a draft can be published any time, and more than once. What
    is under way stays in its lane: an upload must not get into a second pair of hands.
    """
    if not attempt.live and not await _revived(session, publication, attempt):
        return False
    if publication.lane is None:
        return False
    now = await app_now(session)
    publication.nudged_at = publication.due_at = now
    await lanes.wake(session, publication.workspace_id, publication.connection_id, publication.lane)
    return True


async def _revived(session: AsyncSession, publication: Publication, attempt: AttemptRow) -> bool:
    if attempt.stage not in {Stage.PUBLISHED, Stage.DELIVERED}:
        return False
    if attempt.mode is Mode.DIRECT and publication.post_ids:
        return False  # it gives one post, and that is known
    if await queries.newer_attempt_exists(session, attempt.workspace_id, attempt):
        return False
    attempt.live, attempt.ended_at, publication.lane = True, None, TRACK
    return True
