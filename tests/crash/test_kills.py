"""A small run of `make crash`: real processes, a few kills, the same question."""

import pytest

from benchmarks.crash.report import table
from benchmarks.crash.run import Plan, run
from benchmarks.crash.windows import Window

pytestmark = pytest.mark.slow

SMALL = Plan(
    seed=4,
    publications=3,
    sizes=(7_000_000, 12_000_000),
    creators=4,
    kills=6,
    stops=1,
    lease_s=3,
    intake=4_000_000,
    slots=2,
    reads=0,
    at_once=2,
    pause_s=(0.2, 0.8),
    patience_s=3,
    timeout_s=120,
)


async def test_publications_under_kills_become_one_post_each() -> None:
    outcome = await run(SMALL, lambda _: None)
    told = table(outcome) + outcome.log_tail
    assert (outcome.published, outcome.posts, outcome.equal_bytes) == (3, 3, True), told
    assert outcome.deaths == 0, told
    kills = outcome.landed("kill")
    assert kills.total() == SMALL.kills
    assert kills[Window.OTHER] < SMALL.kills, told
