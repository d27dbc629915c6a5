"""One run: set the scene, play the week, judge."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from benchmarks.crash.processes import Fleet
from benchmarks.crash.scene import running_scene
from benchmarks.week.clock import Clock, StillBusy
from benchmarks.week.judge import Evidence, Verdict, judge
from benchmarks.week.people import People
from benchmarks.week.plan import Plan
from benchmarks.week.script import Script, write
from benchmarks.week.story import Log, Story
from benchmarks.week.times import BEGIN
from benchmarks.week.town import Town
from benchmarks.week.world import World

_LEASE_S = 30
_SLOTS = 8
_BEFORE = timedelta(minutes=20)

_STATES = "SELECT id, state FROM publications"
_ANNOUNCED = "SELECT publication_id, publish_id FROM attempts WHERE publish_id IS NOT NULL"
_ATTEMPTS = "SELECT count(*), count(*) FILTER (WHERE stage = 'void') FROM attempts"
_LATE_LANES = """
    SELECT count(*) FROM lanes
    WHERE kind IN ('start', 'track') AND next_at < app_now() - interval '10 minutes'
"""
_STUCK = """
    SELECT count(*) FROM publications
    WHERE state NOT IN ('published', 'delivered', 'failed', 'cancelled')
       OR (lane IS NOT NULL AND due_at IS NULL)
"""
_ACCOUNTS = "SELECT handle, state FROM connections WHERE state <> 'connected'"


@dataclass(slots=True)
class Outcome:
    """What is known at the end of a run.

    Attributes:
        living: refresh tokens that work, most and fewest of any account.
        stuck: publications that are not over, or over and still on a lane without a time.
    """

    plan: Plan
    script: Script
    verdict: Verdict = field(default_factory=Verdict)
    log: Log = field(default_factory=Log)
    living: tuple[int, int] = (0, 0)
    fewest_refreshes: int = 0
    stuck: int = 0
    late_lanes: int = 0
    attempts: int = 0
    voided: int = 0
    in_hand: int = 0
    impolite: int = 0
    deaths: int = 0
    jumps: int = 0
    days: float = 0
    seconds: float = 0
    log_tail: str = ""


async def run(plan: Plan, tell: Callable[[str], None]) -> Outcome:
    """Play a plan; `tell` gets lines about how far it is."""
    began = time.monotonic()
    outcome = Outcome(plan, write(plan))
    tell("starting a database and a TikTok")
    async with running_scene(_LEASE_S, _SLOTS) as scene:
        town, clock = Town(scene), Clock(scene)
        workers = Fleet(town.worker_env(), scene.folder / "workers.log")
        web = Fleet(scene.web_env(), scene.folder / "web.log", kind="web")
        world = World(plan, town, clock, workers, web)
        story = Story(outcome.script, world, People(scene, town), clock, tell, outcome.log)
        try:
            await clock.move_tiktok(BEGIN - _BEFORE)
            await clock.leap()
            tell("connecting accounts and scheduling posts")
            await town.settle(outcome.script)
            await town.schedule(outcome.script)
            web.start()
            workers.start(plan.workers)
            await _play(story, outcome)
            await _judge(story, outcome)
        finally:
            outcome.deaths += workers.deaths + web.deaths
            outcome.deaths += sum(not each.lives for each in (*workers.workers, *web.workers))
            workers.close()
            web.close()
            outcome.seconds = time.monotonic() - began
            outcome.log_tail = "".join(
                fleet.log.read_text(errors="replace")[-6_000:]
                for fleet in (workers, web)
                if fleet.log.exists()
            )
    return outcome


async def _play(story: Story, outcome: Outcome) -> None:
    try:
        async with asyncio.timeout(outcome.plan.timeout_s):
            await story.play()
    except TimeoutError:
        outcome.verdict.problems.append(f"not over after {outcome.plan.timeout_s:.0f} s")
    except StillBusy as error:
        outcome.verdict.problems.append(str(error))


async def _judge(story: Story, outcome: Outcome) -> None:
    town, items = story.world.town, outcome.script.items
    state = await town.scene.control("GET", "state")
    found: Sequence[Any] = await town.scene.rows(_STATES)
    states = {row[0]: row[1] for row in found}
    announced: dict[str, list[str]] = {}
    found = await town.scene.rows(_ANNOUNCED)
    for row in found:
        announced.setdefault(row[0], []).append(row[1])
    names = town.publications
    evidence = Evidence(
        posts=state["posts"],
        publishes={each["publish_id"]: each for each in state["uploads"]},
        states={item.number: states[names[item.number]] for item in items},
        announced={item.number: announced.get(names[item.number], []) for item in items},
        hashes={item.number: [file.sha256 for file in town.files[item.number]] for item in items},
    )
    before = outcome.verdict.problems
    outcome.verdict = judge(items, evidence)
    outcome.verdict.problems[:0] = before + story.people.gave_up
    known = {publish_id for ids in announced.values() for publish_id in ids}
    outcome.verdict.problems += _strangers(state["uploads"], known)
    found = await town.scene.rows(_ACCOUNTS)
    outcome.verdict.problems += [f"@{row[0]} is {row[1]}" for row in found]
    await _count(story, outcome, state["grants"])


def _strangers(publishes: Sequence[Mapping[str, Any]], known: set[str]) -> list[str]:
    """What TikTok has of which the service knows no id: harmless if it never became anything."""
    return [
        f"{each['publish_id']} is {each['state']}, and nobody's"
        for each in publishes
        if each["publish_id"] not in known and each["state"] in {"published", "delivered"}
    ]


async def _count(story: Story, outcome: Outcome, grants: Sequence[Mapping[str, Any]]) -> None:
    scene, world = story.people.scene, story.world
    living = [each["living_refresh_tokens"] for each in grants]
    outcome.living = (min(living), max(living))
    outcome.fewest_refreshes = min(
        outcome.log.refreshes[account.username, account.app.value]
        for account in outcome.script.accounts
    )
    outcome.stuck = (await scene.rows(_STUCK))[0][0]
    outcome.late_lanes = (await scene.rows(_LATE_LANES))[0][0]
    attempts: Any = (await scene.rows(_ATTEMPTS))[0]
    outcome.attempts, outcome.voided = attempts[0], attempts[1]
    outcome.in_hand, outcome.impolite = world.in_hand, world.impolite
    outcome.jumps = story.clock.jumps
    outcome.days = (story.clock.now() - BEGIN) / timedelta(days=1)
