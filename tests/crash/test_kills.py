"""A small run of `make crash`: real processes, a few kills, the same questions."""

import pytest

from benchmarks.crash.items import Sizes, Sort
from benchmarks.crash.report import table
from benchmarks.crash.run import Plan, run
from benchmarks.crash.windows import Window
from postwright.platforms.content import Mode

pytestmark = pytest.mark.slow

SMALL = Plan(
    seed=4,
    publications=4,
    sizes=Sizes(short=(7_000_000, 7_500_000), long=(7_500_000, 8_000_000)),
    creators=4,
    worker_kills=3,
    worker_stops=1,
    web_kills=1,
    web_stops=0,
    database_kills=1,
    database_stops=0,
    cancels=0,
    lease_s=2,
    at_once=2,
    pause_s=(0.05, 0.3),
    patience_s=3,
    afterwards_s=0,
    timeout_s=120,
)


async def test_publications_under_blows_become_what_they_say_they_are() -> None:
    outcome = await run(SMALL, lambda _: None)
    told = table(outcome) + outcome.log_tail
    assert outcome.verdict.problems == [], told
    assert outcome.verdict.crowded == 0, told
    assert outcome.deaths == 0, told
    assert sum(row.is_over for row in outcome.rows) == SMALL.publications, told
    assert outcome.verdict.posts == outcome.verdict.expected > 0, told
    assert {(row.item.sort, row.item.mode) for row in outcome.rows} >= {
        (Sort.SENT, Mode.DIRECT),
        (Sort.FETCHED, Mode.DIRECT),
        (Sort.PHOTOS, Mode.DRAFT),
    }
    assert len(outcome.blows) == len(SMALL.kinds)
    assert outcome.landed()[Window.OTHER] < len(outcome.blows), told
