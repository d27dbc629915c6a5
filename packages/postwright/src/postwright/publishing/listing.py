"""Reads of posts with all that belongs to them. Every one takes the workspace first."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.media.models import Ingest, MediaFile
from postwright.posts.models import Post, PostMedia
from postwright.publishing.awaiting import Piece
from postwright.publishing.models import (
    AttemptRow,
    AwaitedMedia,
    Publication,
    PublicationMedia,
)
from postwright.publishing.queries import NoSuchPost


@dataclass(frozen=True, slots=True)
class Part:
    """A post on one account; `attempts` says how often it was tried."""

    publication: Publication
    connection: Connection
    app: PlatformApp
    media: tuple[Piece, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A post with all that belongs to it; its parts in the order in which they were made."""

    post: Post
    media: tuple[Piece, ...]
    parts: tuple[Part, ...]


async def find_post(
    session: AsyncSession,
    workspace_id: str,
    post_id: str,
    *conditions: ColumnElement[bool],
    locks: bool = False,
) -> Post:
    """One post.

    Raises:
        NoSuchPost: there is none, or it was deleted.
    """
    wanted = select(Post).where(
        Post.workspace_id == workspace_id,
        Post.id == post_id,
        Post.deleted_at.is_(None),
        *conditions,
    )
    if locks:
        wanted = wanted.with_for_update(key_share=True)
    found = await session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NoSuchPost(f"There is no post {post_id}.", fix="The list of posts has what there is.")
    return found


async def wholes(session: AsyncSession, workspace_id: str, posts: Sequence[Post]) -> list[Whole]:
    """Posts with all that belongs to them."""
    ids = [post.id for post in posts]
    rows = (
        await session.execute(
            select(Publication, Connection, PlatformApp)
            .join(Connection, Connection.id == Publication.connection_id)
            .join(PlatformApp, PlatformApp.id == Connection.platform_app_id)
            .where(Publication.workspace_id == workspace_id, Publication.post_id.in_(ids))
            .order_by(Publication.id)
            .execution_options(populate_existing=True)
        )
    ).all()
    its = [publication.id for publication, _, _ in rows]
    media = await _media(session, workspace_id, ids, its)
    tries = await _attempts(session, workspace_id, its)
    parts = defaultdict[str, list[Part]](list)
    for publication, connection, app in rows:
        part = Part(
            publication, connection, app, media[publication.id], tries.get(publication.id, 0)
        )
        parts[publication.post_id].append(part)
    return [Whole(post, media[post.id], tuple(parts[post.id])) for post in posts]


async def _media(
    session: AsyncSession,
    workspace_id: str,
    post_ids: Collection[str],
    publication_ids: Collection[str],
) -> dict[str, tuple[Piece, ...]]:
    """By the id of a post or of a publication, its files in order."""
    found = defaultdict[str, list[tuple[int, Piece]]](list)
    for its, owner, ids in (
        (PostMedia, PostMedia.post_id, post_ids),
        (PublicationMedia, PublicationMedia.publication_id, publication_ids),
    ):
        rows = await session.execute(
            select(owner, its.position, MediaFile)
            .join(MediaFile, MediaFile.id == its.media_id)
            .where(MediaFile.workspace_id == workspace_id, owner.in_(ids))
        )
        for owner_id, position, file in rows:
            found[owner_id].append((position, file))
    coming = AwaitedMedia
    rows = await session.execute(
        select(func.coalesce(coming.publication_id, coming.post_id), coming.position, Ingest)
        .join(Ingest, Ingest.id == coming.ingest_id)
        .where(Ingest.workspace_id == workspace_id, coming.post_id.in_(post_ids))
    )
    for owner_id, position, ingest in rows:
        found[owner_id].append((position, ingest))
    ordered = {
        owner: tuple(piece for _, piece in sorted(each, key=lambda one: one[0]))
        for owner, each in found.items()
    }
    return defaultdict(tuple, ordered)


async def _attempts(
    session: AsyncSession, workspace_id: str, publication_ids: Collection[str]
) -> dict[str, int]:
    rows = await session.execute(
        select(AttemptRow.publication_id, func.max(AttemptRow.number))
        .where(
            AttemptRow.workspace_id == workspace_id,
            AttemptRow.publication_id.in_(publication_ids),
        )
        .group_by(AttemptRow.publication_id)
    )
    return {publication_id: number for publication_id, number in rows}  # noqa: C416  # rows are not pairs to dict()


async def attempts_of(
    session: AsyncSession, workspace_id: str, publication_ids: Collection[str]
) -> dict[str, list[AttemptRow]]:
    """The attempts of publications, the first one first."""
    found = defaultdict[str, list[AttemptRow]](list)
    rows = await session.scalars(
        select(AttemptRow)
        .where(
            AttemptRow.workspace_id == workspace_id,
            AttemptRow.publication_id.in_(publication_ids),
        )
        .order_by(AttemptRow.number)
        .execution_options(populate_existing=True)
    )
    for each in rows:
        found[each.publication_id].append(each)
    return found
