"""One scenario: the code under test, the worker's rules, TikTok's habits and the bounds."""

from dataclasses import dataclass, field

from benchmarks.explorer.book import Book
from benchmarks.explorer.state import Left, Rules
from benchmarks.explorer.tiktok import Habits
from postwright.platforms.content import Plan
from postwright.publishing.attempt import Attempt

CHUNK = 4
AS_DOCUMENTED = Habits()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is explored: a file of `chunks` ranges, TikTok's habits, and how much may go wrong."""

    name: str
    chunks: int
    left: Left
    habits: Habits = AS_DOCUMENTED
    jumps: tuple[int, ...] = (7, 11, 81, 1441, 4321)
    wire: int = 1
    lease_min: int = 5
    near_limits: bool = False
    faults: frozenset[str] = frozenset({"lost", "refused", "fails", "odd"})

    @property
    def plan(self) -> Plan:
        """Ranges of four bytes; the last one takes one more, as TikTok's own example does."""
        if self.chunks == 1:
            return Plan(size_bytes=CHUNK, chunk_bytes=CHUNK, count=1)
        return Plan(size_bytes=CHUNK * self.chunks + 1, chunk_bytes=CHUNK, count=self.chunks)


@dataclass(slots=True)
class Model:
    """A scenario, with the book that remembers what the protocol said in it."""

    book: Book
    scenario: Scenario
    rules: Rules = field(default_factory=Rules)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = self.scenario.plan.size_bytes

    def first_attempt(self) -> int:
        """The attempt a first claim freezes; near the limits if the scenario says so."""
        fresh = Attempt(plan=self.scenario.plan, expects_id=not self.scenario.habits.tells_ids)
        if self.scenario.near_limits:
            code = self.book.code
            fresh = Attempt(
                plan=fresh.plan,
                expects_id=fresh.expects_id,
                voids=code.max_voids - 1,
                retries=code.max_retries,
                rejections=code.max_rejections - 1,
            )
        return self.book.attempt(fresh)
