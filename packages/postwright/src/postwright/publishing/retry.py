"""Brings a publication that has failed on again, because a person wants it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.errors import Conflict
from postwright.jobs import lanes
from postwright.media.uses import use
from postwright.publishing.awaiting import is_waiting
from postwright.publishing.hand import begin_anew, locked
from postwright.publishing.models import Publication, PublicationMedia
from postwright.publishing.schedule import time_to_come
from postwright.publishing.states import State, Visibility
from postwright.publishing.work import START
from postwright.workspaces import audit


class NotFailed(Conflict):
    """Only what has failed can be tried again."""

    code = "not_failed"


class FilesMissing(Conflict):
    """A file of it could not be fetched, so that there is nothing to try again with."""

    code = "files_missing"


async def retry(
    session: AsyncSession,
    publication: Publication,
    *,
    actor: str,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Publish again what has failed, with the content as it is now; at `at`, or at once.

    Why it had failed stays in its attempt, and in the audit log.

    Raises:
        ChangedMeanwhile: its `content_version` is not the expected one, if one is.
        NotFailed: it has not.
        InThePast: `at` has passed.
        NoSuchMedia: one of its files was removed.
        FilesMissing: one of its files was never there.
    """
    live = await locked(session, publication, expected_version)
    if publication.state is not State.FAILED or live is not None:
        raise _refusal(publication)
    if await is_waiting(session, publication.id):
        raise FilesMissing(
            f"{publication.id} lacks a file: it could not be fetched.",
            why=publication.detail,
            fix="Give it another file first.",
        )
    its = PublicationMedia
    media = select(its.media_id).where(its.publication_id == publication.id)
    for media_id in sorted(set((await session.scalars(media)).all())):
        await use(session, publication.workspace_id, media_id)
    failed_as = publication.end_code
    begin_anew(publication)
    publication.cancel_requested_at = None
    publication.request_id = audit.REQUEST_ID.get()
    publication.publish_at = time_to_come(at, await app_now(session))
    publication.lane, publication.due_at = START, publication.publish_at
    publication.post_ids, publication.post_url, publication.report = [], "", []
    publication.visibility = Visibility.UNKNOWN
    publication.content_version += 1
    publication.version += 1
    await lanes.wake(
        session, publication.workspace_id, publication.connection_id, START, publication.due_at
    )
    await audit.record(
        session,
        publication.workspace_id,
        actor=actor,
        action="publication.retried",
        subject=publication.id,
        failed_as=failed_as,
        publish_at=publication.publish_at.isoformat(),
    )


def _refusal(publication: Publication) -> NotFailed:
    name, state = publication.id, publication.state
    command = ""
    match state:
        case State.CANCELLED:
            fix = "Publish it again: it is a new post then, with a new key."
        case State.PUBLISHED | State.DELIVERED:
            fix = "It is out. To have it twice, publish it again as a new post."
        case State.UNCONFIRMED:
            fix, command = "Say first whether it is out.", f"postwright reconcile {name}"
        case State.DRAFT:
            fix, command = "Give it a time.", f"postwright reschedule {name}"
        case State.HELD | State.SCHEDULED:
            fix = "It goes by itself, or give it another time."
            command = f"postwright reschedule {name}"
        case _:
            fix, command = "It is under way: watch it.", f"postwright status {name} --watch"
    return NotFailed(f"{name} has not failed: it is {state}.", fix=fix, command=command)
