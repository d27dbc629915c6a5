"""A person says what became of a publication whose outcome nobody could prove."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.networks import Networks
from postwright.connections.queries import platform_app
from postwright.db.database import app_now
from postwright.errors import Conflict
from postwright.media.host import addresses
from postwright.platforms.content import Mode, Source
from postwright.publishing.attempt import Stage
from postwright.publishing.hand import end_attempt, locked
from postwright.publishing.missed import RESTORED
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.retry import retry
from postwright.publishing.states import State, Visibility
from postwright.workspaces import audit

CODE = "reconciled"


class NothingToDecide(Conflict):
    """What became of it is known."""

    code = "nothing_to_decide"


@dataclass(frozen=True, slots=True)
class Out:
    """It is out. The id and the address, as far as the person has found them."""

    post_id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class NotOut:
    """It is not out, and will not be. `again` publishes it once more: twice, if that was wrong."""

    again: bool = False


Verdict = Out | NotOut


def is_undecided(publication: Publication) -> bool:
    """Whether only a person can say if it is out."""
    held = publication.state is State.HELD and publication.hold_reason == RESTORED
    return publication.state is State.UNCONFIRMED or held


async def reconcile(
    session: AsyncSession,
    publication: Publication,
    verdict: Verdict,
    *,
    networks: Networks,
    actor: str,
    expected_version: int | None = None,
) -> None:
    """End a publication as the person says; the network is not asked about it any more.

    Args:
        session: its transaction.
        publication: which.
        verdict: what the person has found.
        networks: which know whom its settings let see it; nothing is asked of them.
        actor: who it was, for the audit log.
        expected_version: the `content_version` that was read before; None for whatever it is.

    Raises:
        ChangedMeanwhile: it is not the version that was expected.
        NothingToDecide: its outcome is known, or will be.
        NoSuchMedia: it is to be published again, and one of its files was removed.
    """
    live = await locked(session, publication, expected_version)
    if not is_undecided(publication):
        raise NothingToDecide(
            f"There is nothing to decide about {publication.id}: it is {publication.state}.",
            fix="See how it stands.",
            command=f"postwright status {publication.id}",
        )
    again = isinstance(verdict, NotOut) and verdict.again
    state = _outcome(publication, verdict)
    if live is not None:
        await _end(session, publication, live, state)
    publication.state, publication.finished_at = state, await app_now(session)
    publication.lane = publication.due_at = publication.expected_at = None
    publication.hold_reason = ""
    publication.content_version += 1
    publication.version += 1
    if isinstance(verdict, Out):
        for_all = await _is_for_all(session, publication, networks)
        _note_post(publication, verdict, for_all=for_all)
    else:
        publication.end_code = CODE
        publication.detail = "a person has looked: it is not out"
    await audit.record(
        session,
        publication.workspace_id,
        actor=actor,
        action="publication.reconciled",
        subject=publication.id,
        outcome=state.value,
        again=again,
        post_ids=list(publication.post_ids),
    )
    await session.flush()
    if again:
        await retry(session, publication, actor=actor)


def _outcome(publication: Publication, verdict: Verdict) -> State:
    if isinstance(verdict, NotOut):
        return State.FAILED
    is_finished = bool(verdict.post_id or verdict.url)
    if publication.mode is Mode.DRAFT and not is_finished:
        return State.DELIVERED
    return State.PUBLISHED


async def _end(
    session: AsyncSession, publication: Publication, live: AttemptRow, state: State
) -> None:
    stages = {State.PUBLISHED: Stage.PUBLISHED, State.DELIVERED: Stage.DELIVERED}
    end_attempt(live, stages.get(state, Stage.FAILED), CODE, "a person has said so")
    if live.source is Source.PULL:
        # Whatever was fetched was fetched; nothing else is.
        await addresses.void(session, publication.workspace_id, live.id)


async def _is_for_all(session: AsyncSession, publication: Publication, networks: Networks) -> bool:
    """Whether everyone was to see it: as it was announced last, or as it would have been."""
    announced = await session.scalar(
        select(AttemptRow.expects_id)
        .where(AttemptRow.publication_id == publication.id, AttemptRow.announced_at.is_not(None))
        .order_by(AttemptRow.number.desc())
        .limit(1)
    )
    if announced is not None:
        return announced
    app = await platform_app(session, publication.workspace_id, publication.connection_id)
    is_public = networks.of_app(app).is_public(publication.settings)
    return publication.mode is Mode.DIRECT and is_public


def _note_post(publication: Publication, verdict: Out, *, for_all: bool) -> None:
    publication.detail = "a person has said so"
    if publication.state is not State.PUBLISHED:
        return
    found = verdict.post_id
    if found and found not in publication.post_ids:
        publication.post_ids = [*publication.post_ids, found]
    publication.post_url = verdict.url or publication.post_url
    if not for_all:
        publication.visibility = Visibility.RESTRICTED
    else:
        is_known = bool(publication.post_ids or publication.post_url)
        publication.visibility = Visibility.PUBLIC if is_known else Visibility.MISSING
