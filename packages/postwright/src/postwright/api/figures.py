"""How the whole installation does, in a few statements that stay cheap however much there is.

What is over is read from the newest calls of the ledger backwards, so many at most: a figure of
"lately" is of the last hour, or of less if very much was done in it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import PlatformApp
from postwright.db.database import Database, DatabaseGone
from postwright.db.statement import Statement
from postwright.jobs.workers import Alive, alive
from postwright.kit.patience import within
from postwright.publishing.forecast import COUNTS_FOR

LATELY = timedelta(hours=1)
_NEWEST = 20_000

_CALLS = Statement("""
    SELECT operation, code, count(*) AS count,
        COALESCE(array_agg(DISTINCT publication_id)
            FILTER (WHERE publication_id IS NOT NULL), '{}') AS publications
    FROM (
        SELECT operation, code, publication_id, at FROM calls ORDER BY id DESC LIMIT :newest
    ) AS newest
    WHERE at > app_now() - :lately GROUP BY operation, code
""")
_ENDS = Statement("""
    SELECT state, end_code, count(*) AS count FROM publications
    WHERE id = ANY(:ids) AND finished_at > app_now() - :lately GROUP BY state, end_code
""")
_STAGES = Statement("""
    WITH times AS (
        SELECT ended.publish_at, ended.finished_at, last.announced_at, last.last_byte_at
        FROM publications AS ended CROSS JOIN LATERAL (
            SELECT announced_at, last_byte_at FROM attempts
            WHERE attempts.publication_id = ended.id ORDER BY number DESC LIMIT 1
        ) AS last
        WHERE ended.id = ANY(:ids) AND ended.state IN ('published', 'delivered')
            AND ended.finished_at > app_now() - :lately
    ), spans (stage, took) AS (
        SELECT 'waiting', announced_at - publish_at FROM times
        UNION ALL SELECT 'uploading', last_byte_at - announced_at FROM times
        UNION ALL SELECT 'processing', finished_at - COALESCE(last_byte_at, announced_at)
            FROM times
        UNION ALL SELECT 'all', finished_at - publish_at FROM times
    )
    SELECT stage, count(*) AS count, extract(epoch FROM
            percentile_cont(0.5) WITHIN GROUP (ORDER BY took))::float AS half,
        extract(epoch FROM percentile_cont(0.95) WITHIN GROUP (ORDER BY took))::float AS most
    FROM spans WHERE took IS NOT NULL GROUP BY stage
""")
_QUEUE = Statement("""
    SELECT kind, count(*) AS due,
        COALESCE(extract(epoch FROM max(app_now() - next_at)), 0)::float AS lag
    FROM lanes WHERE next_at <= app_now() AND COALESCE(lease_until < app_now(), true)
    GROUP BY kind
""")
_HELD = Statement("""
    SELECT hold_reason, count(*) AS count FROM publications
    WHERE hold_reason <> '' GROUP BY hold_reason
""")
_ACCOUNTS = Statement("""
    SELECT state, count(*) AS count,
        count(*) FILTER (WHERE cap_at > app_now() - interval '24 hours') AS capped
    FROM connections WHERE disconnected_at IS NULL GROUP BY state
""")
_TOKENS = Statement("""
    SELECT extract(epoch FROM min(access_expires_at) - app_now())::float AS access,
        extract(epoch FROM min(refresh_expires_at) - app_now())::float AS refresh
    FROM credentials JOIN connections ON connections.id = credentials.connection_id
    WHERE connections.state IN ('connected', 'expiring')
""")
# So many that stand alike are one row: there may be thousands of accounts.
_QUOTAS = Statement("""
    SELECT platform_app_id, cap_posts, posts, drafts, count(*) AS accounts,
        COALESCE(cap_at > app_now() - interval '24 hours', false) AS is_capped
    FROM connections CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE mode = 'direct') AS posts,
            count(*) FILTER (
                WHERE mode = 'draft' AND stage NOT IN ('published', 'failed', 'cancelled')
            ) AS drafts
        FROM attempts WHERE attempts.connection_id = connections.id
            AND announced_at > app_now() - CAST(:counts_for AS interval)
    ) AS used
    WHERE connections.state IN ('connected', 'expiring') AND disconnected_at IS NULL
    GROUP BY platform_app_id, cap_posts, posts, drafts, is_capped
""")
_SLOTS = Statement("""
    SELECT bucket, count(*) FILTER (WHERE free_at > app_now()) AS busy
    FROM quota_slots GROUP BY bucket
""")


@dataclass(frozen=True, slots=True)
class Figures:
    """Rows of the statements above, the apps by id, and the workers that are alive."""

    calls: list[Any]
    ends: list[Any]
    stages: list[Any]
    queue: list[Any]
    held: list[Any]
    accounts: list[Any]
    tokens: list[Any]
    slots: list[Any]
    quotas: list[Any]
    apps: dict[str, PlatformApp]
    workers: list[Alive]


async def any_workspace_figures(database: Database, patience_s: float = 10) -> Figures:
    """How all workspaces do, together: no names, no ids.

    Raises:
        DatabaseGone: it cannot be reached, or has not answered in time.
    """

    async def rows(session: AsyncSession, statement: Statement, **values: Any) -> list[Any]:
        return list(await statement.rows(session, values))

    async def look() -> Figures:
        async with database.transaction() as session:
            calls = await rows(session, _CALLS, newest=_NEWEST, lately=LATELY)
            ids = sorted({each for row in calls for each in row.publications})
            return Figures(
                calls=calls,
                ends=await rows(session, _ENDS, ids=ids, lately=LATELY),
                stages=await rows(session, _STAGES, ids=ids, lately=LATELY),
                queue=await rows(session, _QUEUE),
                held=await rows(session, _HELD),
                accounts=await rows(session, _ACCOUNTS),
                tokens=await rows(session, _TOKENS),
                slots=await rows(session, _SLOTS),
                quotas=await rows(session, _QUOTAS, counts_for=COUNTS_FOR),
                apps={each.id: each for each in await session.scalars(select(PlatformApp))},
                workers=await alive(session),
            )

    try:
        return await within(patience_s, look())
    except TimeoutError:
        raise DatabaseGone(
            f"The database has not told the figures within {patience_s:g} s."
        ) from None
