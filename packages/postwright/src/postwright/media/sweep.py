"""Removes media that nothing needs: garbage collection, and retention where it is set.

Whatever happens in between, the order is safe: a row says that its file is removed before the
bytes go, and bytes go only under a claim (see `claims`). What a sweep that was killed leaves
undone, the next one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import false, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.media import claims
from postwright.media.library import Library
from postwright.media.models import MediaFile, MediaPicture
from postwright.media.remove import free, mark_removed
from postwright.media.store import Held
from postwright.media.uses import uses
from postwright.workspaces.models import Workspace

# Bytes without a row may belong to somebody who is just writing it.
GRACE = timedelta(days=1)
ACTOR = "sweep"
_BATCH = 200


@dataclass(slots=True)
class Swept:
    """What a sweep has removed, or would remove.

    Attributes:
        files: removed because nobody has used them for as long as the workspace keeps them.
        freed: files in the store whose bytes were deleted.
        freed_bytes: of those.
        parts: pieces that killed writers had left.
    """

    files: list[MediaFile]
    freed: int = 0
    freed_bytes: int = 0
    parts: int = 0


async def sweep(library: Library, *, dry_run: bool = False) -> Swept:
    """Look through all workspaces and the whole store. Several may do so at a time.

    A dry run removes nothing and leaves parts out: it only lists what is too old and counts what
    has no row.

    Raises:
        StorageTrouble: the store or the database cannot be used; the next sweep goes on.
    """
    swept = Swept([])
    async with library.database.transaction() as session:
        workspaces = list(await session.scalars(select(Workspace).order_by(Workspace.id)))
        now = await app_now(session)
        if not dry_run:
            await claims.forget_expired(session)
    for workspace in workspaces:
        await _retire(library, workspace, swept, now=now, dry_run=dry_run)
    # Of other workspaces nothing is known: another installation may share the store.
    known = {workspace.id for workspace in workspaces}
    batch = list[Held]()
    async for held in library.store.list():
        if held.workspace_id in known:
            batch.append(held)
        if len(batch) == _BATCH:
            await _free(library, batch, swept, now=now, dry_run=dry_run)
            batch = []
    await _free(library, batch, swept, now=now, dry_run=dry_run)
    if not dry_run:
        swept.parts = await library.store.sweep()
    return swept


async def _retire(
    library: Library, workspace: Workspace, swept: Swept, *, now: datetime, dry_run: bool
) -> None:
    """Remove the files that have not been used for too long and are not needed."""
    days = workspace.media_retention_days or library.settings.retention_days
    after = ""
    while days is not None:
        async with library.database.transaction() as session:
            old = await _unused_since(session, workspace.id, now - timedelta(days=days), after)
            needed = await uses(
                session, workspace.id, [row.id for row in old], library.posts_needing
            )
            gone = [row for row in old if row.id not in needed]
            if not dry_run:
                await mark_removed(session, workspace.id, gone, actor=ACTOR)
        swept.files += gone
        if len(old) < _BATCH:
            return
        after = old[-1].id


async def _unused_since(
    session: AsyncSession, workspace_id: str, before: datetime, after: str
) -> Sequence[MediaFile]:
    """Files that nobody used since then, locked; those that somebody just uses are left out."""
    found = await session.scalars(
        select(MediaFile)
        .where(
            MediaFile.workspace_id == workspace_id,
            MediaFile.removed_at.is_(None),
            MediaFile.used_at < before,
            MediaFile.id > after,
        )
        .order_by(MediaFile.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    return found.all()


async def _free(
    library: Library, batch: Sequence[Held], swept: Swept, *, now: datetime, dry_run: bool
) -> None:
    """Delete what lies in the store and is neither wanted nor so young that it may be yet."""
    if not batch:
        return
    async with library.database.transaction() as session:
        wanted, told = await _known(session, batch)
    gone = {(media.workspace_id, media.sha256) for media in swept.files}
    wanted, told = wanted - gone, told | gone  # in a dry run the rows do not say it yet
    for held in batch:
        key = held.workspace_id, held.sha256
        if key in wanted or (key not in told and held.kept_at > now - GRACE):
            continue
        if not dry_run and not await free(library, held.workspace_id, [held.sha256]):
            continue  # somebody keeps it again
        swept.freed += 1
        swept.freed_bytes += held.size_bytes


async def _known(
    session: AsyncSession, batch: Sequence[Held]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Which of them a row wants, and which ones a row tells of as removed."""
    hashes = {held.sha256 for held in batch}
    removed = MediaFile.removed_at.is_not(None)
    rows = await session.execute(
        union(
            select(MediaFile.workspace_id, MediaFile.sha256, removed).where(
                MediaFile.sha256.in_(hashes)
            ),
            select(MediaPicture.workspace_id, MediaPicture.sha256, false()).where(
                MediaPicture.sha256.in_(hashes)
            ),
        )
    )
    wanted, told = set[tuple[str, str]](), set[tuple[str, str]]()
    for workspace_id, sha256, is_removed in rows:
        (told if is_removed else wanted).add((workspace_id, sha256))
    return wanted, told
