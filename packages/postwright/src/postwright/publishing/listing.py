"""Reads of posts with all that belongs to them. Every one takes the workspace first."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.db.plain import Columns
from postwright.media.models import Ingest, MediaFile
from postwright.posts.models import Post, PostMedia
from postwright.publishing.awaiting import Piece
from postwright.publishing.models import (
    AttemptRow,
    AwaitedMedia,
    PostAccount,
    Publication,
    PublicationMedia,
)
from postwright.publishing.queries import NoSuchPost

_COLUMNS: Final = Columns(Post, "posts")

# Beyond this many nobody counts on; to count a million rows takes longer than to show a hundred.
COUNTED: Final = 1_000


class Sorting(StrEnum):
    """In which order posts are listed."""

    SCHEDULED_DESC = "scheduled-desc"
    SCHEDULED_ASC = "scheduled-asc"
    CREATED_DESC = "created-desc"
    CREATED_ASC = "created-asc"
    STATUS = "status"

    @property
    def columns(self) -> tuple[Any, ...]:
        """What is compared, as an index has it."""
        match self:
            case Sorting.SCHEDULED_DESC | Sorting.SCHEDULED_ASC:
                return (Post.listed_at, Post.id)
            case Sorting.CREATED_DESC | Sorting.CREATED_ASC:
                return (Post.created_at, Post.id)
            case Sorting.STATUS:
                return (Post.status, Post.listed_at, Post.id)

    @property
    def is_by_making(self) -> bool:
        """Whether it is by when posts were made, not by when they go out."""
        return self in {Sorting.CREATED_DESC, Sorting.CREATED_ASC}

    @property
    def descends(self) -> bool:
        """Whether the last one comes first."""
        return self in {Sorting.SCHEDULED_DESC, Sorting.CREATED_DESC}

    def place(self, post: Post) -> tuple[datetime, str] | None:
        """Where a post is in this order; None where no cursor says it."""
        match self:
            case Sorting.SCHEDULED_DESC | Sorting.SCHEDULED_ASC:
                return post.listed_at, post.id
            case Sorting.CREATED_DESC | Sorting.CREATED_ASC:
                return post.created_at, post.id
            case Sorting.STATUS:
                return None


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


def _wanted(workspace_id: str, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return select(Post).where(
        Post.workspace_id == workspace_id, Post.deleted_at.is_(None), *conditions
    )


def on_accounts(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that a post goes to an account that meets these."""
    return exists().where(
        Publication.post_id == Post.id, Publication.connection_id == Connection.id, *conditions
    )


@dataclass(frozen=True, slots=True)
class On:
    """The accounts that posts go to which are wanted: these, or, of so many, any of these."""

    ids: Sequence[str]
    is_most: bool


async def accounts_for(
    session: AsyncSession, workspace_id: str, *conditions: ColumnElement[bool]
) -> On:
    """The accounts that meet the conditions, those that were disconnected among them."""
    wanted = select(Connection.id, and_(*conditions)).where(Connection.workspace_id == workspace_id)
    rows = (await session.execute(wanted)).all()
    ids = [connection_id for connection_id, meets in rows if meets]
    return On(ids, is_most=2 * len(ids) > len(rows) > 1)


async def find_posts(
    session: AsyncSession,
    workspace_id: str,
    *conditions: ColumnElement[bool],
    sorting: Sorting,
    on: On | None = None,
    after: tuple[datetime, str] | None,
    skip: int,
    limit: int,
) -> list[Post]:
    """The posts that meet the conditions, after a place in their order, or after the first few.

    They are to be looked at: no session knows them.
    """
    wanted = _wanted(workspace_id, conditions).with_only_columns(*_COLUMNS.all)
    if on is None or on.is_most or sorting is Sorting.STATUS:
        # Most of the posts are meant: those in order are looked at one after the other.
        if on is not None:
            wanted = wanted.where(_goes_to(on))
        wanted = _in_order(wanted, sorting, sorting.columns, after).offset(skip).limit(limit)
    else:
        wanted = _of_each(on, wanted, sorting, after, skip + limit).offset(skip).limit(limit)
    found = await session.execute(wanted)
    return [_COLUMNS.look(row) for row in found]


def _in_order(
    wanted: Select[Any],
    sorting: Sorting,
    columns: Sequence[Any],
    after: tuple[datetime, str] | None,
) -> Select[Any]:
    if after is not None:
        place = tuple_(*columns)
        wanted = wanted.where(place < after if sorting.descends else place > after)
    return wanted.order_by(*(each.desc() if sorting.descends else each for each in columns))


def _goes_to(on: On) -> ColumnElement[bool]:
    """Asked of one post after the other, in order: with EXISTS all might be gathered first."""
    its = PostAccount
    one = select(true()).where(its.post_id == Post.id, its.connection_id.in_(on.ids)).limit(1)
    return one.correlate(Post).scalar_subquery()


def _of_each(
    on: On,
    wanted: Select[Any],
    sorting: Sorting,
    after: tuple[datetime, str] | None,
    most: int,
) -> Select[Any]:
    """The first posts of each account, and of these the first: a step into an index for each."""
    its = PostAccount
    at = its.created_at if sorting.is_by_making else its.listed_at
    account = func.unnest(cast(list(on.ids), ARRAY(Text))).table_valued("id").render_derived()
    first = (
        _in_order(wanted, sorting, (at, its.post_id), after)
        .join(its, its.post_id == Post.id)
        .where(its.connection_id == account.c.id)
        .limit(most)
        .correlate(account)
        .lateral()
    )
    order = (first.c.created_at if sorting.is_by_making else first.c.listed_at, first.c.id)
    every = select(*first.c).select_from(account.join(first, true())).ext(distinct_on(*order))
    return every.order_by(*(each.desc() if sorting.descends else each for each in order))


async def count_posts(
    session: AsyncSession,
    workspace_id: str,
    *conditions: ColumnElement[bool],
    on: On | None = None,
) -> int:
    """How many posts meet the conditions; no more than `COUNTED` are counted."""
    wanted = _wanted(workspace_id, conditions).with_only_columns(Post.id)
    if on is not None and len(on.ids) == 1:
        its = PostAccount
        wanted = wanted.join(its, its.post_id == Post.id).where(its.connection_id == on.ids[0])
    elif on is not None:
        wanted = wanted.where(_goes_to(on))
    some = wanted.limit(COUNTED).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


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
    wanted = _wanted(workspace_id, (Post.id == post_id, *conditions))
    if locks:
        wanted = wanted.with_for_update(key_share=True)
    found: Post | None = await session.scalar(wanted.execution_options(populate_existing=True))
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
