"""Whether a week's judge sees what is wrong, and its calendar agrees with the service's."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from benchmarks.week.expect import expected
from benchmarks.week.items import Account, Item, Part
from benchmarks.week.judge import Evidence, judge
from benchmarks.week.plan import Plan
from benchmarks.week.script import write
from benchmarks.week.times import BEGIN, ZONES
from postwright.kit import zones
from postwright.platforms.content import Mode

WHO = Account("creator00", 0, ZONES[0])
LOCAL = datetime.fromisoformat("2027-03-26T09:00")
DIRECT = Item(1, WHO, LOCAL)
DRAFT = Item(2, WHO, LOCAL, Part.LEFT, mode=Mode.DRAFT)
AT = DIRECT.at


def post(**other: Any) -> dict[str, Any]:
    """The post of DIRECT, as it should be."""
    made: dict[str, Any] = {
        "post_id": "7",
        "publish_id": "p1",
        "username": WHO.username,
        "title": DIRECT.text(),
        "sha256": "aa",
        "photos": [],
        "is_direct": True,
        "created_at": AT.isoformat(),
    }
    return made | other


def found(
    posts: list[dict[str, Any]],
    state: str = "published",
    at: datetime = AT,
    stranger: str = "receiving",
) -> list[str]:
    """What is wrong, if this is what became of DIRECT; DRAFT lies in the inbox."""
    publishes = {
        "p1": {"created_at": at.isoformat(), "state": "published"},
        "p2": {"created_at": AT.isoformat(), "state": "delivered"},
        "p9": {"created_at": AT.isoformat(), "state": stranger},
    }
    evidence = Evidence(
        posts,
        publishes,
        {1: state, 2: "delivered"},
        {1: ["p1"], 2: ["p2"]},
        {1: ["aa"], 2: ["bb"]},
    )
    return judge([DIRECT, DRAFT], evidence).problems


def test_a_post_as_it_should_be_is_no_problem() -> None:
    assert found([post()]) == []


@pytest.mark.parametrize(
    ("posts", "state"),
    [
        ([], "published"),
        ([post(), post(post_id="8")], "published"),
        ([post()], "failed"),
        ([post(title="0001 edited")], "published"),
        ([post(sha256="cc")], "published"),
        ([post(username="creator01")], "published"),
        ([post(publish_id="p9")], "published"),
        ([post(), post(post_id="8", title="spam")], "published"),
        ([post(), post(post_id="8", title="", sha256="bb")], "published"),
    ],
)
def test_whatever_is_not_as_it_should_be_is_found(posts: list[dict[str, Any]], state: str) -> None:
    assert found(posts, state)


@pytest.mark.parametrize("stranger", ["published", "delivered"])
def test_what_tiktok_has_and_nobody_has_announced_is_found(stranger: str) -> None:
    assert found([post()], stranger=stranger)


def test_what_is_announced_before_its_time_is_found() -> None:
    assert found([post()], at=AT - timedelta(seconds=1))


def test_more_posts_in_a_day_than_a_creator_may_make_are_found() -> None:
    items = [Item(number, WHO, LOCAL) for number in range(16)]
    numbers = range(16)
    evidence = Evidence(
        [
            post(title=item.text(), post_id=str(item.number), publish_id=f"p{item.number}")
            for item in items
        ],
        {f"p{n}": {"created_at": AT.isoformat(), "state": "published"} for n in numbers},
        dict.fromkeys(numbers, "published"),
        {n: [f"p{n}"] for n in numbers},
        {n: ["aa"] for n in numbers},
    )
    assert judge(items, evidence).problems == ["16 posts of @creator00 in 24 hours"]


def test_local_times_of_the_week_are_those_of_the_service() -> None:
    morning = BEGIN.replace(tzinfo=None)
    for zone in ZONES:
        for quarter in range(8 * 24 * 4):
            local = morning + quarter * timedelta(minutes=15)
            resolved = zones.resolve(local, zones.zone(zone.name))
            if isinstance(resolved, zones.Exact):
                assert resolved.at == zone.moment(local)
                assert zone.shown(resolved.at) == local


def test_a_week_has_every_part_and_the_number_of_posts_that_is_asked_for() -> None:
    script = write(Plan(seed=1))
    assert len(script.items) == 2_000
    assert {item.part for item in script.items} == set(Part)
    assert len({account.username for account in script.accounts}) == 50
    assert script.deeds == sorted(script.deeds)
    again = write(Plan(seed=1))
    assert [(item.at, item.part) for item in again.items] == [
        (item.at, item.part) for item in script.items
    ]


def test_nothing_but_what_is_cancelled_skipped_or_bad_stays_unpublished() -> None:
    ends = {
        (item.part, expected(item).ends_as)
        for item in write(Plan(seed=1)).items
        if item.mode is Mode.DIRECT and expected(item).posts == 0
    }
    assert ends == {
        (Part.CANCELLED, "cancelled"),
        (Part.CUT_SKIP, "cancelled"),
        (Part.FAILED, "failed"),
    }


def test_a_post_due_just_after_tiktok_was_away_belongs_to_that_and_a_later_one_does_not() -> None:
    script = write(Plan(seed=1))
    end = script.plan.away.ends_at
    at_once = {item.part for item in script.items if item.at == end}
    assert Part.AWAY in at_once
    assert Part.PLAIN not in at_once
    later = {item.part for item in script.items if item.at == end + timedelta(minutes=15)}
    assert Part.PLAIN in later
    assert Part.AWAY not in later
