"""Reads of media. Every one takes the workspace first."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.media.errors import NoSuchMedia
from postwright.media.models import MediaFile, MediaPicture


async def recent(session: AsyncSession, workspace_id: str, *, limit: int) -> list[MediaFile]:
    """The files that are not removed, the newest first."""
    found = await session.scalars(
        select(MediaFile)
        .where(MediaFile.workspace_id == workspace_id, MediaFile.removed_at.is_(None))
        .order_by(MediaFile.created_at.desc(), MediaFile.id.desc())
        .limit(limit)
    )
    return list(found)


async def files(
    session: AsyncSession,
    workspace_id: str,
    *wanted: ColumnElement[bool],
    removed: bool = False,
    after: tuple[datetime, str] | None = None,
    skip: int = 0,
    limit: int,
) -> list[MediaFile]:
    """The files that meet all conditions, the newest first; with `removed`, those as well.

    `after` goes on behind a file, given by its `created_at` and id.
    """
    asked = select(MediaFile).where(MediaFile.workspace_id == workspace_id, *wanted)
    if not removed:
        asked = asked.where(MediaFile.removed_at.is_(None))
    if after is not None:
        asked = asked.where(tuple_(MediaFile.created_at, MediaFile.id) < after)
    found = await session.scalars(
        asked.order_by(MediaFile.created_at.desc(), MediaFile.id.desc())
        .offset(skip)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def count_files(
    session: AsyncSession, workspace_id: str, *wanted: ColumnElement[bool]
) -> int:
    """How many files that are not removed meet all conditions."""
    found = await session.scalar(
        select(func.count())
        .select_from(MediaFile)
        .where(MediaFile.workspace_id == workspace_id, MediaFile.removed_at.is_(None), *wanted)
    )
    return found or 0


async def media_file(session: AsyncSession, workspace_id: str, wanted: str) -> MediaFile:
    """One file, by its id or its whole SHA-256; it may have been removed.

    Raises:
        NoSuchMedia: there is none.
    """
    found = await session.scalar(
        select(MediaFile)
        .where(
            MediaFile.workspace_id == workspace_id,
            or_(MediaFile.id == wanted, MediaFile.sha256 == wanted),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchMedia(wanted)
    return found


async def made_from(session: AsyncSession, workspace_id: str, media_id: str) -> list[MediaFile]:
    """The mended files that were made from one, the oldest first."""
    found = await session.scalars(
        select(MediaFile)
        .where(
            MediaFile.workspace_id == workspace_id,
            MediaFile.original_id == media_id,
            MediaFile.removed_at.is_(None),
        )
        .order_by(MediaFile.created_at, MediaFile.id)
    )
    return list(found)


async def pictures(
    session: AsyncSession, workspace_id: str, media_ids: Collection[str]
) -> list[MediaPicture]:
    """The pictures that were made of these files."""
    found = await session.scalars(
        select(MediaPicture).where(
            MediaPicture.workspace_id == workspace_id, MediaPicture.media_id.in_(media_ids)
        )
    )
    return list(found)
