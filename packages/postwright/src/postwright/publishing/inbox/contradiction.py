"""The network says that something is out which it had said could not be: a person has to look."""

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.publishing.attempt import Stage
from postwright.publishing.models import AttemptRow, Publication

_WITHOUT_A_POST = frozenset({Stage.VOID, Stage.FAILED, Stage.CANCELLED})


async def contradicted(
    session: AsyncSession, publication: Publication, attempt: AttemptRow
) -> bool:
    """Whether the attempt had ended without a post; then somebody is told.

    Nothing else is changed: what such a word is worth, and whether the next attempt is to be
    stopped, cannot be known here.
    """
    if attempt.stage not in _WITHOUT_A_POST:
        return False
    await tell(
        session,
        publication.workspace_id,
        Kind.PUBLICATION_UNCONFIRMED,
        publication.id,
        says=f"Word came that attempt {attempt.number} of {publication.id} is out after all, "
        f"which had ended as {attempt.stage}. Look at the profile before it is posted again.",
        attempt=attempt.number,
        stage=attempt.stage.value,
    )
    return True
