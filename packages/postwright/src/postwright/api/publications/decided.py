"""What is known of a publication whose outcome nobody could prove, and what a person says of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.errors import InvalidRequest
from postwright.api.publications.shown import publication_shown
from postwright.api.wire.publications import (
    EvidenceAttempt,
    EvidenceCall,
    EvidenceEvent,
    Found,
    PublicationEvidence,
    PublicationVerdict,
)
from postwright.publishing.evidence import evidence
from postwright.publishing.queries import Overview
from postwright.publishing.reconcile import NotOut, Out, Verdict


async def evidence_shown(session: AsyncSession, seen: Overview) -> PublicationEvidence:
    """What is known of it."""
    publication = seen.publication
    known = await evidence(session, publication.workspace_id, publication.id)
    return PublicationEvidence(
        publication=publication_shown(seen),
        attempts=[
            EvidenceAttempt(
                number=each.number,
                stage=each.stage,
                publish_id=each.publish_id,
                last_byte_at=each.last_byte_at,
            )
            for each in known.attempts
        ],
        calls=[
            EvidenceCall.model_validate(each, from_attributes=True, by_name=True)
            for each in known.calls
        ],
        events=[
            EvidenceEvent.model_validate(each, from_attributes=True, by_name=True)
            for each in known.events
        ],
    )


def verdict_of(wanted: PublicationVerdict) -> Verdict:
    """What a person has found.

    Raises:
        InvalidRequest: it contradicts itself.
    """
    if wanted.found is Found.NOT_PUBLISHED:
        for name, is_said in (("postId", wanted.post_id), ("url", wanted.url)):
            if is_said:
                raise InvalidRequest("What is not out has no post.", param=name)
        return NotOut(again=wanted.retry)
    if wanted.retry:
        raise InvalidRequest(
            "What is out is not published again.", fix="Leave retry out.", param="retry"
        )
    return Out(post_id=wanted.post_id or "", url=wanted.url or "")
