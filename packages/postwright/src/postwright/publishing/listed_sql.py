"""The SQL of lists of posts: which statement reads which list.

A list is read in the order of an index, and whatever narrows it is in that index, too. The values
are known when it is planned: of conditions that were not asked for nothing is left then, and
PostgreSQL knows how many posts stand so, or were made by this key.

Each statement gives one row: how many posts there are, up to `counted`, and the ids of a page. If
there are fewer, the page is made of those that were counted; they need not be read again. So what
is rare is found once, and what is frequent is met soon.
"""

from dataclasses import dataclass, replace
from enum import StrEnum, auto
from functools import cache
from typing import Final

from postwright.db.statement import Statement


class Sorting(StrEnum):
    """In which order posts are listed."""

    SCHEDULED_DESC = "scheduled-desc"
    SCHEDULED_ASC = "scheduled-asc"
    CREATED_DESC = "created-desc"
    CREATED_ASC = "created-asc"
    STATUS = "status"
    PLATFORM = "platform"  # of the one network there is, as they go out

    @property
    def columns(self) -> tuple[str, ...]:
        """What is compared before the posts' ids, as an index has it."""
        match self:
            case Sorting.SCHEDULED_DESC | Sorting.SCHEDULED_ASC | Sorting.PLATFORM:
                return ("listed_at",)
            case Sorting.CREATED_DESC | Sorting.CREATED_ASC:
                return ("created_at",)
            case Sorting.STATUS:
                return ("status", "listed_at")

    @property
    def is_by_making(self) -> bool:
        """Whether it is by when posts were made, not by when they go out."""
        return self in {Sorting.CREATED_DESC, Sorting.CREATED_ASC}

    @property
    def descends(self) -> bool:
        """Whether the last one comes first."""
        return self in {Sorting.SCHEDULED_DESC, Sorting.CREATED_DESC, Sorting.PLATFORM}


class Way(StrEnum):
    """How the posts are found that go to certain accounts."""

    EVERY = auto()  # no account is asked for
    ALL = auto()  # all accounts there are: one after the other is looked at
    MANY = auto()  # so many that most posts go to one of them: likewise
    SOME = auto()  # a few, of whose posts something is asked that no index of accounts tells
    LANE = auto()  # one account: it has its own order
    LANES = auto()  # some accounts: the first ones of each, and of these the first


# A post of several accounts is counted at the first one.
_FIRST: Final = """(
    SELECT true FROM post_accounts AS o WHERE o.post_id = x.post_id
    AND o.connection_id = ANY (CAST(:on AS text[])) AND o.connection_id < x.connection_id LIMIT 1
) IS NULL"""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement depends on, other than on its values.

    Attributes:
        way: how posts are found.
        sorting: their order.
        is_told_more: whether what is asked for is in the posts themselves, not in an index.
        is_bounded: whether no account may be outside of `within`.
        has_own: whether posts without any account are meant, too, that `actor` has made.
        is_ranged: whether it is about times of going out, and in another order: then all within
            them are sorted. In their order one might have to go far before the first.
    """

    way: Way
    sorting: Sorting
    is_told_more: bool
    is_bounded: bool
    has_own: bool
    is_ranged: bool


@cache
def statement(shape: Shape) -> Statement:
    """The statement for lists of a shape."""
    keys, order = _keys(shape.sorting), _order(shape.sorting)
    page = _of_lanes(shape) if shape.way is Way.LANES else _in_order(shape)
    return Statement(f"""
        WITH gathered AS MATERIALIZED ({_some(shape)} LIMIT :counted),
             counted AS MATERIALIZED (SELECT count(*) AS n FROM gathered)
        SELECT n AS total, CASE
            WHEN n < :counted THEN ARRAY(
                SELECT id FROM (
                    SELECT {keys} FROM gathered WHERE {_after(shape.sorting, "")}
                    ORDER BY {order} OFFSET :skip LIMIT :most
                ) AS page ORDER BY {order})
            ELSE ARRAY(SELECT id FROM ({page}) AS page ORDER BY {order})
        END AS ids
        FROM counted
    """)  # noqa: S608  # made of what is in this file


def _keys(sorting: Sorting, table: str = "", post_id: str = "id") -> str:
    """What is compared, in this order; of a table, by the names that others have for it."""
    if not table:
        return ", ".join((*sorting.columns, "id"))
    return ", ".join((*(f"{table}{name}" for name in sorting.columns), f"{table}{post_id} AS id"))


def _order(sorting: Sorting, table: str = "", post_id: str = "id") -> str:
    how = " DESC" if sorting.descends else ""
    return ", ".join(f"{table}{name}{how}" for name in (*sorting.columns, post_id))


def _after(sorting: Sorting, table: str, post_id: str = "id") -> str:
    """After the place that a cursor says, if there is one."""
    if sorting is Sorting.STATUS:
        return "true"
    how = "<" if sorting.descends else ">"
    return (
        f"(CAST(:after_id AS text) IS NULL OR ({table}{sorting.columns[0]}, {table}{post_id}) "
        f"{how} (CAST(:after_at AS timestamptz), CAST(:after_id AS text)))"
    )


def _in_order(shape: Shape) -> str:
    """A page of what is in the order of one index."""
    sorting = shape.sorting
    if shape.way is Way.LANE:
        keys, source, post_id = _keys(sorting, "x.", "post_id"), _lane(shape, ":account"), "post_id"
    else:
        keys, source, post_id = _keys(sorting, "x."), _posts(shape), "id"
    return (
        f"SELECT {keys} {source} AND {_after(sorting, 'x.', post_id)} "
        f"ORDER BY {_order(sorting, 'x.', post_id)} OFFSET :skip LIMIT :most"
    )


def _some(shape: Shape) -> str:
    """All of them, in any order."""
    keys = _keys(shape.sorting, "x.", "post_id")
    match shape.way:
        case Way.SOME:
            # Accounts with few posts, or few posts that are as wanted: begun at whichever it is.
            return f"SELECT {keys} {_lane(shape, 'ANY (CAST(:on AS text[]))')} AND {_FIRST}"
        case Way.EVERY | Way.ALL | Way.MANY:
            return f"SELECT {_keys(shape.sorting, 'x.')} {_posts(shape)}"
        case Way.LANE:
            return f"SELECT {keys} {_lane(shape, ':account')}"
        case Way.LANES:
            first = _FIRST
            if shape.is_bounded and shape.has_own:
                # All accounts within the bounds are meant: one look at a post's tells both.
                shape = replace(shape, is_bounded=False)
                first = """(
                    SELECT min(o.connection_id) = x.connection_id
                        AND bool_and(o.connection_id = ANY (CAST(:within AS text[])))
                    FROM post_accounts AS o WHERE o.post_id = x.post_id
                )"""
            every = _each(shape, first, ":counted", is_sorted=False)
            return f"SELECT * FROM ({every}) AS every"  # noqa: S608  # likewise


def _of_lanes(shape: Shape) -> str:
    """A page of the posts of several accounts.

    So many of each account that together they may well be enough: the last one of as many as are
    wanted is the edge, and none of the page is beyond it. Then each account's up to there.
    """
    sorting, op = shape.sorting, ">=" if shape.sorting.descends else "<="
    # Where there are too few there is no edge: all are before one that none can be.
    end = "-infinity" if sorting.descends else "infinity"
    nobodys = {"status": "'~'", "id": "''" if sorting.descends else "'~'"}
    edge = ", ".join(
        f"COALESCE((SELECT {name} FROM edge), "  # noqa: S608  # made of what is in this file
        + nobodys.get(name, f"CAST('{end}' AS timestamptz)")
        + ")"
        for name in (*sorting.columns, "id")
    )
    names = ", ".join(f"x.{name}" for name in sorting.columns)
    first = _each(shape, "{after}", ":each")
    inside = _each(shape, f"{{after}} AND ({names}, {{id}}) {op} ({edge})", ":need")
    return f"""
        WITH first AS MATERIALIZED ({first}),
             edge AS MATERIALIZED (
                SELECT * FROM (SELECT DISTINCT {_keys(sorting)} FROM first) AS each
                ORDER BY {_order(sorting)} OFFSET :need - 1 LIMIT 1
             )
        SELECT DISTINCT {_keys(sorting)} FROM ({inside}) AS inside
        ORDER BY {_order(sorting)} OFFSET :skip LIMIT :most
    """  # noqa: S608  # made of what is in this file


def _each(shape: Shape, wanted: str, most: str, *, is_sorted: bool = True) -> str:
    """Posts of each account, at most so many of each, and those without any that are meant.

    In `wanted`, {after} stands for the cursor's place and {id} for the post's id.
    """
    sorting = shape.sorting

    def told(post_id: str) -> str:
        return wanted.format(after=_after(sorting, "x.", post_id), id=f"x.{post_id}")

    def sort(post_id: str) -> str:
        return f"ORDER BY {_order(sorting, 'x.', post_id)}" if is_sorted else ""

    of_accounts = f"""
        SELECT lane.* FROM unnest(CAST(:on AS text[])) AS account (id) CROSS JOIN LATERAL (
            SELECT {_keys(sorting, "x.", "post_id")} {_lane(shape, "account.id")}
            AND {told("post_id")} {sort("post_id")} LIMIT {most}
        ) AS lane
    """  # noqa: S608  # made of what is in this file
    if not shape.has_own:
        return of_accounts
    its = f"AND {told('id')}" if is_sorted else ""
    return f"{of_accounts} UNION ALL ({_own(shape)} {its} {sort('id')} LIMIT {most})"


def _own(shape: Shape) -> str:
    """Posts without any account that are meant."""
    more = _more("x") if shape.is_told_more else ""
    return f"""
        SELECT {_keys(shape.sorting, "x.")} FROM posts AS x
        WHERE x.workspace_id = :workspace_id AND x.deleted_at IS NULL AND {_standing()} {more}
        AND x.status = 'draft' AND x.created_by = :actor AND {_goes_nowhere()}
    """  # noqa: S608  # made of what is in this file


def _posts(shape: Shape) -> str:
    """Posts, one after the other."""
    wanted = ["x.workspace_id = :workspace_id", "x.deleted_at IS NULL", _standing()]
    own = " OR x.created_by = :actor" if shape.has_own else ""
    match shape.way:
        case Way.EVERY | Way.LANE | Way.LANES:
            pass
        case Way.ALL:
            # What goes to no account is a draft.
            wanted.append(f"(x.status <> 'draft' OR NOT {_goes_nowhere()}{own})")
        case Way.MANY | Way.SOME:
            wanted.append(f"""((
                SELECT true FROM post_accounts AS o
                WHERE o.post_id = x.id AND o.connection_id = ANY (CAST(:on AS text[])) LIMIT 1
            ){own})""")  # noqa: S608  # likewise
    if shape.is_bounded:
        wanted.append(_within("x.id"))
    more = _more("x") if shape.is_told_more else ""
    return _ranged(shape, f"FROM posts AS x WHERE {' AND '.join(wanted)} {more}")


def _lane(shape: Shape, account: str) -> str:
    """Posts of one account."""
    wanted = [f"x.connection_id = {account}", _standing()]
    if shape.is_bounded:
        wanted.append(_within("x.post_id"))
    join = ""
    if shape.is_told_more:
        join = "JOIN posts AS p ON p.id = x.post_id"
        wanted += ["p.workspace_id = :workspace_id", "p.deleted_at IS NULL"]
    more = _more("p") if shape.is_told_more else ""
    return _ranged(shape, f"FROM post_accounts AS x {join} WHERE {' AND '.join(wanted)} {more}")


def _ranged(shape: Shape, source: str) -> str:
    if not shape.is_ranged:
        return source
    # With OFFSET it is planned by itself, without the order that is wanted of it.
    return f"FROM (SELECT x.* {source} OFFSET 0) AS x WHERE true"


def _standing() -> str:
    """What indexes tell of a post."""
    return """(CAST(:status AS text) IS NULL OR x.status = CAST(:status AS text))
        AND (CAST(:since AS timestamptz) IS NULL OR x.listed_at >= CAST(:since AS timestamptz))
        AND (CAST(:until AS timestamptz) IS NULL OR x.listed_at <= CAST(:until AS timestamptz))"""


def _more(post: str) -> str:
    """What only the post itself tells, or an index of its own."""
    found = " OR ".join(f"{post}.{name} ILIKE :search" for name in ("caption", "title"))
    return f"""
        AND (CAST(:created_by AS text) IS NULL OR {post}.created_by = CAST(:created_by AS text))
        AND (CAST(:source AS text) IS NULL OR {post}.source = CAST(:source AS text))
        AND (CAST(:tags AS text[]) IS NULL
            OR ({post}.tags @> CAST(:tags AS text[]) AND {post}.tags <> '{{}}'))
        AND (CAST(:search AS text) IS NULL OR {found})"""


def _goes_nowhere() -> str:
    # Asked of one post after the other, in order: with EXISTS all might be gathered first.
    return "(SELECT true FROM post_accounts AS o WHERE o.post_id = x.id LIMIT 1) IS NULL"


def _within(post_id: str) -> str:
    """No account of a post is outside of the key's bounds."""
    return f"""(
        SELECT true FROM post_accounts AS o
        WHERE o.post_id = {post_id} AND o.connection_id <> ALL (CAST(:within AS text[])) LIMIT 1
    ) IS NULL"""  # noqa: S608  # made of what is in this file
