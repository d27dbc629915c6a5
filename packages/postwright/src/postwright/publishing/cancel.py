"""Cancels a publication: for sure while nothing of it can appear, as well as it goes afterwards."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import Database, app_now
from postwright.errors import Conflict
from postwright.jobs import lanes
from postwright.publishing.attempt import Stage
from postwright.publishing.hand import locked
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.states import State
from postwright.publishing.work import START, TRACK
from postwright.workspaces import audit


class TooLate(Conflict):
    """It may already be out, or it is over."""

    code = "too_late_to_cancel"


class Cancelling(StrEnum):
    """How far a cancel has come."""

    DONE = "done"  # it had not begun, and never will
    STOPPING = "stopping"  # a worker has it in hand and stops; nothing of it will appear
    NOT_AGAIN = "not_again"  # the network says it failed; it is not tried again
    ASKED = "asked"  # the network fetches it already; it is asked to stop, and may be too late


async def cancel(
    session: AsyncSession,
    publication: Publication,
    *,
    actor: str,
    expected_version: int | None = None,
) -> Cancelling:
    """Cancel at once what has not begun; ask the worker, or the network, to stop what has.

    What was sent and has failed as far as the network says would be tried again later: after
    NOT_AGAIN it is not. Should the network change its mind, it is published after all.

    After DONE and STOPPING nothing of the publication will appear: the worker compares the
    request in the same transaction in which it would note that the last range goes out, or open
    the addresses from which the network fetches. An init whose answer was lost while it could be
    fetched already ends as unconfirmed; and where media is served early, a file may have been
    fetched before the id came, and the post may appear.

    Raises:
        ChangedMeanwhile: its `content_version` is not the expected one, if one is.
        TooLate: the last range may have been sent, or the publication is over.
    """
    live = await locked(session, publication, expected_version)
    if publication.state.is_end:
        raise TooLate(
            f"{publication.id} is over: {publication.state}.",
            fix="What is published can be deleted in the network's own app only."
            if publication.state is State.PUBLISHED
            else "",
        )
    how = _how(publication, live)
    now = await app_now(session)
    publication.cancel_requested_at = now
    publication.version += 1
    if how is Cancelling.DONE:
        publication.state, publication.finished_at = State.CANCELLED, now
        publication.lane = publication.due_at = publication.expected_at = None
        publication.hold_reason = publication.detail = ""
    else:
        publication.due_at = now
        lane = START if how is Cancelling.STOPPING else TRACK
        await lanes.wake(session, publication.workspace_id, publication.connection_id, lane)
    await audit.record(
        session,
        publication.workspace_id,
        actor=actor,
        action="publication.cancelled",
        subject=publication.id,
    )
    return how


async def cancel_all(database: Database, publication_ids: Collection[str], *, actor: str) -> int:
    """Cancel those that still can be, each in a transaction of its own; how many."""
    done = 0
    for publication_id in publication_ids:
        async with database.transaction() as session:
            publication = await session.get_one(Publication, publication_id)
            try:
                await cancel(session, publication, actor=actor)
            except TooLate:
                continue
        done += 1
    return done


def _how(publication: Publication, live: AttemptRow | None) -> Cancelling:
    if live is None and publication.state is State.UNCONFIRMED:
        raise TooLate(
            f"{publication.id} can not be cancelled: word came that it is out.",
            fix="Look whether it is, and say so.",
            command=f"postwright reconcile {publication.id}",
        )
    if live is None:
        return Cancelling.DONE
    if live.last_byte_at is None:
        return Cancelling.STOPPING
    if live.stage in {Stage.TRACKING, Stage.SETTLING} and live.chunk_count == 0:
        if live.publish_id is not None:
            return Cancelling.ASKED
        raise TooLate(
            f"{publication.id} can not be cancelled: nobody knows by which name.",
            why="The network fetched it, and its answer with the id was lost.",
            fix="Look whether it is out, and say so.",
            command=f"postwright reconcile {publication.id}",
        )
    if live.stage is Stage.SETTLING:
        return Cancelling.NOT_AGAIN
    raise TooLate(
        f"{publication.id} can not be cancelled any more: all of it was sent.",
        why="From the last byte on the network publishes by itself, and offers no way to stop it.",
        fix="Watch how it ends.",
        command=f"postwright status {publication.id} --watch",
    )
