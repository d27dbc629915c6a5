"""Posts by the million, as `schedule` and workers leave them."""

import asyncio
import base64
import json

from sqlalchemy import text

from benchmarks.api.stage import Stage
from postwright.db.database import Database

_BATCH = 100_000

# A post every ten minutes for each of the accounts but the last, which has few; 95 of a hundred
# are out, some failed, the rest is to come.
_SCRIPT = (
    """
    INSERT INTO posts (
        id, workspace_id, kind, caption, fingerprint, version, created_at, updated_at, status,
        scheduled_for, listed_at, source, created_by, wish
    )
    SELECT 'post_' || n, :workspace_id, 'video',
        'Check out this amazing sunset! #sunset #nature ' || n, 'bench-' || n, 1,
        at - interval '1 day', at, status, at, at, 'api', 'key_bench', jsonb_build_object(
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
    SELECT 'post_' || n, 0, :media_id FROM generate_series(CAST(:begin AS int), :end) AS n
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
    SELECT 'pub_' || n, 0, :media_id FROM generate_series(CAST(:begin AS int), :end) AS n
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
    "ALTER TABLE publications DISABLE TRIGGER sum_up_new",
    "ALTER TABLE publications DISABLE TRIGGER tell_of_new",
    "ALTER TABLE publications DISABLE TRIGGER note_account",
    "ALTER TABLE posts DISABLE TRIGGER tell_of_new",
)
_AFTER = (
    "ALTER TABLE publications ENABLE TRIGGER sum_up_new",
    "ALTER TABLE publications ENABLE TRIGGER tell_of_new",
    "ALTER TABLE publications ENABLE TRIGGER note_account",
    "ALTER TABLE posts ENABLE TRIGGER tell_of_new",
)
# As autovacuum does, which may not come in time.
_TABLES = ("posts", "publications", "post_media", "publication_media", "post_accounts")


def fill(stage: Stage, count: int) -> None:
    """Put so many posts in."""
    stage.run(_BEFORE)
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
    stage.run(_AFTER)
    stage.vacuum(_TABLES)


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
