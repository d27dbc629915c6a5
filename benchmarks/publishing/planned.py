"""A million publications to come: what a worker that has nothing to do costs."""

from datetime import timedelta
from statistics import median
from typing import Any

import click
from sqlalchemy import text

from benchmarks.parts import Part
from benchmarks.publishing import crowd, measuring
from benchmarks.publishing.stage import Stage, set_up
from postwright.jobs.dispatch import LOOK
from postwright.publishing.work import START

GOALS = {"idle_share": 0.03, "poll_ms": 2.0, "idle_growth_mb": 5.0}
_LOOK_EVERY_S = 10


async def measure(*, rounds: int, small: bool) -> Part:
    """One worker, everything due tomorrow."""
    count, accounts = (10_000, 100) if small else (1_000_000, 10_000)
    watched_s = 10 if small else 40
    async with set_up(accounts) as stage:
        for _ in range(10):
            await stage.plan(
                count // 10,
                accounts=accounts,
                due_in=timedelta(days=1),
                apart=timedelta(milliseconds=500),
            )
        async with stage.database.transaction() as session:
            await session.execute(text("ANALYZE posts, publications, lanes, publication_media"))
        with stage.workers(1) as [pid]:
            await stage.works(1)
            await crowd.nap(_LOOK_EVERY_S)
            shares, sizes, server = list[float](), [measuring.memory_mb(pid)], 0.0
            for _ in range(rounds):
                before, server = measuring.cpu_s([pid]), stage.postgres_s()
                for _ in range(watched_s // _LOOK_EVERY_S):
                    await crowd.nap(_LOOK_EVERY_S)
                    sizes.append(measuring.memory_mb(pid))
                shares.append((measuring.cpu_s([pid]) - before) / watched_s)
                server = (stage.postgres_s() - server) / watched_s
            poll_ms = await _poll_ms(stage)
    told: dict[str, Any] = {
        "planned": count,
        "idle_share": round(median(shares), 4),
        "idle_server_share": round(server, 4),
        "poll_ms": round(poll_ms, 3),
        "idle_mb": round(sizes[-1], 1),
        "idle_mb_every_10_s": [round(size, 1) for size in sizes],
        "idle_growth_mb": round(max(sizes) - sizes[0], 1),
    }
    click.echo(
        f"{count:,} planned: an idle worker takes {told['idle_share']:.1%} of a core and "
        f"{told['idle_mb']} MB (grown by {told['idle_growth_mb']}), PostgreSQL "
        f"{told['idle_server_share']:.1%}; a poll takes {told['poll_ms']} ms"
    )
    return Part(told, GOALS, all(told[name] <= goal for name, goal in GOALS.items()))


async def _poll_ms(stage: Stage) -> float:
    """What the server needs for one look at the due lanes."""
    took = list[float]()
    for _ in range(50):
        async with stage.database.transaction() as session:
            plan = await session.execute(
                text(f"EXPLAIN (ANALYZE, FORMAT JSON) {LOOK.text}"), {"kind": START}
            )
            told = plan.scalar_one()[0]
            took.append(told["Execution Time"] + told["Planning Time"])
    return median(took)
