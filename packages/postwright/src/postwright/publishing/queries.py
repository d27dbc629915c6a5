"""Reads of publications. Every one takes the workspace first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, func, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from postwright.connections.models import Call, Connection
from postwright.db.planning import planned_by_values
from postwright.errors import NotFound
from postwright.media.library import Use
from postwright.media.models import MediaFile
from postwright.posts.models import Post, PostMedia
from postwright.publishing.models import AttemptRow, Publication, PublicationMedia
from postwright.publishing.states import ENDS, State


class NoSuchPost(NotFound):
    """No post or publication has this id."""

    code = "unknown_post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which publications are meant; None is all of them.

    `since` and `until` are about the time at which they go out: from `since` on, before `until`.
    """

    state: State | None = None
    connection_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """A publication with what it is made of, its files in order; `attempt` is the latest one."""

    publication: Publication
    post: Post
    connection: Connection
    media: tuple[MediaFile, ...]
    attempt: AttemptRow | None


# The same order, of which no index knows: all between two times are sorted. In the order of an
# index one might have to go far before the first of them.
_AS_FOUND: Final = (Publication.created_at + timedelta(0), Publication.id)


def _overviews(workspace_id: str) -> Select[Publication, Post, Connection]:
    return (
        select(Publication, Post, Connection)
        .join(Post, Post.id == Publication.post_id)
        .join(Connection, Connection.id == Publication.connection_id)
        .where(Publication.workspace_id == workspace_id)
        .execution_options(populate_existing=True)
    )


async def recent(
    session: AsyncSession,
    workspace_id: str,
    *conditions: ColumnElement[bool],
    limit: int,
    after: str | None = None,
    wanted: Wanted | None = None,
) -> list[Overview]:
    """The newest publications first.

    Args:
        session: to read with.
        workspace_id: whose.
        conditions: what else holds of them; may be of their posts and connections, too.
        limit: how many at most.
        after: the id of the last one that was read before; those that follow it are given.
        wanted: which; all if None.

    Raises:
        NoSuchPost: `after` is none of this workspace.
    """
    newest = (Publication.created_at, Publication.id)
    wanted = wanted or Wanted()
    order = newest if wanted.since is None or wanted.until is None else _AS_FOUND
    selected = _overviews(workspace_id).order_by(*(column.desc() for column in order))
    selected = selected.where(*conditions, *_conditions(wanted)).limit(limit)
    if after is not None:
        last = (
            await session.execute(
                select(*newest).where(
                    Publication.workspace_id == workspace_id, Publication.id == after
                )
            )
        ).first()
        if last is None:
            raise _no_such(after)
        selected = selected.where(tuple_(*newest) < tuple_(*last))
    async with planned_by_values(session):
        rows = (await session.execute(selected)).all()
    media = await _media(session, workspace_id, [publication.id for publication, _, _ in rows])
    return [
        Overview(publication, post, connection, media[publication.id], attempt=None)
        for publication, post, connection in rows
    ]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = list[ColumnElement[bool]]()
    if wanted.state is not None:
        found.append(Publication.state == wanted.state)
    if wanted.connection_id is not None:
        found.append(Publication.connection_id == wanted.connection_id)
    if wanted.since is not None:
        found.append(Publication.publish_at >= wanted.since)
    if wanted.until is not None:
        found.append(Publication.publish_at < wanted.until)
    return found


def _no_such(wanted: str) -> NoSuchPost:
    return NoSuchPost(
        f"There is no post {wanted}.",
        fix="The list of posts has what there is.",
        command="postwright posts",
    )


async def _media(
    session: AsyncSession, workspace_id: str, publication_ids: list[str]
) -> dict[str, tuple[MediaFile, ...]]:
    its = PublicationMedia
    rows = await session.execute(
        select(its.publication_id, MediaFile)
        .join(MediaFile, MediaFile.id == its.media_id)
        .where(MediaFile.workspace_id == workspace_id, its.publication_id.in_(publication_ids))
        .order_by(its.publication_id, its.position)
    )
    found: dict[str, tuple[MediaFile, ...]] = dict.fromkeys(publication_ids, ())
    for publication_id, file in rows:
        found[publication_id] += (file,)
    return found


async def overview(
    session: AsyncSession, workspace_id: str, wanted: str, *conditions: ColumnElement[bool]
) -> Overview:
    """One publication, by its own id, its post's id, or its key, if it meets the conditions.

    Of a post that has several, it is the one of the first of its accounts, by their ids.

    Raises:
        NoSuchPost: there is none.
    """
    # One after the other, each in its index: asked for at once, all are looked at.
    its = aliased(Publication)
    named = union_all(
        select(its.id).where(its.workspace_id == workspace_id, its.id == wanted),
        select(its.id).where(its.workspace_id == workspace_id, its.post_id == wanted),
        select(its.id)
        .join(Post, Post.id == its.post_id)
        .where(Post.workspace_id == workspace_id, Post.client_key == wanted),
    )
    row = (
        await session.execute(
            _overviews(workspace_id)
            .where(Publication.id.in_(named), *conditions)
            .order_by(Publication.connection_id)
            .limit(1)
        )
    ).first()
    if row is None:
        raise _no_such(wanted)
    publication, post, connection = row
    media = await _media(session, workspace_id, [publication.id])
    attempt = await session.scalar(
        select(AttemptRow)
        .where(AttemptRow.publication_id == publication.id)
        .order_by(AttemptRow.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return Overview(publication, post, connection, media[publication.id], attempt)


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
    its = PublicationMedia
    rows = await session.execute(
        select(its.media_id, Publication.post_id, Publication.state, Publication.publish_at)
        .join(its, its.publication_id == Publication.id)
        .where(
            Publication.workspace_id == workspace_id,
            its.media_id.in_(media_ids),
            Publication.state.not_in(ENDS),
        )
        .order_by(Publication.publish_at, Publication.post_id)
    )
    found = dict[str, list[Use]]()
    for media_id, post_id, state, publish_at in rows:
        says = f"the post {post_id}, {state} for {publish_at:%Y-%m-%d %H:%M} UTC"
        found.setdefault(media_id, []).append(Use("post", post_id, says))
    for media_id, post_id in await session.execute(_without_accounts(workspace_id, media_ids)):
        found.setdefault(media_id, []).append(
            Use("post", post_id, f"the post {post_id}, which goes to no account yet")
        )
    return found


def _without_accounts(workspace_id: str, media_ids: Collection[str]) -> Select[str, str]:
    return (
        select(PostMedia.media_id, PostMedia.post_id)
        .join(Post, Post.id == PostMedia.post_id)
        .where(
            Post.workspace_id == workspace_id,
            PostMedia.media_id.in_(media_ids),
            ~exists().where(Publication.post_id == Post.id),
        )
    )


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


async def last_published_at(
    session: AsyncSession, workspace_id: str, connection_id: str
) -> datetime | None:
    """When the last post of an account came out."""
    return await session.scalar(
        select(func.max(Publication.finished_at)).where(
            Publication.workspace_id == workspace_id,
            Publication.connection_id == connection_id,
            Publication.state == State.PUBLISHED,
        )
    )


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
