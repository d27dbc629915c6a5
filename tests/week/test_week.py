"""A day of `make week`: real processes, every event of the story, the same questions."""

import itertools

import pytest

from benchmarks.week.around import headline
from benchmarks.week.items import Part
from benchmarks.week.plan import Plan, Span
from benchmarks.week.report import summary, table
from benchmarks.week.run import run

pytestmark = pytest.mark.slow

DAY = Plan(
    seed=15,
    accounts=9,
    posts=50,
    days=1,
    storm=7,
    elsewhere=1,
    trial=2,
    trial_posts=1,
    burst=2,
    drafts=6,
    each=1,
    failures=1,
    at_deploy=2,
    draft_share=0.25,
    finish_hours=(0.5, 3),
    calm_hours=0.2,
    backlog_hours=0,
    drain_days=2,
    timeout_s=600,
    late_s=0,
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
    figures = summary(outcome)
    told = table(outcome) + "\n" + outcome.log_tail
    # How late a post goes out depends on how busy the machine is; everything else does not.
    assert [name for name in figures["missed"] if name != "plain_late_s"] == [], told
    assert {fate.item.part for fate in outcome.verdict.fates} == set(Part)
    # Whatever TikTok was told to fetch, somebody was there to serve it, after the power cut too.
    assert not any("connection attempts failed" in why for why in outcome.fetches), told
    # Here an ordinary post is late by any moment, so that what is told of late ones is seen.
    plain = next(fate for fate in outcome.verdict.fates if fate.item.part is Part.PLAIN)
    begin = outcome.late.index(headline(plain))
    story = "\n".join(itertools.takewhile(lambda line: line[0] == " ", outcome.late[begin + 1 :]))
    for word in ("due: state published", "attempt: number 1", "at TikTok: ", "calls of attempt 1"):
        assert word in story, told
