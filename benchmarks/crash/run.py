"""One run: set the scene, publish under blows, wait for the end, judge."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil
from sqlalchemy import text

from benchmarks.crash import videos
from benchmarks.crash.blows import Blow, Dealer
from benchmarks.crash.processes import Fleet
from benchmarks.crash.scene import Scene, Upload, running_scene
from benchmarks.crash.windows import Window
from postwright.connections.models import Connection
from postwright.media.probe import Probe, probe

_FATAL = frozenset({"failed", "cancelled", "delivered"})
_AFTERWARDS_S = 2.0
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to happen.

    Sizes are in bytes, `intake` in bytes per second of each upload. `slots` are each worker's, per
    lane; few of them make the workers share. `reads` is how often the status is asked before a
    post is complete; `patience_s` how long a blow waits for its window.
    """

    seed: int
    publications: int = 20
    sizes: tuple[int, int] = (10_000_000, 200_000_000)
    creators: int = 10
    workers: int = 2
    kills: int = 50
    stops: int = 10
    lease_s: float = 3
    intake: int = 10_000_000
    slots: int = 3
    reads: int = 2
    at_once: int = 3
    pause_s: tuple[float, float] = (0.3, 2.0)
    patience_s: float = 6
    timeout_s: float = 900


@dataclass(slots=True)
class Row:
    """One publication and what became of it."""

    publication_id: str
    username: str
    upload: Upload
    state: str = "scheduled"
    detail: str = ""
    attempts: int = 0
    voided: int = 0
    inits: int = 0
    blows: int = 0
    posts: int = 0
    same_bytes: bool = False
    same_id: bool = False


@dataclass(slots=True)
class Outcome:
    """What is known at the end of a run, or of what there was of it."""

    plan: Plan
    rows: list[Row] = field(default_factory=list[Row])
    blows: list[Blow] = field(default_factory=list[Blow])
    posts: int = 0
    inits: int = 0
    taken_bytes: int | None = None
    refusals: Counter[str] = field(default_factory=Counter[str])
    deaths: int = 0
    seconds: float = 0
    log_tail: str = ""

    def landed(self, kind: str) -> Counter[Window]:
        """How many blows of a kind landed in each window."""
        return Counter(blow.landed for blow in self.blows if blow.kind == kind)

    @property
    def published(self) -> int:
        """How many publications are published."""
        return sum(row.state == "published" for row in self.rows)

    @property
    def equal_bytes(self) -> bool:
        """Whether each publication is one post, with its own bytes and the id that is stored."""
        complete = len(self.rows) == self.plan.publications
        return complete and all(
            row.posts == 1 and row.same_bytes and row.same_id for row in self.rows
        )

    @property
    def rate_limited(self) -> int:
        """How often TikTok had to say that there were too many requests."""
        return sum(n for name, n in self.refusals.items() if name.endswith("rate_limit_exceeded"))

    @property
    def resent_bytes(self) -> int | None:
        """What the emulator took beyond one copy of each file."""
        if self.taken_bytes is None:
            return None
        return max(0, self.taken_bytes - sum(row.upload.size_bytes for row in self.rows))


Tell = Callable[[str], None]


async def run(plan: Plan, tell: Tell) -> Outcome:
    """Play a plan; `tell` gets lines about how far it is."""
    began = time.monotonic()
    outcome = Outcome(plan)
    options = ("--intake-bytes-per-second", str(plan.intake))
    tell("starting a database and an emulator")
    async with running_scene(plan.lease_s, plan.slots, *options) as scene:
        fleet = Fleet(scene.worker_env(), scene.folder / "workers.log")
        try:
            await _Run(plan, scene, fleet, outcome, tell).play()
        finally:
            fleet.close()
            outcome.deaths = fleet.deaths
            outcome.seconds = time.monotonic() - began
            if fleet.log.exists():
                outcome.log_tail = fleet.log.read_text(errors="replace")[-6000:]
    return outcome


class _Run:
    def __init__(
        self, plan: Plan, scene: Scene, fleet: Fleet, outcome: Outcome, tell: Tell
    ) -> None:
        self._plan = plan
        self._scene = scene
        self._fleet = fleet
        self._outcome = outcome
        self._tell = tell
        self._chance = random.Random(plan.seed)
        self._uploads: list[Upload] = []
        self._probe: Probe | None = None
        self._dealer = Dealer(
            scene, fleet, self._chance, plan.pause_s, plan.patience_s, self._provoke
        )

    async def play(self) -> None:
        plan = self._plan
        await self._prepare()
        self._fleet.start(plan.workers)
        try:
            async with asyncio.timeout(plan.timeout_s):
                kinds = ["kill"] * plan.kills + ["stop"] * plan.stops
                self._chance.shuffle(kinds)
                await self._dealer.deal(kinds, self._top_up)
                await self._until_over()
                # Whatever could still go wrong without a blow has a moment to do so.
                await asyncio.sleep(plan.lease_s + _AFTERWARDS_S)
        except TimeoutError:
            self._tell(f"not over after {plan.timeout_s:.0f} s")
        self._outcome.blows = self._dealer.blows
        await self._look()
        await self._judge()

    async def _prepare(self) -> None:
        plan = self._plan
        base = await asyncio.to_thread(videos.make_base, self._scene.folder)
        self._probe = await probe(base)
        sizes = self._chance.sample(range(*plan.sizes), plan.publications)
        for number, size_bytes in enumerate(sizes, start=1):
            self._tell(f"making video {number} of {plan.publications} ({size_bytes:,} bytes)")
            part = self._scene.folder / "part.mp4"
            sha256 = await asyncio.to_thread(
                videos.filled, base, part, size_bytes, plan.seed * 1000 + number
            )
            videos.place(part, self._scene.settings.media_folder, self._scene.workspace_id, sha256)
            self._uploads.append(Upload(sha256, size_bytes))
        for number in range(plan.creators):
            await self._scene.connect(f"creator{number}")
        await self._open_windows()

    async def _open_windows(self) -> None:
        """Let the calls that are over in a moment take long enough to be hit."""
        for creator in self._scene.creators:
            kind = "delay_before" if self._slow_before(creator) else "delay_after"
            await self._delay("video.init", kind, 0.9, creator=creator.handle)
        await self._delay("status", "delay_after", 0.6)
        await self._delay("upload", "delay_after", 0.4, last_chunk=True)
        patient = {"processing": {"mode": "after_reads", "value": self._plan.reads}}
        await self._scene.control("PATCH", "settings", patient)

    def _slow_before(self, creator: Connection) -> bool:
        """Whether this creator's inits are slow to be seen, or else slow to be answered."""
        return self._scene.creators.index(creator) % 2 == 1

    async def _delay(self, operation: str, kind: str, delay_s: float, **more: object) -> None:
        order = {"operation": operation, "kind": kind, "count": None, "delay_s": delay_s, **more}
        await self._scene.control("POST", "faults", order)

    async def _top_up(self) -> None:
        """Publish more, spread over the blows, so that there is always something to hit."""
        plan, rows = self._plan, self._outcome.rows
        await self._look()
        share = len(self._dealer.blows) / max(1, plan.kills + plan.stops)
        due = plan.at_once + round((plan.publications - plan.at_once) * share)
        while len(rows) < plan.publications and (
            len(rows) < due or len(rows) - self._outcome.published < plan.at_once
        ):
            await self._publish(self._scene.creators)
        self._tell(self._status())

    async def _provoke(self, aim: Window) -> None:
        """Publish something whose init will be slow in the way that opens this window."""
        if aim not in {Window.INTENT, Window.NOT_STORED}:
            return
        before = aim is Window.INTENT
        fitting = [c for c in self._scene.creators if self._slow_before(c) is before]
        await self._publish([creator for creator in fitting if not self._load(creator)])

    def _load(self, creator: Connection) -> int:
        return sum(
            row.username == creator.handle and row.state != "published"
            for row in self._outcome.rows
        )

    async def _publish(self, creators: Sequence[Connection]) -> None:
        """Publish the next file for whichever of these has least to do, if there are any left."""
        number = len(self._outcome.rows)
        if number == len(self._uploads) or not creators:
            return
        assert self._probe is not None
        upload, creator = self._uploads[number], min(creators, key=self._load)
        publication_id = await self._scene.publish(upload, self._probe, creator)
        self._outcome.rows.append(Row(publication_id, creator.handle, upload))

    async def _until_over(self) -> None:
        while len(self._outcome.rows) < self._plan.publications:
            await self._publish(self._scene.creators)
        while True:
            await self._look()
            self._tell(self._status())
            states = {row.state for row in self._outcome.rows}
            if states == {"published"} or states & _FATAL:
                return
            _ = self._fleet.running  # replaces those that have ended by themselves
            await asyncio.sleep(_LOOK_S)

    async def _look(self) -> None:
        async with self._scene.database.transaction() as session:
            found = {
                row[0]: row
                for row in await session.execute(text("SELECT id, state, detail FROM publications"))
            }
        for row in self._outcome.rows:
            _, row.state, row.detail = found[row.publication_id]

    def _status(self) -> str:
        rows, dealer = self._outcome.rows, self._dealer
        states = Counter(row.state for row in rows)
        shown = ", ".join(f"{count} {state}" for state, count in states.most_common())
        kills, stops = dealer.tally("kill").total(), dealer.tally("stop").total()
        return f"{kills} kills, {stops} stops; {shown or 'nothing yet'}"

    async def _judge(self) -> None:
        outcome, scene = self._outcome, self._scene
        state = await scene.control("GET", "state")
        outcome.posts, outcome.inits = len(state["posts"]), len(state["uploads"])
        requests = (await scene.control("GET", "requests"))["requests"]
        outcome.refusals.update(
            f"{entry['operation']} {entry['status']} {entry['code'] or 'broken off'}"
            for entry in requests
            if entry["status"] is None or entry["status"] >= 400
        )
        outcome.taken_bytes = _written_bytes(scene.emulator_pid)
        async with scene.database.transaction() as session:
            found: Sequence[Any] = (
                await session.execute(
                    text("""
                SELECT publication.id, publication.post_ids, count(*),
                       count(*) FILTER (WHERE attempts.stage = 'void')
                FROM publications AS publication
                JOIN attempts ON attempts.publication_id = publication.id
                GROUP BY publication.id
            """)
                )
            ).all()
        attempts = {row[0]: row for row in found}
        for row in outcome.rows:
            _, post_ids, row.attempts, row.voided = attempts.get(row.publication_id, ("", [], 0, 0))
            mine = [post for post in state["posts"] if _is_of(post, row)]
            row.inits = sum(_is_of(upload, row) for upload in state["uploads"])
            row.posts = len(mine)
            row.same_bytes = [post["sha256"] for post in mine] == [row.upload.sha256]
            row.same_id = [post["post_id"] for post in mine] == post_ids
            row.blows = sum(
                row.publication_id == hit for blow in outcome.blows for hit, _ in blow.hands
            )


def _is_of(there: dict[str, Any], row: Row) -> bool:
    """Whether an upload or a post at the emulator is this publication's: no two sizes are equal."""
    return (there["username"], there["size_bytes"]) == (row.username, row.upload.size_bytes)


def _written_bytes(pid: int) -> int | None:
    """What a process has written to files; None where the system does not count it."""
    counters = getattr(psutil.Process(pid), "io_counters", None)
    return None if counters is None else getattr(counters(), "write_chars", None)
