"""Reads of publications. Every one takes the workspace first."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Call, Connection
from postwright.errors import NotFound
from postwright.media.library import Use
from postwright.media.models import MediaFile
from postwright.posts.models import Post, PostMedia
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.states import ENDS


class NoSuchPost(NotFound):
    """No post or publication has this id."""

    code = "unknown_post"


@dataclass(frozen=True, slots=True)
class Overview:
    """A publication with what it is made of, its files in order; `attempt` is the latest one."""

    publication: Publication
    post: Post
    connection: Connection
    media: tuple[MediaFile, ...]
    attempt: AttemptRow | None


def _overviews(workspace_id: str) -> Select[Publication, Post, Connection]:
    return (
        select(Publication, Post, Connection)
        .join(Post, Post.id == Publication.post_id)
        .join(Connection, Connection.id == Publication.connection_id)
        .where(Publication.workspace_id == workspace_id)
        .execution_options(populate_existing=True)
    )


async def recent(session: AsyncSession, workspace_id: str, *, limit: int) -> list[Overview]:
    """The newest publications first."""
    found = await session.execute(
        _overviews(workspace_id).order_by(Publication.created_at.desc()).limit(limit)
    )
    rows = found.all()
    media = await _media(session, workspace_id, [post.id for _, post, _ in rows])
    return [
        Overview(publication, post, connection, media[post.id], attempt=None)
        for publication, post, connection in rows
    ]


async def _media(
    session: AsyncSession, workspace_id: str, post_ids: list[str]
) -> dict[str, tuple[MediaFile, ...]]:
    rows = await session.execute(
        select(PostMedia.post_id, MediaFile)
        .join(MediaFile, MediaFile.id == PostMedia.media_id)
        .where(MediaFile.workspace_id == workspace_id, PostMedia.post_id.in_(post_ids))
        .order_by(PostMedia.post_id, PostMedia.position)
    )
    found: dict[str, tuple[MediaFile, ...]] = dict.fromkeys(post_ids, ())
    for post_id, file in rows:
        found[post_id] += (file,)
    return found


async def overview(session: AsyncSession, workspace_id: str, wanted: str) -> Overview:
    """One publication, by its own id, its post's id, or its key.

    Raises:
        NoSuchPost: there is none.
    """
    named: ColumnElement[bool] = (
        (Publication.id == wanted) | (Post.id == wanted) | (Post.client_key == wanted)
    )
    row = (await session.execute(_overviews(workspace_id).where(named).limit(1))).first()
    if row is None:
        raise NoSuchPost(
            f"There is no post {wanted}.",
            fix="`postwright posts` lists what there is.",
        )
    publication, post, connection = row
    media = await _media(session, workspace_id, [post.id])
    attempt = await session.scalar(
        select(AttemptRow)
        .where(AttemptRow.publication_id == publication.id)
        .order_by(AttemptRow.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return Overview(publication, post, connection, media[post.id], attempt)


async def calls(
    session: AsyncSession, workspace_id: str, *, publication_id: str | None, limit: int
) -> list[Call]:
    """The ledger, oldest first: of one publication, or the last calls of all."""
    wanted = select(Call).where(Call.workspace_id == workspace_id)
    if publication_id is not None:
        wanted = wanted.where(Call.publication_id == publication_id)
    found = await session.scalars(wanted.order_by(Call.id.desc()).limit(limit))
    return list(found)[::-1]


async def posts_needing(
    session: AsyncSession, workspace_id: str, media_ids: Collection[str]
) -> dict[str, list[Use]]:
    """The posts that are not over and need these files, by file, the first to go out first."""
    rows = await session.execute(
        select(PostMedia.media_id, Post.id, Publication.state, Publication.publish_at)
        .join(PostMedia, PostMedia.post_id == Post.id)
        .join(Publication, Publication.post_id == Post.id)
        .where(
            Post.workspace_id == workspace_id,
            PostMedia.media_id.in_(media_ids),
            Publication.state.not_in(ENDS),
        )
        .order_by(Publication.publish_at, Post.id)
    )
    found = dict[str, list[Use]]()
    for media_id, post_id, state, publish_at in rows:
        says = f"the post {post_id}, {state} for {publish_at:%Y-%m-%d %H:%M} UTC"
        found.setdefault(media_id, []).append(Use("post", post_id, says))
    return found


async def unfinished(session: AsyncSession, workspace_id: str, connection_id: str) -> list[str]:
    """The ids of an account's publications that are not over, the first to go out first."""
    found = await session.scalars(
        select(Publication.id)
        .where(
            Publication.workspace_id == workspace_id,
            Publication.connection_id == connection_id,
            Publication.state.not_in(ENDS),
        )
        .order_by(Publication.publish_at, Publication.id)
    )
    return list(found)


async def held(session: AsyncSession, workspace_id: str) -> dict[str, int]:
    """How many publications wait for which reason, the most frequent first."""
    count = func.count()
    rows = await session.execute(
        select(Publication.hold_reason, count)
        .where(
            Publication.workspace_id == workspace_id,
            Publication.hold_reason != "",
            Publication.lane.is_not(None),
        )
        .group_by(Publication.hold_reason)
        .order_by(count.desc(), Publication.hold_reason)
    )
    return {reason: number for reason, number in rows}  # noqa: C416  # rows are not pairs to dict()
