"""What is known at the end of a run, and how it is found out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from benchmarks.crash.scene import Scene
from benchmarks.week.around import around, headline
from benchmarks.week.holds import Holds
from benchmarks.week.items import Account, Item
from benchmarks.week.judge import Evidence, Verdict, judge, late_without_excuse
from benchmarks.week.log import Log
from benchmarks.week.plan import Plan
from benchmarks.week.script import Script
from benchmarks.week.story import Story
from benchmarks.week.times import BEGIN
from benchmarks.week.town import Town
from benchmarks.week.trace import trace

_TRACED = 5
_TOLD = 20

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
_LOST = "SELECT handle, state FROM connections WHERE state <> 'connected' ORDER BY handle"
_STALE = """
    SELECT count(*) FROM calls JOIN connections ON connections.id = connection_id
    WHERE code = 'access_token_invalid' AND handle <> :leaving
"""
_WEBHOOKS = "SELECT outcome, count(*) FROM webhook_events GROUP BY outcome"
# That something is out which nobody here has posted, or which had ended without a post; or that a
# draft was finished, and it came too late to be looked at.
_UNEXPLAINED = """
    SELECT count(*) FROM webhook_events
    WHERE outcome = 'contradicts' OR outcome = 'waiting' AND event IN (
        'post.publish.complete', 'post.publish.inbox_delivered', 'post.publish.publicly_available'
    ) OR outcome = 'too_late' AND event = 'post.publish.complete'
        AND publish_id IN (SELECT publish_id FROM attempts WHERE mode = 'draft')
"""


@dataclass(slots=True)
class Outcome:
    """Everything that is judged and told.

    Attributes:
        living: refresh tokens that work at the end, by creator and app.
        stuck: publications that are not over, or over and still on a lane without a time.
        late_lanes: lanes that nobody has taken up for ten minutes.
        lost_accounts: those that are not connected, and how they stand.
        stale_tokens: calls with an access token that worked no more; not of who has left.
        told: TikTok's webhooks, by what became of them on their way.
        webhooks: those that came, by what the service made of them.
        fetches: files that TikTok could not fetch, by why.
        unexplained_webhooks: of those, the ones that speak of a post that should not be.
        in_hand: publications that workers had in hand when they were told to go.
        impolite: workers that had to be killed then, or ended with an error.
        deaths: processes that ended by themselves.
        traces: what is known of posts that did not end as they should.
        late: what is known of ordinary posts that were late, and what was planned around them.
        busy_s: real seconds that were waited for somebody, by what for.
        cpu_s: of this process, the workers, the web part and TikTok; not of PostgreSQL.
    """

    plan: Plan
    script: Script
    verdict: Verdict = field(default_factory=Verdict)
    log: Log = field(default_factory=Log)
    holds: Holds = field(default_factory=Holds)
    living: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    stuck: int = 0
    late_lanes: int = 0
    lost_accounts: list[str] = field(default_factory=list[str])
    stale_tokens: int = 0
    told: Counter[str] = field(default_factory=Counter[str])
    webhooks: Counter[str] = field(default_factory=Counter[str])
    fetches: Counter[str] = field(default_factory=Counter[str])
    unexplained_webhooks: int = 0
    attempts: int = 0
    voided: int = 0
    in_hand: int = 0
    impolite: int = 0
    deaths: int = 0
    jumps: Counter[str] = field(default_factory=Counter[str])
    busy_s: dict[str, float] = field(default_factory=dict[str, float])
    moving_s: float = 0
    days: float = 0
    setup_s: float = 0
    seconds: float = 0
    cpu_s: float = 0
    traces: list[str] = field(default_factory=list[str])
    late: list[str] = field(default_factory=list[str])
    log_tail: str = ""

    @property
    def accounts(self) -> Sequence[Account]:
        """In the order of the script."""
        return self.script.accounts


async def find_out(story: Story, outcome: Outcome) -> None:
    """Ask TikTok and the database how it ended, and judge."""
    town, items = story.world.town, outcome.script.items
    scene, names = town.scene, town.publications
    state = await scene.control("GET", "state")
    states = dict[str, str](map(tuple, await scene.rows(_STATES)))
    announced: dict[str, list[str]] = {}
    found: Sequence[Any] = await scene.rows(_ANNOUNCED)
    for publication_id, publish_id in found:
        announced.setdefault(publication_id, []).append(publish_id)
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
    pulled = (each for each in evidence.publishes.values() if "urls" in each)
    outcome.fetches = Counter(each["fail_why"] for each in pulled if each["fail_why"])
    await _tell_more(town, outcome, evidence.publishes)
    outcome.living = {
        (each["username"], each["client_key"]): each["living_refresh_tokens"]
        for each in state["grants"]
    }
    await _count(scene, outcome)
    _take_over(story, outcome)


async def _tell_more(
    town: Town, outcome: Outcome, publishes: Mapping[str, Mapping[str, Any]]
) -> None:
    async def known(item: Item) -> list[str]:
        name = town.publications[item.number]
        return await trace(town.scene, name, outcome.holds.of(name), publishes)

    fates = outcome.verdict.fates
    for fate in [fate for fate in fates if fate.wrong][:_TRACED]:
        item = fate.item
        outcome.traces += [f"{item.text()} of @{item.account.username}:", *await known(item)]
    late = late_without_excuse(fates, timedelta(seconds=outcome.plan.late_s))
    for fate in late[:_TOLD]:
        outcome.late += [headline(fate), *await known(fate.item)]
        outcome.late += around(outcome.script, fates, fate)
    if len(late) > _TOLD:
        outcome.late.append(f"and {len(late) - _TOLD} more")


async def _count(scene: Scene, outcome: Outcome) -> None:
    async def number(query: str, **values: str) -> int:
        return (await scene.rows(query, **values))[0][0]

    outcome.stuck = await number(_STUCK)
    outcome.late_lanes = await number(_LATE_LANES)
    outcome.stale_tokens = await number(_STALE, leaving=outcome.script.leaving.username)
    outcome.unexplained_webhooks = await number(_UNEXPLAINED)
    lost: Sequence[Any] = await scene.rows(_LOST)
    outcome.lost_accounts = [f"@{handle} is {state}" for handle, state in lost]
    outcome.webhooks = Counter(dict[str, int](map(tuple, await scene.rows(_WEBHOOKS))))
    attempts: Any = (await scene.rows(_ATTEMPTS))[0]
    outcome.attempts, outcome.voided = attempts[0], attempts[1]
    deliveries: Sequence[Mapping[str, str]]
    deliveries = (await scene.control("GET", "webhooks"))["deliveries"]
    outcome.told = Counter(each["state"] for each in deliveries)


def _take_over(story: Story, outcome: Outcome) -> None:
    clock, world = story.clock, story.world
    outcome.in_hand, outcome.impolite = world.in_hand, world.impolite
    outcome.jumps, outcome.busy_s, outcome.moving_s = clock.jumps, clock.busy_s, clock.moving_s
    outcome.days = (clock.now() - BEGIN) / timedelta(days=1)
