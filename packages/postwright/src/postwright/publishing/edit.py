"""Changes what is posted, or when, as long as nothing was announced to the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.errors import Conflict
from postwright.jobs import lanes
from postwright.media.models import MediaKind
from postwright.platforms.content import Mode
from postwright.posts.models import Post
from postwright.publishing.attempt import Stage
from postwright.publishing.awaiting import (
    COMING,
    Piece,
    hold_back,
    is_waiting,
    pieces,
    replace_files,
)
from postwright.publishing.hand import begin_anew, end_attempt, locked
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.repeats import content_hash, refuse_repeat
from postwright.publishing.schedule import time_to_come
from postwright.publishing.states import IfMissed, State
from postwright.publishing.work import START
from postwright.workspaces import audit


class TooLateToEdit(Conflict):
    """It was announced, or it is over."""

    code = "too_late_to_edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be different; None leaves it as it is.

    `settings` are the network's own, complete; the text that goes out is in them. `caption` is
    the same text as people are shown it. `media` are all files, of one `kind`; those that are
    being fetched were `awaiting.settled`. With `refuses_repeats` it is refused if the account gets
    the same within a day already. `is_draft` takes its time away: it goes nowhere until it gets
    another one.
    """

    publish_at: datetime | None = None
    timezone: str | None = None
    if_missed: IfMissed | None = None
    caption: str | None = None
    settings: dict[str, Any] | None = None
    media: Sequence[Piece] | None = None
    kind: MediaKind | None = None
    mode: Mode | None = None
    is_draft: bool | None = None
    refuses_repeats: bool = False

    @property
    def names(self) -> list[str]:
        """What changes."""
        every = (name for name in self.__slots__ if name != "refuses_repeats")
        return [name for name in every if getattr(self, name) is not None]


async def edit(
    session: AsyncSession,
    publication: Publication,
    changes: Changes,
    *,
    expected_version: int | None = None,
    actor: str,
) -> None:
    """Change a publication. A worker that has the old content in hand drops it.

    What is held stays held, unless it gets another time. What has failed can be changed, too,
    except for its time: `retry` brings it on.

    Args:
        session: its transaction; locks the account's lanes.
        publication: which.
        changes: what is different.
        expected_version: the `content_version` that was read before; None for whatever it is.
        actor: who does it, for the audit log.

    Raises:
        ChangedMeanwhile: it is not the version that was expected.
        TooLateToEdit: it was announced, or is over.
        InThePast: the new time has passed.
        Repeated: it refuses repeats, and the account gets the same already.
    """
    live = await locked(session, publication, expected_version)
    _refuse_what_is_out(publication, live, changes)
    if live is not None:
        end_attempt(live, Stage.VOID, "edited", "it was changed before it was announced")
    await _apply(session, publication, changes)
    if changes.refuses_repeats and publication.lane is not None:
        await refuse_repeat(session, publication)
    publication.request_id = audit.REQUEST_ID.get()
    publication.content_version += 1
    publication.version += 1
    if publication.due_at is not None:
        await lanes.wake(
            session, publication.workspace_id, publication.connection_id, START, publication.due_at
        )
    await audit.record(
        session,
        publication.workspace_id,
        actor=actor,
        action="publication.edited",
        subject=publication.id,
        changed=changes.names,
        publish_at=publication.publish_at.isoformat(),
    )


def _refuse_what_is_out(
    publication: Publication, live: AttemptRow | None, changes: Changes
) -> None:
    state, name = publication.state, publication.id
    if state is State.CANCELLED or publication.cancel_requested_at is not None:
        raise TooLateToEdit(
            f"{name} was cancelled.", fix="Publish it again: it is a new post then."
        )
    if state is State.UNCONFIRMED:
        raise TooLateToEdit(
            f"{name} may be out already: that is not certain yet.",
            fix="Decide on that first.",
            command=f"postwright reconcile {name}",
        )
    if state in {State.PUBLISHED, State.DELIVERED}:
        raise TooLateToEdit(
            f"{name} is {state} already.",
            fix="What is out can be changed or deleted in the network's own app only.",
        )
    if live is not None and live.stage is not Stage.READY:
        raise TooLateToEdit(
            f"{name} is on its way: it was announced to the network.",
            why="The network takes the content and the settings with the announcement.",
            fix="Stop it, if that is still possible.",
            command=f"postwright cancel {name}",
        )
    if state is State.FAILED and changes.publish_at is not None:
        raise TooLateToEdit(
            f"{name} has failed, so it has no time to come.",
            fix="Try it again, at the new time.",
            command=f"postwright retry {name} --at TIME",
        )


async def _apply(session: AsyncSession, publication: Publication, changes: Changes) -> None:
    if changes.settings is not None:
        publication.settings = changes.settings
    publication.mode = changes.mode or publication.mode
    if changes.media is not None:
        publication.kind = changes.kind or publication.kind
        await replace_files(session, publication, changes.media)
    if changes.caption is not None:
        await _name(session, publication, changes.caption)
    publication.timezone = changes.timezone or publication.timezone
    publication.if_missed = changes.if_missed or publication.if_missed
    if changes.publish_at is not None:
        publication.publish_at = time_to_come(changes.publish_at, await app_now(session))
        begin_anew(publication)
        publication.lane, publication.due_at = START, publication.publish_at
    elif changes.is_draft and publication.state is not State.FAILED:
        begin_anew(publication)
        publication.state = State.DRAFT
        publication.lane = publication.due_at = None
    elif publication.state is State.PREPARING:
        publication.state = State.SCHEDULED
    await _keep_waiting(session, publication)
    publication.content_hash = content_hash(
        await pieces(session, publication.id),
        publication.caption,
        publication.settings,
        publication.mode,
    )


async def _keep_waiting(session: AsyncSession, publication: Publication) -> None:
    """What has a file that still comes waits for it, and what has got others instead does not."""
    if publication.lane is None:
        return
    if await is_waiting(session, publication.id):
        hold_back(publication)
    elif publication.hold_reason == COMING:
        begin_anew(publication)
        publication.lane, publication.due_at = START, publication.publish_at


async def _name(session: AsyncSession, publication: Publication, caption: str) -> None:
    """A post that goes to one account only is known by the text that goes there."""
    publication.caption = caption
    wanted = select(func.count()).where(Publication.post_id == publication.post_id)
    if await session.scalar(wanted) == 1:
        post = await session.get_one(Post, publication.post_id)
        post.caption = caption
        post.version += 1
