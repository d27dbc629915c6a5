"""Whether publications start when they are due: all at once, and steadily beside other work."""

import signal
import sys
from datetime import timedelta
from typing import Any

import click

from benchmarks.crash import processes
from benchmarks.media.part import Part
from benchmarks.publishing import crowd
from benchmarks.publishing.stage import Stage, set_up

GOALS = {"out_of_order": 64, "quotas_broken": 0, "late_s_p99": 1.0, "late_busy_s_p99": 1.0}
PER_S = 20

_DONE = "SELECT count(*) FILTER (WHERE state = 'published') >= :wanted FROM publications"
# By how many places the order of starting differs at most from the order of due times.
_ORDER = """
    SELECT COALESCE(max(abs(due - started)), 0) FROM (
        SELECT rank() OVER (ORDER BY publications.publish_at) AS due,
               rank() OVER (ORDER BY attempts.created_at) AS started
        FROM publications JOIN attempts ON attempts.publication_id = publications.id
        WHERE attempts.number = 1
    ) AS ranks
"""
_REFUSED = "SELECT count(*) FROM calls WHERE http_status = 429 OR code LIKE '%rate_limit%'"
_LATE = """
    SELECT percentile_disc(ARRAY[0.5, 0.99]) WITHIN GROUP (
        ORDER BY EXTRACT(epoch FROM attempts.created_at - publications.publish_at)::float
    )
    FROM publications JOIN attempts ON attempts.publication_id = publications.id
    WHERE attempts.number = 1
      AND publications.id IN (SELECT 'pub_' || n
                              FROM generate_series(CAST(:begin AS int), :end - 1) AS n)
"""
_INSIGHTS = """
    INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at, fence)
    SELECT 'insights_' || n, :workspace_id, 'subject_' || n, 'bench.insights', app_now(), 0
    FROM generate_series(1, CAST(:count AS int)) AS n
"""


async def measure(*, rounds: int, small: bool) -> Part:  # noqa: ARG001  # as every part is called
    """All in one second; then a steady stream, alone and beside other work."""
    count = 200 if small else 10_000
    told = await _at_once(count) | await _steadily(100 if small else 1_200, small=small)
    click.echo(
        f"{count:,} due in one second: started in order but for {told['out_of_order']} places, "
        f"{told['quotas_broken']} calls over a quota, {told['burst_per_s']} per second\n"
        f"{PER_S} per second: {told['late_s_p99']} s late at the 99th percentile; beside "
        f"{told['others']:,} jobs of another kind {told['late_busy_s_p99']} s"
    )
    return Part(told, GOALS, all(told[name] <= goal for name, goal in GOALS.items()))


async def _at_once(count: int) -> dict[str, Any]:
    async with set_up(count, slots=16) as stage:
        with stage.workers(2):
            await stage.plan(
                count,
                accounts=count,
                due_in=timedelta(seconds=15),
                apart=timedelta(seconds=1) / count,
            )
            await stage.until(_DONE, wanted=count)
        [moved] = await stage.sql(_ORDER)
        [refused] = await stage.sql(_REFUSED)
        [took] = await stage.sql(
            "SELECT EXTRACT(epoch FROM max(finished_at) - min(publish_at)) FROM publications"
        )
    return {
        "out_of_order": int(moved),
        "quotas_broken": int(refused),
        "burst_per_s": round(count / float(took), 1),
    }


async def _steadily(count: int, *, small: bool) -> dict[str, Any]:
    others = 100 if small else 10_000
    async with set_up(count * 2, slots=16) as stage:
        with stage.workers(2):
            alone = await _late(stage, count)
            await stage.do(_INSIGHTS, workspace_id=stage.workspace_id, count=others)
            other = processes.start(
                [sys.executable, "-m", "benchmarks.publishing.insights", stage.database.url],
                processes.environment({}),
                stage.folder / "insights.log",
            )
            try:
                busy = await _late(stage, count)
            finally:
                other.send_signal(signal.SIGKILL)
                other.wait()
    return {
        "others": others,
        "late_s_p50": round(alone[0], 3),
        "late_s_p99": round(alone[1], 3),
        "late_busy_s_p50": round(busy[0], 3),
        "late_busy_s_p99": round(busy[1], 3),
    }


async def _late(stage: Stage, count: int) -> tuple[float, float]:
    """Seconds from due to taken up, in the middle and at the 99th percentile."""
    begin, end = await stage.plan(
        count,
        first=stage.planned,
        accounts=count,
        due_in=timedelta(seconds=15),
        apart=timedelta(seconds=1) / PER_S,
    )
    await stage.until(_DONE, wanted=end)
    [late] = await stage.sql(_LATE, begin=begin, end=end)
    await crowd.nap(1)
    return late[0], late[1]
