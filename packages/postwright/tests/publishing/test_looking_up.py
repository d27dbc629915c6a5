"""What is asked for by name is found in an index: what PostgreSQL has read for it is counted."""

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.embedded import EmbeddedServer
from postwright.publishing import queries
from postwright.publishing.listed import Bounds, Span, Wanted, listed
from postwright.publishing.listed_sql import Sorting
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

POSTS = 4_000
_ALL = Bounds(None, "key_x")
Ask = Callable[[AsyncSession, str], Awaitable[Any]]

# One post of forty is of an account that has few of them; one of a hundred has failed.
_FILL = (
    """
    INSERT INTO connections SELECT (jsonb_populate_record(its, jsonb_build_object(
        'id', 'conn_few', 'external_id', 'few'))).* FROM connections AS its
    """,
    """
    INSERT INTO posts (id, workspace_id, kind, caption, fingerprint, version, created_at,
        listed_at, client_key, created_by, source)
    SELECT 'post_' || n, workspace_id, 'video', 'text', '', 1, app_now() + n * interval '1 s',
        app_now() + n * interval '1 s', 'name-' || n, CASE n % 200 WHEN 7 THEN 'key_few' ELSE
        'key_x' END, CASE n % 200 WHEN 9 THEN 'csv' ELSE 'api' END
    FROM connections, generate_series(1, :posts) AS n WHERE external_id <> 'few'
    """,
    """
    INSERT INTO publications (
        id, workspace_id, post_id, connection_id, kind, caption, settings, source, mode,
        content_version, state, publish_at, timezone, hold_reason, detail, end_code, post_ids,
        post_url, visibility, report, version, created_at
    )
    SELECT 'pub_' || n, posts.workspace_id, posts.id,
        CASE WHEN n % 40 = 3 THEN 'conn_few' ELSE its.id END, 'video', '', '{}', 'upload',
        'direct', 1, CASE WHEN n % 100 = 5 THEN 'failed' ELSE 'published' END, posts.listed_at,
        'UTC', '', '', '', '{}', '', 'unknown', '[]', 1, posts.created_at
    FROM generate_series(1, :posts) AS n JOIN posts ON posts.id = 'post_' || n,
        connections AS its WHERE its.external_id <> 'few'
    """,
)
_READ = text("""
    SELECT COALESCE(sum(COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0)), 0)
    FROM pg_stat_xact_user_tables WHERE relname IN ('posts', 'publications', 'post_accounts')
""")


def page(**wanted: Any) -> Ask:
    """A page of ten."""
    span = Span(Sorting(wanted.pop("sorting", "scheduled-desc")), None, 0, 10)

    async def ask(session: AsyncSession, workspace_id: str) -> Any:
        bounds = wanted.pop("bounds", _ALL)
        return (await listed(session, workspace_id, Wanted(**wanted), bounds, span)).ids

    return ask


def recent(**wanted: Any) -> Ask:
    """The ten newest publications."""

    async def ask(session: AsyncSession, workspace_id: str) -> Any:
        return await queries.recent(
            session, workspace_id, limit=10, wanted=queries.Wanted(**wanted)
        )

    return ask


def named(name: str) -> Ask:
    """A publication."""

    async def ask(session: AsyncSession, workspace_id: str) -> Any:
        return [await queries.overview(session, workspace_id, name)]

    return ask


# What is asked for, and how many rows at most are to be read for it.
ASKED: tuple[tuple[str, Ask, int], ...] = (
    ("a publication", named("pub_2000"), 20),
    ("a post's publication", named("post_2000"), 20),
    ("the publication of a name", named("name-2000"), 20),
    ("publications that failed", recent(state=State.FAILED), 60),
    ("publications of an account", recent(connection_id="conn_few"), 60),
    ("posts that failed", page(status="failed"), 250),
    ("posts of an account", page(account_id="conn_few"), 250),
    ("posts of an account, newest", page(account_id="conn_few", sorting="created-desc"), 250),
    ("posts of an account that failed", page(account_id="conn_few", status="failed"), 60),
    ("posts of a key", page(created_by="key_few"), 120),
    ("posts from tables", page(source="csv"), 120),
    ("posts with a tag", page(tags=["rare"]), 60),
)


async def test_what_is_rare_is_not_looked_for_among_all(
    service: Service, server: EmbeddedServer
) -> None:
    await service.connect()
    async with service.database.transaction() as session:
        for statement in _FILL:
            await session.execute(
                text(statement), {"posts": POSTS} if ":posts" in statement else {}
            )
    url = server.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE) posts, publications, post_accounts, connections")
    much = dict[str, int]()
    for what, ask, most in ASKED:
        async with service.database.transaction() as session:
            before = await session.scalar(_READ)
            await ask(session, service.workspace_id)
            read = (await session.scalar(_READ)) - before
        if read > most:
            much[what] = read
    assert much == {}
