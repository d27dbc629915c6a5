"""`/v1/publications`: posts account by account, in the service's own words.

What a post has become is told by `/v1/posts` in the words that all networks share. Here is what
our own command line shows, and what it does to one account at a time.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller, Publisher, Reader
from postwright.api.errors import InvalidRequest
from postwright.api.idempotency import CallOf
from postwright.api.parts import PartsOf
from postwright.api.posts.found import reach
from postwright.api.routing import routes
from postwright.api.wire.publications import (
    PublicationAnswer,
    PublicationAttempt,
    PublicationCancelled,
    PublicationFile,
    PublicationList,
    PublicationOut,
    PublicationRetry,
    PublicationVersion,
)
from postwright.posts.models import Post
from postwright.publishing import queries
from postwright.publishing.cancel import cancel
from postwright.publishing.models import AttemptRow
from postwright.publishing.queries import Overview
from postwright.publishing.retry import retry
from postwright.publishing.states import State

router = routes("Publications")

PublicationId = Annotated[
    str,
    Path(
        alias="publicationId",
        description="The publication's id; or its post's id, or your own key for that: then of "
        "several it is the one of the first account, by their ids.",
        examples=["pub_7k3m9x2q4d1f"],
    ),
]


@router.get("/publications", summary="List publications", operation_id="list_publications")
async def list_publications(
    *,
    caller: Reader,
    parts: PartsOf,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most publications.")] = 20,
    after: Annotated[
        str | None, Query(max_length=100, description="Go on after this publication: `next`.")
    ] = None,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    account_id: Annotated[
        str | None, Query(alias="accountId", description="Only those to this account.")
    ] = None,
    since: Annotated[
        AwareDatetime | None, Query(description="Only those that go out at this time or later.")
    ] = None,
    until: Annotated[
        AwareDatetime | None, Query(description="Only those that go out before this time.")
    ] = None,
) -> PublicationList:
    """Publications that the key reaches, the newest first."""
    wanted = queries.Wanted(
        state=state,
        connection_id=account_id,
        since=_bounded(since, "since"),
        until=_bounded(until, "until"),
    )
    async with parts.database.transaction() as session:
        # One more than is shown tells whether there are more.
        found = await queries.recent(
            session,
            caller.workspace_id,
            *_reached(caller),
            limit=limit + 1,
            after=after,
            wanted=wanted,
        )
    shown = found[:limit]
    return PublicationList(
        publications=[publication_shown(seen) for seen in shown],
        next=shown[-1].publication.id if len(found) > limit else None,
    )


@router.get(
    "/publications/{publicationId}", summary="Get a publication", operation_id="get_publication"
)
async def get_publication(
    publication_id: PublicationId, caller: Reader, parts: PartsOf
) -> PublicationAnswer:
    """One publication, with its latest try."""
    async with parts.database.transaction() as session:
        seen = await queries.overview(
            session, caller.workspace_id, publication_id, *_reached(caller)
        )
        return PublicationAnswer(publication=publication_shown(seen))


@router.post(
    "/publications/{publicationId}/cancel",
    summary="Cancel a publication",
    operation_id="cancel_publication",
    response_model=PublicationCancelled,
)
async def cancel_publication(
    publication_id: PublicationId, wanted: PublicationVersion, caller: Publisher, call: CallOf
) -> Response:
    """Cancel what is not out, on this account; the post stays in the lists."""
    version = wanted.content_version

    async def work(session: AsyncSession) -> PublicationCancelled:
        seen = await queries.overview(
            session, caller.workspace_id, publication_id, *_reached(caller)
        )
        how = await cancel(session, seen.publication, actor=caller.actor, expected_version=version)
        return PublicationCancelled(publication=await _now(session, seen), how=how)

    return await call.once(work, status=200)


@router.post(
    "/publications/{publicationId}/retry",
    summary="Publish again what has failed",
    operation_id="retry_publication",
    response_model=PublicationAnswer,
)
async def retry_publication(
    publication_id: PublicationId, wanted: PublicationRetry, caller: Publisher, call: CallOf
) -> Response:
    """Publish again what has failed on this account, now or at a time."""
    version, at = wanted.content_version, _bounded(wanted.publish_at, "publishAt")

    async def work(session: AsyncSession) -> PublicationAnswer:
        seen = await queries.overview(
            session, caller.workspace_id, publication_id, *_reached(caller)
        )
        await retry(session, seen.publication, actor=caller.actor, at=at, expected_version=version)
        return PublicationAnswer(publication=await _now(session, seen))

    return await call.once(work, status=200)


def _reached(caller: Caller) -> list[ColumnElement[bool]]:
    """As `reach`, where publications and their accounts are read beside the posts."""
    there = Post.deleted_at.is_(None)
    if caller.profile_ids is None:
        return [there]
    return [there, Post.id.in_(select(Post.id).where(reach(caller)).correlate(None))]


def publication_shown(seen: Overview) -> PublicationOut:
    """A publication as it goes over the wire."""
    publication = seen.publication
    return PublicationOut(
        id=publication.id,
        post_id=seen.post.id,
        client_key=seen.post.client_key,
        account_id=seen.connection.id,
        username=seen.connection.handle,
        kind=publication.kind,
        mode=publication.mode,
        source=publication.source,
        state=publication.state,
        hold_reason=publication.hold_reason,
        end_code=publication.end_code,
        detail=publication.detail,
        publish_at=publication.publish_at,
        timezone=publication.timezone,
        if_missed=publication.if_missed,
        expected_at=publication.expected_at,
        finished_at=publication.finished_at,
        cancel_requested_at=publication.cancel_requested_at,
        caption=publication.caption,
        settings=publication.settings,
        settings_report=publication.report,
        content_version=publication.content_version,
        revision=publication.version,
        files=[
            PublicationFile(
                media_id=file.id, name=file.name, sha256=file.sha256, size_bytes=file.size_bytes
            )
            for file in seen.media
        ],
        attempt=None if seen.attempt is None else _attempt(seen.attempt),
        visibility=publication.visibility,
        post_ids=publication.post_ids,
        url=publication.post_url,
    )


def _attempt(attempt: AttemptRow) -> PublicationAttempt:
    return PublicationAttempt(
        number=attempt.number,
        publish_id=attempt.publish_id,
        sent_bytes=attempt.sent_offset,
        progress_bytes=attempt.progress_bytes,
        last_byte_at=attempt.last_byte_at,
    )


async def _now(session: AsyncSession, seen: Overview) -> PublicationOut:
    """As it is after a change that is not committed yet."""
    await session.flush()
    publication = seen.publication
    return publication_shown(
        await queries.overview(session, publication.workspace_id, publication.id)
    )


def _bounded(at: datetime | None, param: str) -> datetime | None:
    """A time that the database can hold in every zone.

    Raises:
        InvalidRequest: it is none.
    """
    if at is None:
        return None
    if at.tzinfo is None:
        raise InvalidRequest("The time has no offset.", fix="Add one, like Z.", param=param)
    if not 2000 <= at.year < 2200:
        raise InvalidRequest("The time is too far away.", param=param)
    return at
