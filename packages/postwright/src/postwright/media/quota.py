"""How much media a workspace may have."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.media.errors import QuotaReached
from postwright.media.models import MediaFile, MediaPicture
from postwright.workspaces.models import Workspace


async def used_bytes(session: AsyncSession, workspace_id: str) -> int:
    """What a workspace's files and their pictures take."""
    files = select(func.coalesce(func.sum(MediaFile.size_bytes), 0)).where(
        MediaFile.workspace_id == workspace_id, MediaFile.removed_at.is_(None)
    )
    pictures = select(func.coalesce(func.sum(MediaPicture.size_bytes), 0)).where(
        MediaPicture.workspace_id == workspace_id
    )
    both = select(files.scalar_subquery() + pictures.scalar_subquery())
    return int((await session.execute(both)).scalar_one())


async def refuse_over_quota(
    session: AsyncSession, workspace: Workspace, size_bytes: int, limit: int | None, name: str
) -> None:
    """Refuse a new file that does not fit any more.

    Args:
        session: a transaction.
        workspace: whose it is; its own quota counts more than the installation's.
        size_bytes: of the file.
        limit: the installation's quota.
        name: of the file.

    Raises:
        QuotaReached: with it the workspace would have more than it may.
    """
    own = workspace.media_quota_bytes
    quota = limit if own is None else own
    if quota is None:
        return
    used = await used_bytes(session, workspace.id)
    if used + size_bytes > quota:
        raise QuotaReached(name, size_bytes=size_bytes, used_bytes=used, quota_bytes=quota)
