"""One scenario: the code under test, the worker's rules, TikTok's habits and the bounds."""

from dataclasses import dataclass, field, replace

from benchmarks.explorer.book import Book
from benchmarks.explorer.state import Left, Rules
from benchmarks.explorer.tiktok import Habits
from postwright.platforms.content import Mode, Plan, Source
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
    acts: frozenset[str] = frozenset()  # what people do by hand: edit, retry, decide
    files: int = 0  # that TikTok fetches; 0 if bytes are sent
    early: bool = False  # our media host serves before the id is stored
    draft: bool = False
    told: bool = False  # webhooks are known to arrive

    @property
    def plan(self) -> Plan:
        """Ranges of four bytes; the last one takes one more, as TikTok's own example does.

        Of a pull it has no ranges, and what is counted are its files.
        """
        if self.files:
            return Plan(size_bytes=self.files, chunk_bytes=0, count=0)
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
        given = self.scenario
        fresh = Attempt(
            plan=given.plan,
            source=Source.PULL if given.files else Source.UPLOAD,
            mode=Mode.DRAFT if given.draft else Mode.DIRECT,
            told=given.told,
            expects_id=not given.habits.tells_ids,
        )
        if given.near_limits:
            code = self.book.code
            fresh = replace(
                fresh,
                voids=code.max_voids - 1,
                retries=code.max_retries,
                rejections=code.max_rejections - 1,
            )
        return self.book.attempt(fresh)
