"""Sets aside a publication that cannot be worked on, so that it does not keep others waiting."""

import logging
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.errors import AppError
from postwright.publishing.models import Publication
from postwright.publishing.states import State

log = logging.getLogger(__name__)

HOLD = "trouble"
AGAIN_IN = timedelta(minutes=5)
_NOT_BEGUN = frozenset({State.SCHEDULED, State.PREPARING, State.HELD})


async def set_aside(session: AsyncSession, publication_id: str, error: Exception) -> None:
    """Make it due again in a while; the caller holds its lane and has shown the fence.

    Nothing is said about its attempt: it goes on from what is stored, if the cause is mended.
    """
    log.error("%s: set aside, it cannot be worked on", publication_id, exc_info=error)
    publication = await session.get_one(Publication, publication_id, with_for_update=True)
    publication.due_at = await app_now(session) + AGAIN_IN
    publication.version += 1
    publication.hold_reason, publication.detail = HOLD, _told(error)
    publication.expected_at = publication.due_at
    if publication.state in _NOT_BEGUN:
        publication.state = State.HELD


def _told(error: Exception) -> str:
    """What people see. What other errors say may hold what nobody should read; the log has it."""
    if isinstance(error, AppError):
        return " ".join(filter(None, (error.what, error.why, error.fix)))
    return f"{type(error).__name__}; the worker's log says more"
