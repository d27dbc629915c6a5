"""What is told of the story around a post that was late without an excuse."""

from datetime import timedelta

from benchmarks.week.around import around, headline
from benchmarks.week.expect import expected
from benchmarks.week.items import Account, Act, Deed, Item, Part
from benchmarks.week.judge import Fate, late_without_excuse
from benchmarks.week.plan import Plan
from benchmarks.week.script import Script
from benchmarks.week.times import BEGIN, ZONES

ACCOUNTS = [Account(f"creator{n:02}", 0, ZONES[0]) for n in range(12)]
MINUTE = timedelta(minutes=1)


def post(number: int, hour: float, part: Part = Part.PLAIN, whose: int = 11) -> Item:
    """A post that is due at an hour of the week."""
    account = ACCOUNTS[whose]
    return Item(number, account, account.zone.shown(BEGIN + timedelta(hours=hour)), part)


def fate(item: Item, late: timedelta = timedelta(0)) -> Fate:
    """A post that ended as it should, so late."""
    wanted = expected(item)
    return Fate(item, wanted, wanted.ends_as, wanted.posts, wanted.not_before + late, ())


def told(late: Fate, *others: Fate, deeds: tuple[Deed, ...] = ()) -> list[str]:
    """The story around it."""
    script = Script(Plan(seed=1), list(ACCOUNTS), deeds=sorted(deeds))
    return around(script, [*others, late], late)


def test_only_ordinary_posts_are_late_without_an_excuse_and_the_latest_is_first() -> None:
    on_time, late = fate(post(1, 20), MINUTE), fate(post(2, 20), 2 * MINUTE)
    latest, excused = fate(post(3, 20), 3 * MINUTE), fate(post(4, 20, Part.AWAY), 9 * MINUTE)
    found = late_without_excuse([on_time, late, latest, excused], MINUTE)
    assert found == [latest, late]


def test_a_late_post_is_named_with_its_account_and_how_late_it_was() -> None:
    assert headline(fate(post(7, 20), timedelta(minutes=105))) == (
        "0007 (nothing special; direct video, upload) of @creator11: due day 1 20:00:00, "
        "announced day 1 21:45:00, 1.8 h late"
    )


def test_a_large_event_that_has_just_ended_is_part_of_the_story() -> None:
    assert told(fate(post(1, 134.75), 105 * MINUTE)) == [
        "  day 6 13:06:00  planned: power cut, until day 6 14:36:00"
    ]


def test_what_is_planned_for_the_same_creator_is_part_of_the_story_and_of_others_not() -> None:
    late = fate(post(1, 20), 30 * MINUTE)
    bad, stranger = post(2, 20.25, Part.RECOVERED), post(3, 20.25, Part.RECOVERED, whose=10)
    deeds = [Deed(bad.at, 1, Act.UPSET, bad), Deed(stranger.at, 2, Act.UPSET, stranger)]
    lines = told(late, fate(bad), fate(stranger), deeds=tuple(deeds))
    name = "0002 (TikTok fails, it is tried again; direct video, upload)"
    went = "due day 1 20:15:00, announced day 1 20:15:00, 0.0 s late"
    assert lines == [
        f"  day 1 20:15:00  beside it: {name}: {went}",
        f"  day 1 20:15:00  planned: upset of {name}",
    ]


def test_an_earlier_post_that_was_under_way_too_is_part_of_the_story_and_one_long_over_not() -> (
    None
):
    late = fate(post(1, 20), 30 * MINUTE)
    waiting, over = fate(post(2, 10), timedelta(hours=9.5)), fate(post(3, 10))
    [line] = told(late, waiting, over)
    assert "0002" in line


def test_what_only_some_accounts_have_to_do_with_is_not_part_of_the_story_of_others() -> None:
    in_the_crowd = Plan(seed=1).crowd.hour
    assert told(fate(post(1, in_the_crowd), 10 * MINUTE)) == []
    [line] = told(fate(post(1, in_the_crowd, whose=1), 10 * MINUTE))
    assert "TikTok says 429, until" in line
