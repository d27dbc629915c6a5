"""What one publication of a 1 MB video costs, and how many go through in a second."""

import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from statistics import fmean, median
from typing import Any

import click

from benchmarks.crash.processes import ROOT
from benchmarks.parts import Part
from benchmarks.publishing import measuring
from benchmarks.publishing.stage import Stage, set_up

GOALS = {"cpu_ratio": 3.0, "per_s": 60.0}

_DONE = """
    SELECT count(*) FILTER (WHERE state <> 'published') = 0 FROM publications
    WHERE id IN (SELECT 'pub_' || n FROM generate_series(CAST(:begin AS int),
                                                         CAST(:end AS int)) AS n)
"""
# Of the middle, where all stages of publications are under way at a time.
_RATE = """
    WITH ended AS (
        SELECT finished_at, percent_rank() OVER (ORDER BY finished_at) AS rank FROM publications
        WHERE id IN (SELECT 'pub_' || n FROM generate_series(CAST(:begin AS int),
                                                             CAST(:end AS int)) AS n)
    )
    SELECT count(*) / NULLIF(EXTRACT(epoch FROM max(finished_at) - min(finished_at)), 0)
    FROM ended WHERE rank BETWEEN 0.2 AND 0.9
"""


async def measure(*, rounds: int, small: bool) -> Part:
    """The bare script and one worker in turns; then 1, 2 and 4 workers."""
    count = 60 if small else 400
    told: dict[str, Any] = {}
    async with set_up(count // 2 + (rounds + 2) * count // 2) as stage:
        # The machine's speed drifts by a fifth within a minute: the script runs before and after
        # each round, and a round is compared with the mean of the two.
        ours, bare = list[dict[str, float]](), [_bare(stage, stage.tokens[: count // 2])]
        for _ in range(rounds):
            ours.append(await _round(stage, count, workers=1))
            bare.append(_bare(stage, stage.tokens[: count // 2]))
        ratios = [
            mine["worker_ms"] / fmean(its) for mine, its in zip(ours, pairwise(bare), strict=True)
        ]
        ratio = median(ratios)
        told["bare_ms"] = round(median(bare), 2)
        told["cpu_ratios"] = [round(each, 2) for each in ratios]
        told["one_worker"] = {
            name: round(median(each[name] for each in ours), 2) for name in ours[0]
        }
        told["cpu_ratio"] = round(ratio, 2)
        by_workers = {1: told["one_worker"]}
        for workers in (2, 4):
            by_workers[workers] = {
                name: round(value, 2)
                for name, value in (await _round(stage, count, workers=workers)).items()
            }
        told["by_workers"] = by_workers
    _show(told)
    best = max(each["per_s"] for each in by_workers.values())
    told["per_s"] = best
    met = ratio <= GOALS["cpu_ratio"] and best >= GOALS["per_s"]
    return Part(told, GOALS, met)


def _show(told: dict[str, Any]) -> None:
    click.echo(f"bare script: {told['bare_ms']} ms of CPU per publication")
    click.echo(f"rounds of one worker, times that: {told['cpu_ratios']}")
    click.echo(f"{'workers':>8}{'per s':>8}{'worker ms':>11}{'emulator ms':>13}{'postgres ms':>13}")
    for workers, each in told["by_workers"].items():
        click.echo(
            f"{workers:>8}{each['per_s']:>8.1f}{each['worker_ms']:>11.1f}"
            f"{each['emulator_ms']:>13.1f}{each['postgres_ms']:>13.1f}"
        )


def _bare(stage: Stage, tokens: list[str]) -> float:
    command = [sys.executable, "-m", "benchmarks.publishing.bare"]
    ended = subprocess.run(
        [*command, stage.emulator_url, str(stage.video)],
        input="\n".join(tokens),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return float(ended.stdout)


async def _round(stage: Stage, count: int, *, workers: int) -> dict[str, float]:
    """Milliseconds of CPU per publication of everybody, and publications per second."""
    with stage.workers(workers) as pids:
        await stage.works(workers)
        # Two for each account, and each round has accounts of its own: no quota is met.
        first = count // 2 + stage.planned // 2
        before = [measuring.cpu_s(pids), measuring.cpu_s([stage.emulator_pid]), stage.postgres_s()]
        begin, end = await stage.plan(
            count, first=first, accounts=count // 2, due_in=timedelta(), apart=timedelta()
        )
        await stage.until(_DONE, begin=begin, end=end - 1)
        after = [measuring.cpu_s(pids), measuring.cpu_s([stage.emulator_pid]), stage.postgres_s()]
        [rate] = await stage.sql(_RATE, begin=begin, end=end - 1)
    spent = [1000 * (late - early) / count for early, late in zip(before, after, strict=True)]
    return {
        "worker_ms": spent[0],
        "emulator_ms": spent[1],
        "postgres_ms": spent[2],
        "per_s": float(rate),
    }
