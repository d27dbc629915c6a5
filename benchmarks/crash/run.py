"""One run: set the scene, publish under blows, wait for the end, judge."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from benchmarks.crash.blows import Blow, Dealer, Kind
from benchmarks.crash.clock import Clock
from benchmarks.crash.items import USUAL, Sizes, make_items
from benchmarks.crash.judge import Verdict, judge
from benchmarks.crash.people import People
from benchmarks.crash.processes import Fleet, ProcessFailed
from benchmarks.crash.provoke import Provoker
from benchmarks.crash.scene import Scene, running_scene
from benchmarks.crash.supply import Row, Supply
from benchmarks.crash.weather import Weather
from benchmarks.crash.windows import Victim, Window

_LOOK_S = 0.25
_DAY_S = 25 * 3600.0
_DAYS = 6
# Nobody is in a hurry any more: what waits for a day is looked at now and then.
_STRIDE_S = 2700.0

_LIVE = "SELECT count(*) FROM publications WHERE lane IS NOT NULL AND due_at IS NOT NULL"
_BUSY = """
    SELECT count(*) FROM lanes WHERE kind IN ('start', 'track')
      AND (next_at <= app_now() OR lease_until > app_now())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to happen.

    `intake` and `served` are bytes per second, of each upload and of each media address. `slots`
    are each worker's, per lane; few of them make the workers share. `patience_s` is how long a
    blow waits for its window. Of the `cancels` some come too late.
    """

    seed: int
    publications: int = 63
    sizes: Sizes = USUAL
    creators: int = 20
    workers: int = 2
    worker_kills: int = 110
    worker_stops: int = 30
    web_kills: int = 24
    web_stops: int = 8
    database_kills: int = 16
    database_stops: int = 12
    cancels: int = 10
    lease_s: float = 3
    intake: int = 20_000_000
    served: int = 4_000_000
    slots: int = 3
    at_once: int = 3
    pause_s: tuple[float, float] = (0.05, 0.5)
    patience_s: float = 3
    afterwards_s: float = 2
    timeout_s: float = 1500

    @property
    def kinds(self) -> list[Kind]:
        """Every blow that is to be dealt."""
        counts = {
            Kind(Victim.WORKER, "kill"): self.worker_kills,
            Kind(Victim.WORKER, "stop"): self.worker_stops,
            Kind(Victim.WEB, "kill"): self.web_kills,
            Kind(Victim.WEB, "stop"): self.web_stops,
            Kind(Victim.DATABASE, "kill"): self.database_kills,
            Kind(Victim.DATABASE, "stop"): self.database_stops,
        }
        return list(Counter(counts).elements())


@dataclass(slots=True)
class Outcome:
    """What is known at the end of a run, or of what there was of it."""

    plan: Plan
    rows: list[Row] = field(default_factory=list[Row])
    blows: list[Blow] = field(default_factory=list[Blow])
    verdict: Verdict = field(default_factory=Verdict)
    deaths: int = 0
    reconnected: int = 0
    skipped_s: float = 0
    seconds: float = 0
    log_tail: str = ""

    def landed(self) -> Counter[Window]:
        """How many blows landed in each window."""
        return Counter(blow.landed for blow in self.blows)

    def dealt(self) -> Counter[Kind]:
        """How many blows of each kind there were."""
        return Counter(blow.kind for blow in self.blows)

    @property
    def sorts(self) -> Counter[str]:
        """How many of each sort came to where they were wanted, posts and drafts apart."""
        return Counter(
            f"{row.item.sort} ({row.item.mode})"
            for row in self.rows
            if row.state in {"published", "delivered"}
        )

    @property
    def states(self) -> Counter[str]:
        """How many publications ended how."""
        return Counter(row.state for row in self.rows)


Tell = Callable[[str], None]


async def run(plan: Plan, tell: Tell) -> Outcome:
    """Play a plan; `tell` gets lines about how far it is."""
    began = time.monotonic()
    outcome = Outcome(plan)
    options = ("--intake-bytes-per-second", str(plan.intake), "--seed", str(plan.seed))
    tell("starting a database and an emulator")
    async with running_scene(plan.lease_s, plan.slots, *options, served=plan.served) as scene:
        workers = Fleet(scene.worker_env(), scene.folder / "workers.log")
        web = Fleet(scene.web_env(), scene.folder / "web.log", "web")
        try:
            await _Run(scene, workers, web, outcome, tell).play()
        except* ProcessFailed as group:
            outcome.verdict.problems += [str(error) for error in _leaves(group)]
        finally:
            workers.close()
            web.close()
            outcome.deaths = workers.deaths + web.deaths
            outcome.seconds = time.monotonic() - began
            outcome.log_tail = "\n".join((*workers.last_words, *web.last_words))
            for log in (workers.log, web.log):
                if log.exists():
                    outcome.log_tail += log.read_text(errors="replace")[-6000:]
    return outcome


class _Run:
    def __init__(
        self,
        scene: Scene,
        workers: Fleet,
        web: Fleet,
        outcome: Outcome,
        tell: Tell,
    ) -> None:
        self._plan = plan = outcome.plan
        self._scene = scene
        self._workers = workers
        self._web = web
        self._outcome = outcome
        self._tell = tell
        chance = random.Random(plan.seed)
        self._chance = chance
        self._weather = Weather(scene)
        self._people = People(scene, chance, plan.cancels)
        self._supply = Supply(scene, self._people, [])
        self._clock = Clock(scene, self._is_awake)
        provoker = Provoker(scene, self._weather, self._people, self._supply)
        self._dealer = Dealer(scene, workers, web, provoker, chance, plan.pause_s, plan.patience_s)

    def _is_awake(self) -> bool:
        return self._dealer.is_awake()

    async def play(self) -> None:
        plan, outcome = self._plan, self._outcome
        outcome.rows, outcome.blows = self._supply.rows, self._dealer.blows
        await self._prepare()
        self._web.start()
        self._workers.start(plan.workers)
        kinds = plan.kinds
        self._chance.shuffle(kinds)
        try:
            async with (
                asyncio.timeout(plan.timeout_s),
                _beside(self._clock.run(), self._people.run()),
            ):
                await self._dealer.deal(kinds, self._top_up)
                await self._until_over()
                await self._until_nothing_is_left()
                # Whatever could still go wrong without a blow has a moment to do so.
                await asyncio.sleep(plan.lease_s + plan.afterwards_s)
        except TimeoutError:
            self._tell(f"not over after {plan.timeout_s:.0f} s")
        await self._supply.look()
        outcome.reconnected = self._people.reconnected
        outcome.skipped_s = self._clock.ahead_s
        outcome.verdict = await judge(
            self._scene, self._clock, outcome.rows, outcome.blows, self._people
        )

    async def _prepare(self) -> None:
        plan, scene = self._plan, self._scene
        self._tell(f"making files for {plan.publications} publications")
        self._supply.left += await make_items(scene, plan.publications, plan.sizes, plan.seed)
        for number in range(plan.creators):
            await scene.connect(f"creator{number}")
        await scene.let_in()
        await self._weather.begin()
        slow = {
            "processing": {"mode": "after_seconds", "value": 2},
            "moderation_seconds": 90,
        }
        await scene.control("PATCH", "settings", slow)

    async def _top_up(self) -> None:
        """Publish more, spread over the blows, so that there is always something to hit."""
        plan, supply = self._plan, self._supply
        await supply.look()
        share = len(self._dealer.blows) / max(1, len(plan.kinds))
        due = plan.at_once + round((plan.publications - plan.at_once) * share * 0.6)
        while supply.left and (len(supply.rows) < due or supply.going < plan.at_once):
            # Those in several ranges are kept for blows that aim between them.
            if not await supply.publish(wanted=lambda item: not item.takes_ranges):
                break
        self._tell(self._status())

    async def _until_over(self) -> None:
        """Until every publication has come to an end, and every draft to its person."""
        supply = self._supply
        self._clock.stride_s = _STRIDE_S
        await self._weather.hasten()
        while True:
            while supply.left and await supply.publish():
                pass
            await supply.look()
            self._tell(self._status())
            finished = await self._people.finish_one()
            if not (finished or supply.left or supply.going or self._is_finishing()):
                return
            _ = self._workers.running, self._web.running  # replaces those that ended
            await asyncio.sleep(_LOOK_S)

    def _is_finishing(self) -> bool:
        """Whether a draft was posted by its person, and nobody knows here."""
        return any(
            row.state == "delivered" and self._people.posts.get(row.publication_id)
            for row in self._supply.rows
        )

    async def _until_nothing_is_left(self) -> None:
        """Let days pass, until there is nothing more to learn of anything."""
        for day in range(_DAYS):
            [(live,)] = await self._scene.rows(_LIVE)
            self._tell(f"day {day}: {live} publications are looked at still")
            if not live:
                return
            await self._clock.advance(_DAY_S)
            busy = 1
            while busy:
                await asyncio.sleep(_LOOK_S)
                [(busy,)] = await self._scene.rows(_BUSY)

    def _status(self) -> str:
        states = Counter(row.state for row in self._supply.rows)
        shown = ", ".join(f"{count} {state}" for state, count in states.most_common())
        return f"{len(self._dealer.blows)} blows; {shown or 'nothing yet'}"


def _leaves(group: BaseExceptionGroup[ProcessFailed]) -> Iterator[ProcessFailed]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


@asynccontextmanager
async def _beside(*parts: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Run these until the block ends; what they raise ends it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part) for part in parts]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
