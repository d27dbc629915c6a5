"""Cancels a publication, as long as nothing of it can appear: before its last range is sent."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.errors import Conflict
from postwright.jobs import lanes
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.record import START
from postwright.publishing.states import State
from postwright.workspaces import audit


class TooLate(Conflict):
    """It may already be out, or it is over."""

    code = "too_late_to_cancel"


async def cancel(session: AsyncSession, publication: Publication, *, actor: str) -> None:
    """Cancel at once what has not begun; ask the worker to stop what has.

    After this returns, nothing of the publication will appear: the worker compares the request
    in the same transaction in which it would note that the last range goes out.

    Raises:
        TooLate: the last range may have been sent, or the publication is over.
    """
    await lanes.lock(session, [publication.connection_id])
    await session.refresh(publication, with_for_update=True)
    if publication.state.is_end:
        raise TooLate(
            f"{publication.id} is over: {publication.state}.",
            fix="What is published can be deleted in TikTok's app only."
            if publication.state is State.PUBLISHED
            else "",
        )
    live = await session.scalar(
        select(AttemptRow).where(AttemptRow.publication_id == publication.id, AttemptRow.live)
    )
    if live is not None and live.last_byte_at is not None:
        raise TooLate(
            f"{publication.id} can not be cancelled any more: all of it was sent to TikTok.",
            why="From the last byte on TikTok publishes by itself, and offers no way to stop it.",
            fix=f"Watch it: postwright status {publication.id} --watch",
        )
    now = await app_now(session)
    publication.cancel_requested_at = now
    publication.version += 1
    if live is None:
        publication.state, publication.finished_at = State.CANCELLED, now
        publication.lane = publication.due_at = publication.expected_at = None
        publication.hold_reason = publication.detail = ""
    else:
        publication.due_at = now
        await lanes.wake(session, publication.workspace_id, publication.connection_id, START)
    await audit.record(
        session,
        publication.workspace_id,
        actor=actor,
        action="publication.cancelled",
        subject=publication.id,
    )
