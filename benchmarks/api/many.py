"""Posts by the million, as `schedule` and workers leave them."""

import asyncio
import base64
import json
from collections.abc import Sequence

from sqlalchemy import text, update

from benchmarks.api.stage import Stage
from postwright.connections.models import Connection
from postwright.db.database import Database
from postwright.workspaces import api_keys, profiles
from postwright.workspaces.models import Scope

_BATCH = 100_000

# A post every ten minutes for each of the accounts but the last, which has few; 95 of a hundred
# are out, some failed, the rest is to come.
_SCRIPT = (
    """
    INSERT INTO posts (
        id, workspace_id, kind, caption, fingerprint, version, created_at, updated_at, status,
        scheduled_for, listed_at, source, created_by, tags, wish
    )
    SELECT 'post_' || n, :workspace_id, 'video',
        'Check out this amazing sunset! #sunset #nature ' || n, 'bench-' || n, 1,
        at - interval '1 day', at, status, at, at,
        CASE WHEN n % 5003 = 13 THEN 'csv' ELSE 'api' END,
        CASE WHEN n % 5003 = 17 THEN 'key_other' ELSE 'key_bench' END,
        CAST(CASE WHEN n % 2003 = 11 THEN '{spring,sale}' ELSE '{}' END AS text[]),
        jsonb_build_object(
            'media', jsonb_build_array(jsonb_build_object(
                'url', '/v1/media/' || CAST(:media_id AS text), 'kind', 'video')),
            'targets', jsonb_build_array(jsonb_build_object('platform', 'tiktok', 'accountId',
                account, 'content', null, 'media', null, 'at', null, 'said', null)),
            'at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
            'settings', jsonb_build_object('privacy_level', 'PUBLIC_TO_EVERYONE'))
    FROM bench_plan(:begin, :end, :count, :accounts)
    """,
    """
    INSERT INTO post_media (post_id, position, media_id)
    SELECT 'post_' || n, 0, bench_file(n) FROM generate_series(CAST(:begin AS int), :end) AS n
    """,
    """
    INSERT INTO publications (
        id, workspace_id, post_id, connection_id, kind, caption, settings, source, mode,
        content_version, state, lane, due_at, publish_at, timezone, hold_reason, detail,
        end_code, post_ids, post_url, visibility, report, version, created_at, finished_at
    )
    SELECT 'pub_' || n, :workspace_id, 'post_' || n, account, 'video',
        'Check out this amazing sunset! #sunset #nature ' || n,
        jsonb_build_object('privacy_level', 'PUBLIC_TO_EVERYONE'), 'upload', 'direct', 1, status,
        CASE status WHEN 'scheduled' THEN 'start' END,
        CASE status WHEN 'scheduled' THEN at END, at, 'UTC', '', '',
        CASE status WHEN 'failed' THEN 'frame_rate_check_failed' ELSE '' END,
        CASE status WHEN 'published' THEN ARRAY['73' || n] ELSE '{}' END,
        CASE status WHEN 'published' THEN 'https://www.tiktok.com/@bench/video/73' || n ELSE '' END,
        CASE status WHEN 'published' THEN 'public' ELSE 'unknown' END,
        CASE status WHEN 'published' THEN CAST('[{"setting": "privacy_level",
            "asked": "PUBLIC_TO_EVERYONE", "outcome": "applied", "why": ""}]' AS jsonb)
        ELSE '[]' END, 1, at - interval '1 day',
        CASE status WHEN 'scheduled' THEN NULL ELSE at END
    FROM bench_plan(:begin, :end, :count, :accounts)
    """,
    """
    INSERT INTO post_accounts (post_id, connection_id, status, listed_at, created_at)
    SELECT 'post_' || n, account, status, at, at - interval '1 day'
    FROM bench_plan(:begin, :end, :count, :accounts)
    """,
    """
    INSERT INTO publication_media (publication_id, position, media_id)
    SELECT 'pub_' || n, 0, bench_file(n) FROM generate_series(CAST(:begin AS int), :end) AS n
    """,
)
_BEFORE = (
    """
    CREATE FUNCTION bench_plan(first int, last int, count int, accounts int)
    RETURNS TABLE (n int, account text, at timestamptz, status text) LANGUAGE sql AS $$
        SELECT n,
            'conn_bench' || CASE WHEN n % 10007 = 0 THEN accounts - 1 ELSE n % (accounts - 1) END,
            app_now() + (n - count * 0.95) * interval '10 minutes' / accounts,
            CASE WHEN n >= count * 0.95 THEN 'scheduled' WHEN n % 1000 = 7 THEN 'failed'
                ELSE 'published' END
        FROM generate_series(first, last) AS n
    $$
    """,
    # A thousand files, each in as many posts.
    """
    CREATE FUNCTION bench_file(n int) RETURNS text LANGUAGE sql AS
        $$ SELECT 'media_' || lpad((n % 1000)::text, 12, '0') $$
    """,
    """
    INSERT INTO media_files SELECT (jsonb_populate_record(its, jsonb_build_object(
        'id', bench_file(n), 'sha256', md5('a' || n) || md5('b' || n)))).*
    FROM media_files AS its, generate_series(0, 999) AS n WHERE its.id = :media_id
    """,
    "ALTER TABLE publications DISABLE TRIGGER sum_up_new",
    "ALTER TABLE publications DISABLE TRIGGER tell_of_new",
    "ALTER TABLE publications DISABLE TRIGGER note_account",
    "ALTER TABLE posts DISABLE TRIGGER tell_of_new",
)
# Drafts that go to no account yet; those of one key are few.
_DRAFTS = """
    INSERT INTO posts (
        id, workspace_id, kind, caption, fingerprint, version, created_at, updated_at, listed_at,
        source, created_by
    )
    SELECT 'post_draft' || n, :workspace_id, 'video', 'Not yet ' || n, 'draft-' || n, 1, at, at, at,
        'api', CASE WHEN n % 10 = 0 THEN 'key_other' ELSE 'key_bench' END
    FROM generate_series(1, :count / 300) AS n,
        LATERAL (SELECT app_now() - n * interval '1 hour' AS at) AS its
"""
_AFTER = (
    "ALTER TABLE publications ENABLE TRIGGER sum_up_new",
    "ALTER TABLE publications ENABLE TRIGGER tell_of_new",
    "ALTER TABLE publications ENABLE TRIGGER note_account",
    "ALTER TABLE posts ENABLE TRIGGER tell_of_new",
)
# As autovacuum does, which may not come in time.
_TABLES = (
    "posts", "publications", "post_media", "publication_media", "post_accounts", "media_files",
    "connections",
)  # fmt: skip


def fill(stage: Stage, count: int) -> None:
    """Put so many posts in."""
    stage.run(_BEFORE, media_id=stage.media_id)
    for begin in range(0, count, _BATCH):
        stage.run(
            _SCRIPT,
            begin=begin,
            end=min(begin + _BATCH, count) - 1,
            count=count,
            accounts=len(stage.accounts),
            workspace_id=stage.workspace_id,
            media_id=stage.media_id,
        )
    stage.run((_DRAFTS, *_AFTER), count=count, workspace_id=stage.workspace_id)
    stage.vacuum(_TABLES)


def bound(stage: Stage, name: str, accounts: Sequence[str]) -> tuple[str, str]:
    """A profile with these accounts, and a key that is bound to it."""
    return asyncio.run(_bound(stage, name, accounts))


async def _bound(stage: Stage, name: str, accounts: Sequence[str]) -> tuple[str, str]:
    database = Database(stage.url)
    try:
        async with database.transaction() as session:
            made = await profiles.create_profile(
                session,
                stage.workspace_id,
                profiles.Wanted(frozenset({"name"}), name),
                actor="bench",
            )
            await session.flush()
            await session.execute(
                update(Connection)
                .where(Connection.workspace_id == stage.workspace_id, Connection.id.in_(accounts))
                .values(profile_id=made.id)
            )
            key = await api_keys.create_key(
                session,
                stage.workspace_id,
                name=name,
                scope=Scope.READ,
                profile_ids=[made.id],
                actor="bench",
            )
            return made.id, key.text
    finally:
        await database.close()


def cursor_at(stage: Stage, part: float) -> str:
    """A cursor of the list as it is without any order, so far down in it."""
    return asyncio.run(_cursor(stage, part))


async def _cursor(stage: Stage, part: float) -> str:
    database = Database(stage.url)
    wanted = text("""
        SELECT listed_at, id FROM posts WHERE workspace_id = :workspace_id AND deleted_at IS NULL
        ORDER BY listed_at DESC, id DESC
        OFFSET (SELECT count(*) * CAST(:part AS float) FROM posts) LIMIT 1
    """)
    try:
        async with database.transaction() as session:
            values = {"workspace_id": stage.workspace_id, "part": part}
            row = (await session.execute(wanted, values)).one()
    finally:
        await database.close()
    told = json.dumps([row.listed_at.isoformat(), row.id]).encode()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")
