"""A day of `make week`: real processes, every event of the story, the same question."""

import pytest

from benchmarks.week.items import Part
from benchmarks.week.plan import Plan, Span
from benchmarks.week.report import summary, table
from benchmarks.week.run import run

pytestmark = pytest.mark.slow

DAY = Plan(
    seed=5,
    accounts=9,
    posts=46,
    days=1,
    storm=5,
    elsewhere=1,
    trial=2,
    trial_posts=1,
    burst=2,
    drafts=6,
    each=1,
    failures=1,
    at_deploy=2,
    draft_share=0.1,
    calm_hours=0.3,
    drain_days=2,
    timeout_s=150,
    storm_at=Span(4),
    drafts_at=Span(5),
    crowd=Span(6, 0.25),
    gone=Span(7, 3),
    deploy=Span(11),
    away=Span(12.1, 0.4),
    database=Span(14.1, 0.3),
    cut=Span(15.1, 1),
)


async def test_after_a_day_with_everything_in_it_all_is_where_it_should_be() -> None:
    outcome = await run(DAY, lambda _: None)
    told = table(outcome) + outcome.log_tail
    figures = summary(outcome)
    missed = {
        name: figures[name]
        for name, goal in figures["goals"].items()
        if not isinstance(goal, str) and figures[name] != goal
    }
    assert missed == {}, told
    assert outcome.in_hand > 0, told
    assert {Part.STORM, Part.IN_FLIGHT, Part.REVOKED, Part.DEPLOY} <= set(outcome.verdict.lines)
