"""A hundred thousand publications that the network works on: what asking after them costs."""

from datetime import timedelta
from typing import Any

import click

from benchmarks.parts import Part
from benchmarks.publishing import crowd, measuring
from benchmarks.publishing.stage import CLIENT_KEY, Stage, set_up
from postwright.cli.serving import serving

GOALS = {
    "most_polls_a_minute": 30,
    "refused": 0,
    "not_ok": 0,
    "growth_mb": 10.0,
    "polls_when_told": 2.0,
}

# As they stand after their last byte, sent at any time of the last day; `crowd.in_processing` has
# told the emulator of them.
_UNDERWAY = (
    """
    INSERT INTO attempts (
        id, workspace_id, publication_id, connection_id, number, live, stage, source, mode,
        media_sha256, size_bytes, chunk_bytes, chunk_count, expects_id, checked_at, announced_at,
        publish_id, opened_at, sent_offset, progress_bytes, last_byte_at, address_dead, polls,
        troubles, rejections, voids, retries, cancels, end_code, detail, created_at
    )
    SELECT 'att_' || id, workspace_id, id, connection_id, 1, true, 'tracking', 'upload', 'direct',
        'bench', 1000000, 1000000, 1, true, ago, ago,
        'v_pub_file~v2-1.' || (7000000000000000000 + CAST(substr(id, 5) AS bigint)), ago, 1000000,
        1000000, ago, false, 20, 0, 0, 0, 0, 0, '', '', ago
    FROM (
        SELECT *, app_now() - random() * interval '23 hours' AS ago FROM publications
    ) AS p
    """,
    """
    UPDATE publications SET state = 'processing', lane = 'track',
        due_at = app_now() + random() * interval '10 minutes'
    """,
    "UPDATE lanes SET next_at = NULL",
    """
    INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at, fence)
    SELECT 'track_' || connection_id, workspace_id, connection_id, 'track', min(due_at), 0
    FROM publications GROUP BY connection_id, workspace_id
    """,
)
_HEARD = """
    SELECT count(*) FILTER (WHERE code <> 'ok') FROM calls
"""
_MOST = """
    SELECT COALESCE(max(asked), 0), COALESCE(sum(refused), 0), COALESCE(sum(asked), 0) FROM (
        SELECT connection_id, count(*) AS asked,
               count(*) FILTER (WHERE http_status = 429) AS refused
        FROM calls GROUP BY connection_id, date_trunc('minute', at)
    ) AS minutes
"""


async def measure(*, rounds: int, small: bool) -> Part:  # noqa: ARG001  # as every part is called
    """One worker over all that is under way; then a hundred posts with webhooks."""
    count, accounts = (1_000, 100) if small else (100_000, 10_000)
    watched_s = 20 if small else 120
    async with set_up(accounts) as stage:
        await stage.plan(count, accounts=accounts, due_in=timedelta(days=1), apart=timedelta())
        await crowd.in_processing(stage, count, accounts)
        for statement in _UNDERWAY:
            await stage.do(statement)
        await stage.do("ANALYZE publications, attempts, lanes")
        with stage.workers(1) as [pid]:
            await stage.works(1)
            await crowd.nap(watched_s / 2)
            used, size = measuring.cpu_s([pid]), measuring.memory_mb(pid)
            [asked] = await stage.sql("SELECT count(*) FROM calls")
            await crowd.nap(watched_s)
            used, grown = measuring.cpu_s([pid]) - used, measuring.memory_mb(pid) - size
            most, refused, total = await stage.sql(_MOST)
            [not_ok] = await stage.sql(_HEARD)
        asked = total - asked
    told: dict[str, Any] = {
        "in_processing": count,
        "polls_per_s": round(float(asked) / watched_s, 1),
        "poll_cpu_ms": round(1000 * used / max(1, int(asked)), 2),
        "track_share": round(used / watched_s, 3),
        "track_mb": round(size, 1),
        "growth_mb": round(grown, 1),
        "most_polls_a_minute": int(most),
        "refused": int(refused),
        "not_ok": int(not_ok),
        "polls_when_told": round(await _polls_when_told(20 if small else 200), 2),
    }
    click.echo(
        f"{count:,} in processing: {told['polls_per_s']} polls per second, {told['poll_cpu_ms']} "
        f"ms of CPU each ({told['track_share']:.0%} of a core)\n"
        f"{told['track_mb']} MB (grown by {told['growth_mb']}); at most "
        f"{told['most_polls_a_minute']} a minute for an account, {told['refused']} refused; "
        f"with webhooks {told['polls_when_told']} polls per publication"
    )
    return Part(told, GOALS, all(told[name] <= goal for name, goal in GOALS.items()))


async def _polls_when_told(count: int) -> float:
    """Status requests per publication when TikTok tells by webhooks what it has done."""
    async with set_up(count + 1) as stage:
        await stage.control(
            "PATCH", "settings", {"processing": {"mode": "after_seconds", "value": 20}}
        )
        url = f"{stage.settings.web.public_url}/webhooks/tiktok"
        change = {"webhook_url": url, "allow_localhost_urls": True}
        await stage.control("PATCH", f"apps/{CLIENT_KEY}", change)
        async with serving(stage.settings, stage.database.url):
            with stage.workers(1):
                await _published(stage, 1, first=count)
                begin, end = await _published(stage, count, first=0)
            [polls] = await stage.sql(
                "SELECT count(*) FROM calls WHERE operation LIKE '%status%' AND publication_id IN ("
                "SELECT 'pub_' || n FROM generate_series(CAST(:begin AS int), :end - 1) AS n)",
                begin=begin,
                end=end,
            )
    return float(polls) / count


async def _published(stage: Stage, count: int, *, first: int) -> tuple[int, int]:
    begin, end = await stage.plan(
        count,
        first=first,
        accounts=count,
        due_in=timedelta(),
        apart=timedelta(milliseconds=50),
    )
    await stage.until(
        "SELECT count(*) FILTER (WHERE state = 'published') = :end FROM publications", end=end
    )
    return begin, end
