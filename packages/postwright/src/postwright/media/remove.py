"""Takes a file away: first its row says so, then its bytes go."""

import asyncio
import time
from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.media import claims
from postwright.media.errors import MediaNeeded, NoSuchMedia
from postwright.media.library import Library
from postwright.media.models import MediaFile, MediaPicture
from postwright.media.queries import pictures
from postwright.media.uses import uses
from postwright.workspaces import audit

# Far less than a claim lasts: whoever slept over it must not delete any more.
_PROMPT_S = 30.0
_DELETE_S = 120.0


async def remove(library: Library, workspace_id: str, media_id: str, *, actor: str) -> MediaFile:
    """Remove a file that nothing needs, with its pictures. Removing it again does nothing.

    Its row stays: posts that are over tell about it. If its bytes cannot be deleted now, the next
    sweep does it.

    Raises:
        NoSuchMedia: there is none of this id.
        MediaNeeded: something needs it, or what was made from it.
        StorageTrouble: it is removed, but its bytes could not be deleted.
    """
    async with library.database.transaction() as session:
        row = await session.scalar(
            select(MediaFile)
            .where(MediaFile.workspace_id == workspace_id, MediaFile.id == media_id)
            .with_for_update()
        )
        if row is None:
            raise NoSuchMedia(media_id)
        if row.removed_at is not None:
            return row
        needed = await uses(session, workspace_id, [media_id], library.posts_needing)
        if found := needed.get(media_id):
            raise MediaNeeded(row.name, [use.says for use in found])
        hashes = await mark_removed(session, workspace_id, [row], actor=actor)
    await free(library, workspace_id, hashes)
    return row


async def mark_removed(
    session: AsyncSession, workspace_id: str, rows: Iterable[MediaFile], *, actor: str
) -> set[str]:
    """Say of rows that are locked and not needed that they are removed; hashes of what can go."""
    now = await app_now(session)
    hashes = set[str]()
    ids = list[str]()
    for row in rows:
        row.removed_at = now
        hashes.add(row.sha256)
        ids.append(row.id)
        await audit.record(
            session, workspace_id, actor=actor, action="media.removed", subject=row.id,
            name=row.name, size_bytes=row.size_bytes,
        )  # fmt: skip
    hashes |= {picture.sha256 for picture in await pictures(session, workspace_id, ids)}
    await session.execute(
        delete(MediaPicture).where(
            MediaPicture.workspace_id == workspace_id, MediaPicture.media_id.in_(ids)
        )
    )
    return hashes


async def free(library: Library, workspace_id: str, hashes: Iterable[str]) -> set[str]:
    """Delete bytes that no row wants, each under a claim; the hashes whose bytes went.

    Raises:
        StorageTrouble: the store or the database cannot be used.
    """
    gone = set[str]()
    for sha256 in hashes:
        began = time.monotonic()
        async with library.database.transaction() as session:
            claim = await claims.claim_to_remove(session, workspace_id, sha256)
        if claim is None or time.monotonic() - began > _PROMPT_S:
            continue
        try:
            async with asyncio.timeout(_DELETE_S):
                await library.store.delete(workspace_id, sha256)
        except TimeoutError:
            continue  # it may still happen; until the claim expires nobody keeps these bytes
        gone.add(sha256)
        async with library.database.transaction() as session:
            await claims.let_go(session, claim)
    return gone
