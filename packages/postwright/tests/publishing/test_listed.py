"""Which posts are on a page: whatever is asked for, what comes is what a look at all posts finds.

The posts are of chance, enough of them that some lists are longer than is counted; the accounts
are so many that the posts of most of them are found in another way than those of a few.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.publishing.listed import COUNTED, Bounds, Span, Wanted, listed
from postwright.publishing.listed_sql import Sorting
from postwright.publishing.states import State
from postwright.publishing.summary import post_status
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

POSTS = 2_800
# Of which profile the accounts are: most, a few, one that has few posts, one that has none.
PROFILES = {"prof_most": 230, "prof_few": 25, "prof_rare": 1, "prof_none": 1}
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ("key_a", "key_b", "key_c")


@dataclass(frozen=True, slots=True)
class Known:
    """A post as the test knows it; `accounts` with the profile of each."""

    id: str
    caption: str
    title: str
    status: str
    source: str
    created_by: str
    tags: Sequence[str]
    created_at: datetime
    listed_at: datetime
    accounts: dict[str, str]


async def fill(session: AsyncSession, like: str, workspace_id: str) -> list[Known]:
    """Posts of chance, on accounts that are like one that there is."""
    chance = random.Random(7)  # noqa: S311  # the same in each run
    accounts = await _accounts(session, like, workspace_id)
    rare = [each for each, profile in accounts.items() if profile == "prof_rare"]
    pools = [
        [each for each, profile in accounts.items() if profile == name]
        for name in ("prof_few", "prof_few", "prof_few", "prof_most", "prof_most")
    ]
    made = list[Known]()
    posts, publications = list[dict[str, Any]](), list[dict[str, Any]]()
    for n in range(POSTS):
        count = 0 if n % 19 == 0 else chance.choice((1, 1, 1, 2, 3))
        its = sorted({chance.choice(chance.choice(pools)) for _ in range(count)})
        if n % 101 == 5:
            its = [*rare, *its[:1]] if n % 2 else rare
        created_at = BEGIN + timedelta(minutes=10 * chance.randrange(400))
        at = BEGIN + timedelta(minutes=10 * chance.randrange(600))
        states = [chance.choice(list(State)) for _ in its]
        planned = [each for each in states if each is not State.DRAFT]
        known = Known(
            f"post_{chance.randrange(10**9)}x{n}",
            chance.choice(("A red Fox", "a 100% blue sky", "under_score", "Ünd")),
            chance.choice(("", "", "Foxes")),
            post_status(states),
            chance.choice(("api", "api", "cli", "csv")),
            KEYS[0] if n % 50 else chance.choice(KEYS),
            chance.choice(([], [], ["x"], ["x", "y"])),
            created_at,
            at if planned else created_at,
            {each: accounts[each] for each in its},
        )
        made.append(known)
        posts.append(_post(known, workspace_id))
        publications += [
            _publication(known, account, state, at, workspace_id)
            for account, state in zip(its, states, strict=True)
        ]
    await session.execute(_POST, posts)
    await session.execute(_PUBLICATION, publications)
    # Some were deleted.
    gone = {each.id for each in made[::23]}
    await session.execute(
        text("UPDATE posts SET deleted_at = app_now() WHERE id = ANY (:ids)"), {"ids": list(gone)}
    )
    return [each for each in made if each.id not in gone]


_POST = text("""
    INSERT INTO posts (
        id, workspace_id, kind, caption, title, tags, fingerprint, version, created_at,
        updated_at, listed_at, source, created_by
    ) VALUES (
        :id, :workspace_id, 'video', :caption, :title, :tags, '', 1, :created_at, :created_at,
        :created_at, :source, :created_by
    )
""")
_PUBLICATION = text("""
    INSERT INTO publications (
        id, workspace_id, post_id, connection_id, kind, caption, settings, source, mode,
        content_version, state, publish_at, timezone, hold_reason, detail, end_code, post_ids,
        post_url, visibility, report, version, created_at
    ) VALUES (
        :id, :workspace_id, :post_id, :account, 'video', '', '{}', 'upload', 'direct', 1, :state,
        :at, 'UTC', '', '', '', '{}', '', 'unknown', '[]', 1, :created_at
    )
""")


def _post(known: Known, workspace_id: str) -> dict[str, Any]:
    return {
        "id": known.id,
        "workspace_id": workspace_id,
        "caption": known.caption,
        "title": known.title,
        "tags": list(known.tags),
        "created_at": known.created_at,
        "source": known.source,
        "created_by": known.created_by,
    }


def _publication(
    known: Known, account: str, state: State, at: datetime, workspace_id: str
) -> dict[str, Any]:
    return {
        "id": f"pub_{known.id}_{account}",
        "workspace_id": workspace_id,
        "post_id": known.id,
        "account": account,
        "state": state.value,
        "at": at,
        "created_at": known.created_at,
    }


async def _accounts(session: AsyncSession, like: str, workspace_id: str) -> dict[str, str]:
    made = dict[str, str]()
    for profile, count in PROFILES.items():
        await session.execute(
            text("""
                INSERT INTO profiles (id, workspace_id, name, description, color, is_default,
                    created_at, updated_at)
                VALUES (:id, :workspace_id, :id, '', '', false, app_now(), app_now())
            """),
            {"id": profile, "workspace_id": workspace_id},
        )
        made |= {f"conn_{profile}_{n}": profile for n in range(count)}
    await session.execute(
        text("""
            INSERT INTO connections
            SELECT (jsonb_populate_record(its, jsonb_build_object(
                'id', given.id, 'external_id', given.id, 'profile_id', given.profile_id
            ))).*
            FROM connections AS its,
                unnest(CAST(:ids AS text[]), CAST(:profiles AS text[])) AS given (id, profile_id)
            WHERE its.id = :like
        """),
        {"ids": list(made), "profiles": list(made.values()), "like": like},
    )
    return made


def meant(posts: Sequence[Known], wanted: Wanted, bounds: Bounds) -> list[Known]:
    """Those that are wanted, found by looking at each."""
    return [each for each in posts if _is_within(each, bounds) and _is_meant(each, wanted)]


def _is_within(post: Known, bounds: Bounds) -> bool:
    if bounds.profile_ids is None:
        return True
    if not post.accounts:
        return post.created_by == bounds.actor
    return set(post.accounts.values()) <= set(bounds.profile_ids)


def _is_meant(post: Known, wanted: Wanted) -> bool:
    search = (wanted.search or "").lower()
    return (
        wanted.status in {None, post.status}
        and wanted.created_by in {None, post.created_by}
        and wanted.source in {None, post.source}
        and (search in post.caption.lower() or search in post.title.lower())
        and set(wanted.tags or ()) <= set(post.tags)
        and (wanted.since is None or post.listed_at >= wanted.since)
        and (wanted.until is None or post.listed_at <= wanted.until)
        and _goes_there(post, wanted)
    )


def _goes_there(post: Known, wanted: Wanted) -> bool:
    if not wanted.is_by_account:
        return True
    return wanted.platform in {None, "tiktok"} and any(
        wanted.profile_id in {None, profile} and wanted.account_id in {None, account}
        for account, profile in post.accounts.items()
    )


def in_order(posts: Sequence[Known], sorting: Sorting) -> list[Known]:
    """In an order, with the places in it that cursors tell."""

    def key(post: Known) -> tuple[Any, ...]:
        return (*(getattr(post, name) for name in sorting.columns), post.id)

    return sorted(posts, key=key, reverse=sorting.descends)


ON: tuple[dict[str, Any], ...] = (
    {},
    {"platform": "tiktok"},
    {"platform": "youtube"},
    {"profile_id": "prof_most"},
    {"profile_id": "prof_few"},
    {"profile_id": "prof_none"},
    {"account_id": "conn_prof_few_3"},
    {"account_id": "conn_prof_rare_0"},
    {"account_id": "conn_nobodys"},
)
WITHIN = (
    Bounds(None, "key_a"),
    Bounds(frozenset({"prof_most"}), "key_a"),
    Bounds(frozenset({"prof_few"}), "key_b"),
    Bounds(frozenset({"prof_rare", "prof_few"}), "key_a"),
    Bounds(frozenset({"prof_rare"}), "key_c"),
    Bounds(frozenset({"prof_none"}), "key_none"),
    Bounds(frozenset({"prof_none"}), "key_a"),
)
NARROWED: tuple[dict[str, Any], ...] = (
    {},
    {"status": "published"},
    {"status": "draft"},
    {"status": "partial", "since": BEGIN + timedelta(minutes=2_000)},
    {"since": BEGIN + timedelta(minutes=500), "until": BEGIN + timedelta(minutes=3_500)},
    {"until": BEGIN + timedelta(minutes=3_000), "tags": ["x", "y"]},
    {"created_by": "key_b"},
    {"source": "csv", "status": "scheduled"},
    {"search": "fox"},
    {"search": "100%"},
    {"search": "under_"},
    {"search": "a_b"},
    {"search": "ÜN"},
    {"search": "\\"},
)


async def test_each_list_has_what_a_look_at_all_posts_finds(service: Service) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        posts = await fill(session, account.id, service.workspace_id)
    # Each other list by chance: all of them would take minutes.
    chance = random.Random(11)  # noqa: S311  # the same in each run
    every = list(itertools.product(ON, WITHIN, NARROWED, Sorting))
    seen = set[str]()
    async with service.database.transaction() as session:
        for on, bounds, narrowed, sorting in chance.sample(every, 600):
            wanted = Wanted(**on, **narrowed)
            whole = in_order(meant(posts, wanted, bounds), sorting)
            span, page = _page(chance, whole, sorting)
            found = await listed(session, service.workspace_id, wanted, bounds, span)
            what = f"{wanted} {bounds} {span}"
            assert list(found.ids) == [each.id for each in page], what
            assert found.total == min(len(whole), COUNTED), what
            seen.add("capped" if len(whole) > COUNTED else "counted" if whole else "empty")
    assert seen == {"capped", "counted", "empty"}


def _page(
    chance: random.Random, whole: Sequence[Known], sorting: Sorting
) -> tuple[Span, Sequence[Known]]:
    """Some page of a list, and what is on it."""
    limit = chance.choice((1, 7, 101))
    if sorting is Sorting.STATUS or not whole or chance.random() < 0.5:
        skip = chance.choice((0, 0, 7, len(whole) // 2))
        return Span(sorting, None, skip, limit), whole[skip : skip + limit]
    place = chance.randrange(len(whole))
    last = whole[place]
    after = (getattr(last, sorting.columns[0]), last.id)
    return Span(sorting, after, 0, limit), whole[place + 1 : place + 1 + limit]


async def test_long_lists_are_read_to_their_end(service: Service) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        posts = await fill(session, account.id, service.workspace_id)
    wants = (
        Wanted(),
        Wanted(since=BEGIN + timedelta(minutes=100), until=BEGIN + timedelta(minutes=5_000)),
        Wanted(profile_id="prof_few"),
        Wanted(profile_id="prof_most"),
    )
    for sorting, wanted in itertools.product(Sorting, wants):
        whole = [each.id for each in in_order(meant(posts, wanted, WITHIN[0]), sorting)]
        assert len(whole) > COUNTED
        read = list[str]()
        async with service.database.transaction() as session:
            while len(read) < len(whole):
                span = Span(sorting, None, len(read), 700)
                found = await listed(session, service.workspace_id, wanted, WITHIN[0], span)
                assert found.ids
                read += found.ids
        assert read == whole
