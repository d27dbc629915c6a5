"""Which posts a key reaches, and which of them a list is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.dependencies.utils import get_flat_params
from sqlalchemy import ColumnElement, exists, false, or_, true

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.posts.wish import read_time
from postwright.connections.models import Connection
from postwright.kit.text import storable
from postwright.posts.models import Post
from postwright.publishing.listing import Sorting, on_accounts
from postwright.publishing.models import Publication
from postwright.publishing.summary import PostStatus

_DAY = len("2026-01-01")


class PostSource(StrEnum):
    """The way a post came in."""

    ZERNIO = "zernio"  # as clients of another server name all that was made there
    EXTERNAL = "external"  # made elsewhere and found at the network: none is kept
    API = "api"
    CSV = "csv"
    CLI = "cli"


def reach(caller: Caller) -> ColumnElement[bool]:
    """The condition that a post is within a key's bounds: all of its accounts are.

    A post without any is seen by the key that made it.
    """
    if caller.profile_ids is None:
        return true()
    beyond = on_accounts(~caller.within(Connection.profile_id))
    has_any = exists().where(Publication.post_id == Post.id)
    return ~beyond & (has_any | (Post.created_by == caller.actor))


@dataclass(frozen=True, slots=True)
class Filters:
    """Which posts are wanted, and in which order. `accounts` is what one of theirs must meet."""

    conditions: Sequence[ColumnElement[bool]]
    accounts: Sequence[ColumnElement[bool]]
    sorting: Sorting


async def _times(
    *,
    date_from: Annotated[
        str | None,
        Query(alias="dateFrom", description="Only those that go out, or were made, from then on."),
    ] = None,
    date_to: Annotated[
        str | None,
        Query(
            alias="dateTo",
            description="Only those up to then; a date without a time means all of that day.",
        ),
    ] = None,
    from_date: Annotated[
        str | None, Query(alias="fromDate", description="The same as `dateFrom`.")
    ] = None,
    to_date: Annotated[
        str | None, Query(alias="toDate", description="The same as `dateTo`.")
    ] = None,
) -> list[ColumnElement[bool]]:
    return [
        *_in_time("dateFrom", date_from, "dateTo", date_to),
        *_in_time("fromDate", from_date, "toDate", to_date),
    ]


async def _unheeded(
    *,
    fields: Annotated[  # taken, and not looked at
        str | None, Query(max_length=2000, description="Posts are told whole: means nothing.")
    ] = None,
    include_hidden: Annotated[  # likewise
        bool, Query(alias="includeHidden", description="No post is hidden: means nothing.")
    ] = False,
) -> None:
    """What clients of another server send, and what means nothing here."""


async def _filters(
    *,
    request: Request,
    _: Annotated[None, Depends(_unheeded)],
    times: Annotated[list[ColumnElement[bool]], Depends(_times)],
    status: Annotated[PostStatus | None, Query(description="Only those that stand so.")] = None,
    platform: Annotated[
        str | None, Query(max_length=50, description="Only those that go to this network.")
    ] = None,
    profile_id: Annotated[
        str | None,
        Query(alias="profileId", description="Only those that go to accounts of this profile."),
    ] = None,
    account_id: Annotated[
        str | None, Query(alias="accountId", description="Only those that go to this account.")
    ] = None,
    created_by: Annotated[
        str | None, Query(alias="createdBy", description="Only those that this key made.")
    ] = None,
    search: Annotated[
        str | None, Query(max_length=200, description="Only those with this in text or title.")
    ] = None,
    source: Annotated[
        PostSource,
        Query(
            description="Only those that came in like this; `zernio`: all. There are no `external` "
            "ones: what is made elsewhere is not read."
        ),
    ] = PostSource.ZERNIO,
    tags: Annotated[
        str | None,
        Query(max_length=2000, description="Only those with all of these tags, with commas."),
    ] = None,
    sort_by: Annotated[
        Sorting,
        Query(
            alias="sortBy",
            description="The order. `scheduled-…`: by when they go out; a draft by when it was "
            "made. `status` has no cursor.",
        ),
    ] = Sorting.SCHEDULED_DESC,
) -> Filters:
    _refuse_unknown(request)
    wanted = [
        *times,
        *_from(source),
    ]
    if status is not None:
        wanted.append(Post.status == status)
    if created_by is not None:
        wanted.append(Post.created_by == created_by)
    if search:
        found = (text.icontains(search, autoescape=True) for text in (Post.caption, Post.title))
        wanted.append(or_(*found))
    if labels := [tag.strip() for tag in (tags or "").split(",") if tag.strip()]:
        wanted.append(Post.tags.contains(labels))
    return Filters(wanted, _of_accounts(platform, profile_id, account_id), sort_by)


# What the route that lists declares as the type of its `filters`.
FiltersOf = Annotated[Filters, Depends(_filters)]


def _refuse_unknown(request: Request) -> None:
    """A filter that is misspelt must not list everything."""
    known = {each.alias for each in get_flat_params(request.scope["route"].dependant)}
    for name in request.query_params:
        if name not in known:
            raise InvalidRequest(f"There is no filter {storable(name)[:64]!r}.", param=name[:64])


def _from(source: PostSource) -> list[ColumnElement[bool]]:
    match source:
        case PostSource.ZERNIO:
            return []
        case PostSource.EXTERNAL:
            return [false()]
        case PostSource.API | PostSource.CSV | PostSource.CLI:
            return [Post.source == source.value]


def _of_accounts(
    platform: str | None, profile_id: str | None, account_id: str | None
) -> list[ColumnElement[bool]]:
    wanted = list[ColumnElement[bool]]()
    if platform is not None:
        wanted.append(Connection.platform == platform)
    if profile_id is not None:
        wanted.append(Connection.profile_id == profile_id)
    if account_id is not None:
        wanted.append(Connection.id == account_id)
    return wanted


def _in_time(
    first: str, since: str | None, last: str, until: str | None
) -> list[ColumnElement[bool]]:
    """Between two times, each after the name of its filter."""
    wanted = list[ColumnElement[bool]]()
    if since:
        wanted.append(Post.listed_at >= read_time(since, "UTC", first))
    if until:
        whole = f"{until}T23:59:59.999999" if len(until) <= _DAY else until
        wanted.append(Post.listed_at <= read_time(whole, "UTC", last))
    return wanted


def after_of(cursor: tuple[Any, ...]) -> tuple[datetime, str]:
    """Where a cursor says to go on.

    Raises:
        InvalidRequest: it is none of a list of posts.
    """
    match cursor:
        case (str() as at, str() as post_id) if post_id.isascii() and post_id.isprintable():
            return read_time(at, "UTC", "cursor"), post_id
        case _:
            raise InvalidRequest("The cursor is none of ours.", param="cursor")
