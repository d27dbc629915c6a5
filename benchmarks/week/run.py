"""One run: set the scene, play the week, judge."""

import asyncio
import os
import time
from collections.abc import Callable
from datetime import timedelta

from benchmarks.crash.processes import Fleet, ProcessFailed
from benchmarks.crash.scene import running_scene
from benchmarks.week.clock import Clock, StillBusy
from benchmarks.week.outcome import Outcome, find_out
from benchmarks.week.people import People
from benchmarks.week.plan import Plan
from benchmarks.week.script import write
from benchmarks.week.story import Story
from benchmarks.week.times import BEGIN
from benchmarks.week.town import Town
from benchmarks.week.world import World

_LEASE_S = 30
_SLOTS = 8
_BEFORE = timedelta(minutes=20)
_WORDS = 6_000


async def run(plan: Plan, tell: Callable[[str], None]) -> Outcome:
    """Play a plan; `tell` gets lines about how far it is."""
    began, cpu_s = time.monotonic(), _cpu_s()
    outcome = Outcome(plan, write(plan))
    tell("starting a database and a TikTok")
    async with running_scene(_LEASE_S, _SLOTS) as scene:
        town, clock = Town(scene), Clock(scene)
        workers = Fleet(town.worker_env(), scene.folder / "workers.log")
        web = Fleet(scene.web_env(), scene.folder / "web.log", kind="web")
        world = World(plan, town, clock, workers, web)
        story = Story(
            outcome.script, world, People(scene, town), clock, tell, outcome.log, outcome.holds
        )
        try:
            await clock.move_tiktok(BEGIN - _BEFORE)
            await clock.leap()
            tell("connecting accounts and scheduling posts")
            await town.settle(outcome.script)
            await town.schedule(outcome.script)
            await world.rise()
            outcome.setup_s = time.monotonic() - began
            await _play(story, outcome)
            await find_out(story, outcome)
        finally:
            outcome.deaths += workers.deaths + web.deaths
            outcome.deaths += sum(not each.lives for each in (*workers.workers, *web.workers))
            workers.close()
            web.close()
            outcome.seconds = time.monotonic() - began
            outcome.log_tail = "".join(
                fleet.log.read_text(errors="replace")[-_WORDS:]
                for fleet in (workers, web)
                if fleet.log.exists()
            )
    outcome.cpu_s = _cpu_s() - cpu_s
    return outcome


def _cpu_s() -> float:
    """What this process and those that it has waited for have used."""
    return sum(os.times()[:4])


async def _play(story: Story, outcome: Outcome) -> None:
    try:
        async with asyncio.timeout(outcome.plan.timeout_s):
            await story.play()
    except TimeoutError:
        outcome.verdict.problems.append(f"not over after {outcome.plan.timeout_s:.0f} s")
    except (StillBusy, ProcessFailed) as error:
        outcome.verdict.problems.append(str(error))
