"""Who is about to keep or to remove which bytes, so that keeping always wins.

Bytes are copied and deleted outside of transactions, so a row alone cannot guard them: they may
be found in the store by one who keeps them, and be deleted before he has written his row. So each
of the two claims the hash first, under the lock of the workspace:

- the keeper, before he looks whether the bytes are there. While he has his claim, nobody begins to
  remove them; a removal that had begun is waited for. His row and the end of his claim are one
  transaction.
- the remover, only while no row that is not removed has this hash, and nobody keeps it.

A claim of somebody who died expires: a keeper's after a day (until then the bytes just stay), a
remover's after minutes, which is longer than any deletion takes.
"""

from datetime import timedelta

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.kit.ids import new_id
from postwright.media.models import ClaimKind, MediaClaim, MediaFile, MediaPicture
from postwright.workspaces.models import Workspace

KEEPS = timedelta(days=1)
REMOVES = timedelta(minutes=5)


async def lock_workspace(session: AsyncSession, workspace_id: str) -> Workspace:
    """Take turns with all others who claim, keep or remove media of this workspace."""
    found = await session.execute(
        select(Workspace)
        .where(Workspace.id == workspace_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one()


async def claim_to_keep(session: AsyncSession, workspace_id: str, sha256: str) -> str | None:
    """Claim bytes that are about to be kept; None while somebody is removing them.

    The caller holds the workspace's lock.
    """
    if await _claimed(session, workspace_id, sha256, ClaimKind.REMOVE):
        return None
    return await _claim(session, workspace_id, sha256, ClaimKind.KEEP, KEEPS)


async def claim_to_remove(session: AsyncSession, workspace_id: str, sha256: str) -> str | None:
    """Claim bytes that nothing has a row for; None if somebody wants them after all."""
    await lock_workspace(session, workspace_id)
    if await _claimed(session, workspace_id, sha256, *ClaimKind):
        return None
    if await is_wanted(session, workspace_id, sha256):
        return None
    return await _claim(session, workspace_id, sha256, ClaimKind.REMOVE, REMOVES)


async def is_wanted(session: AsyncSession, workspace_id: str, sha256: str) -> bool:
    """Whether a file that is not removed, or a picture of one, has these bytes."""
    file = exists().where(
        MediaFile.workspace_id == workspace_id,
        MediaFile.sha256 == sha256,
        MediaFile.removed_at.is_(None),
    )
    picture = exists().where(
        MediaPicture.workspace_id == workspace_id, MediaPicture.sha256 == sha256
    )
    return bool(await session.scalar(select(file | picture)))


async def let_go(session: AsyncSession, claim_id: str) -> None:
    """End a claim."""
    await session.execute(delete(MediaClaim).where(MediaClaim.id == claim_id))


async def forget_expired(session: AsyncSession) -> None:
    """Remove the claims of those who died."""
    await session.execute(delete(MediaClaim).where(MediaClaim.expires_at <= NOW))


async def _claimed(
    session: AsyncSession, workspace_id: str, sha256: str, *kinds: ClaimKind
) -> bool:
    claimed = exists().where(
        MediaClaim.workspace_id == workspace_id,
        MediaClaim.sha256 == sha256,
        MediaClaim.kind.in_(kinds),
        MediaClaim.expires_at > NOW,
    )
    return bool(await session.scalar(select(claimed)))


async def _claim(
    session: AsyncSession, workspace_id: str, sha256: str, kind: ClaimKind, lasts: timedelta
) -> str:
    claim_id = new_id("claim")
    await session.execute(
        insert(MediaClaim).values(
            id=claim_id,
            workspace_id=workspace_id,
            sha256=sha256,
            kind=kind,
            expires_at=NOW + lasts,
        )
    )
    return claim_id
