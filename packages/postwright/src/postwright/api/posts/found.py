"""Which posts a key reaches, and which of them a list is about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import aliased

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.filters import refuse_unknown
from postwright.api.posts.wish import read_time
from postwright.connections.models import Connection
from postwright.posts.models import Post
from postwright.publishing.listed import Bounds, Wanted
from postwright.publishing.listed_sql import Sorting
from postwright.publishing.models import Publication
from postwright.publishing.summary import PostStatus

_DAY = len("2026-01-01")


# As clients of another server say that they mean all.
_ALL = "all"


class StatusAsked(StrEnum):
    """How posts stand that are asked for; see `PostStatus`."""

    DRAFT = PostStatus.DRAFT.value
    SCHEDULED = PostStatus.SCHEDULED.value
    PUBLISHING = PostStatus.PUBLISHING.value
    PUBLISHED = PostStatus.PUBLISHED.value
    PARTIAL = PostStatus.PARTIAL.value
    FAILED = PostStatus.FAILED.value
    CANCELLED = PostStatus.CANCELLED.value
    PENDING_APPROVAL = "pending_approval"  # elsewhere somebody approves of posts: none stands so


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
    its, account = aliased(Publication), aliased(Connection)
    has_any = exists().where(its.post_id == Post.id).correlate(Post)
    # Asked of one post after the other: with EXISTS those of all posts might be gathered first.
    beyond = (
        select(true())
        .join_from(its, account, account.id == its.connection_id)
        .where(its.post_id == Post.id, ~caller.within(account.profile_id))
        .limit(1)
        .correlate(Post)
        .scalar_subquery()
    )
    return beyond.is_(None) & (has_any | (Post.created_by == caller.actor))


def bounds(caller: Caller) -> Bounds:
    """The same for a list."""
    return Bounds(caller.profile_ids, caller.actor)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which posts are wanted, and in which order."""

    wanted: Wanted
    sorting: Sorting


@dataclass(frozen=True, slots=True)
class _Times:
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _On:
    platform: str | None
    profile_id: str | None
    account_id: str | None


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
) -> _Times:
    begins = [_begin(date_from, "dateFrom"), _begin(from_date, "fromDate")]
    ends = [_end(date_to, "dateTo"), _end(to_date, "toDate")]
    return _Times(
        max((each for each in begins if each is not None), default=None),
        min((each for each in ends if each is not None), default=None),
    )


async def _on(
    *,
    platform: Annotated[
        str | None,
        Query(max_length=50, description="Only those that go to this network; `all`: any."),
    ] = None,
    profile_id: Annotated[
        str | None,
        Query(
            alias="profileId",
            description="Only those that go to accounts of this profile; `all`: any.",
        ),
    ] = None,
    account_id: Annotated[
        str | None,
        Query(alias="accountId", description="Only those that go to this account; `all`: any."),
    ] = None,
) -> _On:
    return _On(_unless_all(platform), _unless_all(profile_id), _unless_all(account_id))


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
    times: Annotated[_Times, Depends(_times)],
    on: Annotated[_On, Depends(_on)],
    status: Annotated[
        StatusAsked | None,
        Query(description="Only those that stand so. None is ever `pending_approval`."),
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
            "made. `status` has no cursor. `platform`: as `scheduled-desc`, of one network.",
        ),
    ] = Sorting.SCHEDULED_DESC,
) -> Filters:
    refuse_unknown(request)
    labels = [tag.strip() for tag in (tags or "").split(",") if tag.strip()]
    wanted = Wanted(
        status=None if status is None else status.value,
        created_by=created_by,
        source=None if source is PostSource.ZERNIO else source.value,
        search=search or None,
        tags=labels or None,
        since=times.since,
        until=times.until,
        platform=on.platform,
        profile_id=on.profile_id,
        account_id=on.account_id,
    )
    return Filters(wanted, sort_by)


# What the route that lists declares as the type of its `filters`.
FiltersOf = Annotated[Filters, Depends(_filters)]


def _unless_all(said: str | None) -> str | None:
    return None if said == _ALL else said


def _begin(said: str | None, name: str) -> datetime | None:
    return read_time(said, "UTC", name) if said else None


def _end(said: str | None, name: str) -> datetime | None:
    if not said:
        return None
    whole = f"{said}T23:59:59.999999" if len(said) <= _DAY else said
    return read_time(whole, "UTC", name)


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
