"""`/v1/publications`: posts account by account, in the service's own words.

What a post has become is told by `/v1/posts` in the words that all networks share. Here is what
our own command line shows, and what it does to one account at a time.
"""

from typing import Annotated

from fastapi import Query, Response
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Publisher, Reader
from postwright.api.idempotency import CallOf
from postwright.api.parts import PartsOf
from postwright.api.publications.changed import changes_of
from postwright.api.publications.decided import evidence_shown, verdict_of
from postwright.api.publications.found import PublicationId, as_it_is_now, bounded, find, reached
from postwright.api.publications.shown import publication_shown
from postwright.api.routing import routes
from postwright.api.wire.publications import (
    PublicationAnswer,
    PublicationCancelled,
    PublicationChange,
    PublicationEvidence,
    PublicationList,
    PublicationRetry,
    PublicationVerdict,
    PublicationVersion,
)
from postwright.publishing import queries
from postwright.publishing.cancel import cancel
from postwright.publishing.edit import edit
from postwright.publishing.evidence import IS_UNDECIDED
from postwright.publishing.reconcile import reconcile
from postwright.publishing.retry import retry
from postwright.publishing.schedule import InThePast
from postwright.publishing.states import State

router = routes("Publications")


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
    undecided: Annotated[
        bool,
        Query(description="Only those whose outcome nobody could prove: a person has to look."),
    ] = False,
) -> PublicationList:
    """Publications that the key reaches, the newest first."""
    wanted = queries.Wanted(
        state=state,
        connection_id=account_id,
        since=bounded(since, "since"),
        until=bounded(until, "until"),
    )
    async with parts.database.transaction() as session:
        # One more than is shown tells whether there are more.
        found = await queries.recent(
            session,
            caller.workspace_id,
            *reached(caller),
            *([IS_UNDECIDED] if undecided else []),
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
        seen = await find(session, caller, publication_id)
        return PublicationAnswer(publication=publication_shown(seen))


@router.patch(
    "/publications/{publicationId}",
    summary="Change a publication",
    operation_id="update_publication",
    response_model=PublicationAnswer,
)
async def update_publication(
    publication_id: PublicationId,
    wanted: PublicationChange,
    caller: Publisher,
    parts: PartsOf,
    call: CallOf,
) -> Response:
    """Change the time or the text of a post on this account; on the others it stays as it is.

    As long as the network knows nothing of it. What has failed is changed, and goes out with
    `retry`, which is told its time.
    """

    async def work(session: AsyncSession) -> PublicationAnswer:
        seen = await find(session, caller, publication_id)
        changes = await changes_of(session, parts, seen, wanted)
        try:
            await edit(
                session,
                seen.publication,
                changes,
                expected_version=wanted.content_version,
                actor=caller.actor,
            )
        except InThePast as error:
            error.param = "publishAt"
            raise
        return PublicationAnswer(publication=await as_it_is_now(session, seen))

    return await call.once(work, status=200)


@router.get(
    "/publications/{publicationId}/evidence",
    summary="What is known of a publication",
    operation_id="get_publication_evidence",
)
async def get_publication_evidence(
    publication_id: PublicationId, caller: Reader, parts: PartsOf
) -> PublicationEvidence:
    """Its tries, the requests to the network for it, and the network's webhooks about it."""
    async with parts.database.transaction() as session:
        return await evidence_shown(session, await find(session, caller, publication_id))


@router.post(
    "/publications/{publicationId}/reconcile",
    summary="Say whether it is out",
    operation_id="reconcile_publication",
    response_model=PublicationAnswer,
)
async def reconcile_publication(
    publication_id: PublicationId,
    wanted: PublicationVerdict,
    caller: Publisher,
    parts: PartsOf,
    call: CallOf,
) -> Response:
    """Say of a publication whether it is out, where nobody could prove it (`unconfirmed`).

    Somebody has to look at the account in the network's app, in its drafts and its inbox, too.
    409 if there is nothing to decide.
    """
    verdict = verdict_of(wanted)

    async def work(session: AsyncSession) -> PublicationAnswer:
        seen = await find(session, caller, publication_id)
        await reconcile(
            session,
            seen.publication,
            verdict,
            networks=parts.accounts.networks,
            actor=caller.actor,
            expected_version=wanted.content_version,
        )
        return PublicationAnswer(publication=await as_it_is_now(session, seen))

    return await call.once(work, status=200)


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
        seen = await find(session, caller, publication_id)
        how = await cancel(session, seen.publication, actor=caller.actor, expected_version=version)
        return PublicationCancelled(publication=await as_it_is_now(session, seen), how=how)

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
    version, at = wanted.content_version, bounded(wanted.publish_at, "publishAt")

    async def work(session: AsyncSession) -> PublicationAnswer:
        seen = await find(session, caller, publication_id)
        await retry(session, seen.publication, actor=caller.actor, at=at, expected_version=version)
        return PublicationAnswer(publication=await as_it_is_now(session, seen))

    return await call.once(work, status=200)
