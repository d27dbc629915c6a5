"""Which posts are on a page of a list, and how many there are. The workspace comes first.

It takes two goes to the database however many posts there are: one for the accounts that are
meant, if any are, and one for the count and the page; see `listed_sql`.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.planning import planned_by_values
from postwright.db.statement import Statement
from postwright.posts.models import Post
from postwright.publishing.listed_sql import Shape, Sorting, Way, statement

# Beyond this many nobody counts on; to count a million rows takes longer than to show a hundred.
COUNTED: Final = 1_000
# To step into the index of each account costs more than to look at posts that go to most of them.
_LANES: Final = 200

_SPECIAL: Final = re.compile(r"[\\%_]")

_ONE: Final = Statement("""
    SELECT id FROM connections WHERE workspace_id = :workspace_id AND id = :account_id
    AND (CAST(:platform AS text) IS NULL OR platform = :platform)
    AND (CAST(:profile_id AS text) IS NULL OR profile_id = :profile_id)
""")
_SEVERAL: Final = Statement("""
    SELECT count(*) AS known,
        array_agg(id ORDER BY id) FILTER (WHERE is_wanted AND is_within) AS wanted,
        array_agg(id) FILTER (WHERE is_within) AS within
    FROM (
        SELECT id, (CAST(:platform AS text) IS NULL OR platform = :platform)
            AND (CAST(:profile_id AS text) IS NULL OR profile_id = :profile_id)
            AND (CAST(:account_id AS text) IS NULL OR id = :account_id) AS is_wanted,
            (CAST(:profiles AS text[]) IS NULL OR profile_id = ANY (CAST(:profiles AS text[])))
                AS is_within
        FROM connections WHERE workspace_id = :workspace_id
    ) AS its
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which posts are meant; None is all of them.

    Attributes:
        status: as they stand.
        created_by: the key that made them.
        source: the way they came in.
        search: is in their text or title, in any case.
        tags: they have all of these.
        since, until: when they go out or were made, both included.
        platform, profile_id, account_id: of an account that they go to.
    """

    status: str | None = None
    created_by: str | None = None
    source: str | None = None
    search: str | None = None
    tags: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    platform: str | None = None
    profile_id: str | None = None
    account_id: str | None = None

    @property
    def is_by_account(self) -> bool:
        """Whether it is about accounts."""
        return not (self.platform is None and self.profile_id is None and self.account_id is None)

    @property
    def is_told_more(self) -> bool:
        """Whether posts have to be looked at, to know."""
        asked = (self.created_by, self.source, self.search, self.tags)
        return any(each is not None for each in asked)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is listed at all: posts all of whose accounts are of these profiles, if there are any.

    A post without accounts is listed for the `actor` that has made it.
    """

    profile_ids: Collection[str] | None
    actor: str


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of a list: after a place in its order, or after the first few."""

    sorting: Sorting
    after: tuple[datetime, str] | None
    skip: int
    limit: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The ids of a page in order, and how many posts there are: no more than `COUNTED`."""

    total: int
    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class _On:
    """Accounts: those that are wanted, and all that are within the bounds, of so many."""

    wanted: Sequence[str]
    within: Sequence[str]
    known: int


async def listed(
    session: AsyncSession, workspace_id: str, wanted: Wanted, bounds: Bounds, span: Span
) -> Listed:
    """A page of the posts that are meant, of those within the bounds."""
    is_bound = bounds.profile_ids is not None
    on = None
    if wanted.is_by_account or is_bound:
        on = await _accounts(session, workspace_id, wanted, bounds)
    has_own = is_bound and not wanted.is_by_account
    if on is not None and not on.wanted and not has_own:
        return Listed(0, [])
    is_bounded = is_bound and on is not None and len(on.within) < on.known
    way = _way(on, is_told_more=wanted.is_told_more, is_bounded=is_bounded, has_own=has_own)
    is_ranged = span.sorting.is_by_making and wanted.since is not None and wanted.until is not None
    shape = Shape(way, span.sorting, wanted.is_told_more, is_bounded, has_own, is_ranged)
    need = span.skip + span.limit
    lanes = len(on.wanted) + has_own if on is not None else 1
    values = {
        **_filters(wanted),
        "workspace_id": workspace_id,
        "on": None if on is None else on.wanted,
        "account": None if on is None or not on.wanted else on.wanted[0],
        "within": None if on is None else on.within,
        "actor": bounds.actor,
        "after_at": None if span.after is None else span.after[0],
        "after_id": None if span.after is None else span.after[1],
        "counted": COUNTED,
        "skip": span.skip,
        "most": span.limit,
        "need": need,
        "each": min(need, 2 * need // max(lanes, 1) + 8),
    }
    async with planned_by_values(session):
        found = await statement(shape).ask(session, values)
    row = await found.first()
    assert row is not None
    return Listed(row.total, row.ids)


def place_of(post: Post, sorting: Sorting) -> tuple[datetime, str] | None:
    """Where a post is in an order; None where no cursor says it."""
    match sorting:
        case Sorting.SCHEDULED_DESC | Sorting.SCHEDULED_ASC | Sorting.PLATFORM:
            return post.listed_at, post.id
        case Sorting.CREATED_DESC | Sorting.CREATED_ASC:
            return post.created_at, post.id
        case Sorting.STATUS:
            return None


async def _accounts(
    session: AsyncSession, workspace_id: str, wanted: Wanted, bounds: Bounds
) -> _On:
    """Disconnected accounts are among them."""
    values = {
        "workspace_id": workspace_id,
        "platform": wanted.platform,
        "profile_id": wanted.profile_id,
        "account_id": wanted.account_id,
        "profiles": None if bounds.profile_ids is None else list(bounds.profile_ids),
    }
    if wanted.account_id is not None and bounds.profile_ids is None:
        ids = [row.id for row in await _ONE.rows(session, values)]
        return _On(ids, ids, known=len(ids) + 1)
    row = await _SEVERAL.first(session, values)
    assert row is not None
    return _On(row.wanted or [], row.within or [], row.known)


def _way(on: _On | None, *, is_told_more: bool, is_bounded: bool, has_own: bool) -> Way:
    if on is None:
        return Way.EVERY
    count = len(on.wanted)
    if count == on.known:
        return Way.ALL
    if is_told_more and count > 1:
        return Way.SOME if 4 * count <= on.known and not is_bounded else Way.MANY
    if count > _LANES and 2 * count > on.known:
        return Way.MANY
    return Way.LANE if count == 1 and not has_own else Way.LANES


def _filters(wanted: Wanted) -> dict[str, Any]:
    return {
        "status": wanted.status,
        "created_by": wanted.created_by,
        "source": wanted.source,
        "search": None if wanted.search is None else _somewhere(wanted.search),
        "tags": None if wanted.tags is None else list(wanted.tags),
        "since": wanted.since,
        "until": wanted.until,
    }


def _somewhere(text: str) -> str:
    """A pattern that what holds a text fits; nothing in that is a pattern itself."""
    return "%" + _SPECIAL.sub(r"\\\g<0>", text) + "%"
