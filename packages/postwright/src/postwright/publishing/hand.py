"""What a change by hand begins with: the row locked, as it is now, and its live attempt."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.errors import Conflict
from postwright.jobs import lanes
from postwright.publishing.attempt import Stage
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.states import State


class ChangedMeanwhile(Conflict):
    """Somebody else has changed it since it was read."""

    code = "changed_meanwhile"


async def locked(
    session: AsyncSession, publication: Publication, expected_version: int | None = None
) -> AttemptRow | None:
    """Lock a publication in the order in which workers do, and read it anew; its live attempt.

    Args:
        session: its transaction.
        publication: which.
        expected_version: the `content_version` that was read before; None for whatever it is.

    Raises:
        ChangedMeanwhile: it is not the version that was expected.
    """
    await lanes.lock(session, [publication.connection_id])
    await session.refresh(publication, with_for_update=True)
    if expected_version not in {None, publication.content_version}:
        raise ChangedMeanwhile(
            f"{publication.id} was changed meanwhile.",
            why=f"It is at version {publication.content_version}; yours is {expected_version}.",
            fix="Look at it as it is now, and decide on that.",
            command=f"postwright status {publication.id}",
        )
    return await session.scalar(
        select(AttemptRow)
        .where(AttemptRow.publication_id == publication.id, AttemptRow.live)
        .execution_options(populate_existing=True)
    )


def end_attempt(live: AttemptRow, stage: Stage, code: str, detail: str) -> None:
    """End an attempt by hand. A worker that has it in hand finds that out when it records."""
    live.live, live.stage = False, stage
    live.end_code, live.detail = code, detail
    live.upload_url = None
    live.ended_at = NOW


def begin_anew(publication: Publication) -> None:
    """Forget how it ended, or what held it; its attempts keep that."""
    publication.state = State.SCHEDULED
    publication.hold_reason = publication.detail = publication.end_code = ""
    publication.expected_at = publication.finished_at = None
