"""Whether publications start when they are due: all at once, and steadily beside other work."""

import signal
import sys
from datetime import timedelta
from typing import Any

import click

from benchmarks.crash import processes
from benchmarks.parts import Part
from benchmarks.publishing import crowd
from benchmarks.publishing.stage import Stage, set_up
from postwright.media.fixing.jobs import request
from postwright.media.fixing.recipe import Recipe, VideoOrder
from postwright.media.models import MediaFile

BURST_GOALS: dict[str, float] = {"out_of_order": 64, "quotas_broken": 0}
STEADY_GOALS = {"late_s_p99": 1.0, "late_busy_s_p99": 1.0}
PER_S = 20
# A machine that others use, too, does not get through in the time that a part may take.
_BURST_S = 330
_PLANNED_BEFORE = timedelta(seconds=30)

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
_OUT = """
    SELECT count(*), EXTRACT(epoch FROM max(finished_at) - min(publish_at)) FROM publications
    WHERE state = 'published'
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


async def at_once(*, rounds: int, small: bool) -> Part:  # noqa: ARG001  # as every part is called
    """All in one second: what goes out within some minutes goes in order, and within the quotas."""
    count = 200 if small else 10_000
    async with set_up(count, slots=16) as stage:
        with stage.workers(2):
            await stage.plan(
                count,
                accounts=count,
                due_in=_PLANNED_BEFORE,
                apart=timedelta(seconds=1) / count,
            )
            done = await stage.until(_DONE, wanted=count, at_most_s=_BURST_S)
            [out, took] = await stage.sql(_OUT)
        [moved] = await stage.sql(_ORDER)
        [refused] = await stage.sql(_REFUSED)
    told: dict[str, Any] = {
        "due_at_once": count,
        "burst_out": int(out),
        "burst_all_out": done,
        "out_of_order": int(moved),
        "quotas_broken": int(refused),
        "burst_per_s": round(int(out) / float(took), 1),
    }
    click.echo(
        f"{count:,} due in one second: {told['burst_out']:,} out after {float(took):.0f} s, "
        f"started in order but for {told['out_of_order']} places, {told['quotas_broken']} calls "
        f"over a quota, {told['burst_per_s']} per second"
    )
    return Part(told, BURST_GOALS, all(told[name] <= goal for name, goal in BURST_GOALS.items()))


async def steadily(*, rounds: int, small: bool) -> Part:  # noqa: ARG001  # as every part is called
    """A steady stream: alone, and beside jobs of another kind and transcodes."""
    count = 100 if small else 1_200
    others, fixes = (100, 5) if small else (10_000, 500)
    async with set_up(count * 2, slots=16) as stage:
        with stage.workers(2):
            alone = await _late(stage, count)
            await stage.do(_INSIGHTS, workspace_id=stage.workspace_id, count=others)
            await _fixes(stage, fixes)
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
            [waiting] = await stage.sql("SELECT count(*) FROM media_fixes WHERE state = 'waiting'")
            [mended] = await stage.sql("SELECT count(*) FROM media_fixes WHERE state = 'done'")
    told: dict[str, Any] = {
        "others": others,
        "fixes": fixes,
        "fixes_done": int(mended),
        "fixes_waiting": int(waiting),
        "late_s_p50": round(alone[0], 3),
        "late_s_p99": round(alone[1], 3),
        "late_busy_s_p50": round(busy[0], 3),
        "late_busy_s_p99": round(busy[1], 3),
    }
    click.echo(
        f"{PER_S} per second: {told['late_s_p99']} s late at the 99th percentile; beside "
        f"{others:,} jobs of another kind and {fixes} transcodes ({told['fixes_done']} done "
        f"meanwhile) {told['late_busy_s_p99']} s"
    )
    return Part(told, STEADY_GOALS, all(told[name] <= goal for name, goal in STEADY_GOALS.items()))


async def _fixes(stage: Stage, count: int) -> None:
    """Ask for as many transcodes of the video, as `postwright media fix` does."""
    async with stage.database.transaction() as session:
        media = await session.get_one(MediaFile, stage.media_id)
        for n in range(count):
            order = VideoOrder(
                container="mp4",
                copies_video=False,
                sound="encode",
                width=540,
                height=960,
                padded=(540, 960),
                fps="30",
                rotation=0,
                hdr=False,
                size_bytes=10_000_000,
                duration_ms=1_000 + n,
                end_ms=1_000 + n,
            )
            await request(session, stage.workspace_id, media.id, Recipe("encode", (), order))


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
