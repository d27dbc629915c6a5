"""That each condition of a week can be missed, and what misses it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from benchmarks.week.expect import expected
from benchmarks.week.holds import Holds
from benchmarks.week.items import Item, Part
from benchmarks.week.judge import Fate
from benchmarks.week.outcome import Outcome
from benchmarks.week.plan import Plan
from benchmarks.week.report import summary, table
from benchmarks.week.script import write
from benchmarks.week.times import BEGIN

PLAN = Plan(seed=1, accounts=14, posts=150, days=7, each=1, failures=1, storm=20, trial=2)
DAYS = 7.2
OUTAGES = {Part.DATABASE, Part.CUT_PUBLISH, Part.CUT_SKIP, Part.CUT_HOLD}


def fate(item: Item) -> Fate:
    """A post as it should end; what meets an outage is late."""
    wanted = expected(item)
    late = timedelta(minutes=40 if item.part in OUTAGES else 0)
    return Fate(item, wanted, wanted.ends_as, wanted.posts, wanted.not_before + late, ())


def good() -> Outcome:
    """A week in which everything is as it should be."""
    outcome = Outcome(PLAN, write(PLAN))
    verdict, log = outcome.verdict, outcome.log
    verdict.fates = [fate(item) for item in outcome.script.items]
    # A small week has no post in some of the outages: here one is, each time.
    for n, part in enumerate(OUTAGES):
        verdict.fates[n] = fate(replace(outcome.script.items[n], part=part))
    verdict.appeared = verdict.should_appear
    verdict.most = Counter({"creator00": 15})
    log.refusals = Counter({("status", "503 html", True): 5, ("status", "429 x", True): 5})
    for account in outcome.accounts:
        log.refreshes[account.username, account.app.value] = 100
        outcome.living[account.username, account.app.value] = 1
    for reason in ("rate_limit", "daily_cap", "pending_drafts", "revoked"):
        outcome.holds.note([(reason, "pub_1")], BEGIN)
    outcome.told = Counter(lost=3, delivered=40)
    outcome.in_hand, outcome.days = 3, DAYS
    return outcome


def spoil_most(o: Outcome) -> None:
    o.verdict.most["creator00"] = 16


def spoil_plain(o: Outcome) -> None:
    n = next(n for n, each in enumerate(o.verdict.fates) if each.item.part is Part.PLAIN)
    plain = o.verdict.fates[n]
    at = plain.due_at + timedelta(seconds=61)
    o.verdict.fates[n] = replace(plain, announced_at=at)


def spoil_rate(o: Outcome) -> None:
    o.log.refusals["status", "429 rate_limit_exceeded", False] += 1


def spoil_init(o: Outcome) -> None:
    o.log.refusals["video.init", "403 spam_risk_too_many_posts", False] += 1


def spoil_refreshes(o: Outcome) -> None:
    account = o.accounts[1]
    o.log.refreshes[account.username, account.app.value] = 84


def spoil_living(o: Outcome) -> None:
    account = o.accounts[1]
    o.living[account.username, account.app.value] = 2


def spoil_dead(o: Outcome) -> None:
    o.log.dead["creator01"] += 1


def count_up(name: str) -> Callable[[Outcome], None]:
    """One more of this."""

    def spoil(o: Outcome) -> None:
        setattr(o, name, getattr(o, name) + 1)

    return spoil


SPOILED: dict[str, Callable[[Outcome], None]] = {
    "problems": lambda o: o.verdict.problems.append("0001 as planned: it is failed"),
    "appeared": lambda o: setattr(o.verdict, "appeared", o.verdict.appeared - 1),
    "stuck": count_up("stuck"),
    "late_lanes": count_up("late_lanes"),
    "plain_late_s": spoil_plain,
    "most_in_a_day": spoil_most,
    "rate_limited": spoil_rate,
    "burned_inits": spoil_init,
    "dead_refresh_tokens": spoil_dead,
    "dead_access_tokens": count_up("stale_tokens"),
    "refreshes_missing": spoil_refreshes,
    "wrong_tokens": spoil_living,
    "lost_accounts": lambda o: o.lost_accounts.append("@creator01 is expired"),
    "ended_by_themselves": count_up("deaths"),
    "ended_impolitely": count_up("impolite"),
    "webhooks_unexplained": count_up("unexplained_webhooks"),
    "without_effect": lambda o: setattr(o, "in_hand", 0),
    "requests_unread": lambda o: setattr(o.log, "missed", 1),
}


def test_a_week_as_it_should_be_is_met() -> None:
    figures = summary(good())
    assert figures["missed"] == []
    assert figures["met"]
    assert "Everything ended where it should." in table(good())


def test_every_condition_is_tried_here() -> None:
    assert set(SPOILED) == set(summary(good())["goals"])


@pytest.mark.parametrize("name", SPOILED)
def test_one_thing_that_is_not_as_it_should_be_misses_its_condition(name: str) -> None:
    outcome = good()
    SPOILED[name](outcome)
    figures = summary(outcome)
    assert figures["missed"] == [name]
    assert not figures["met"]
    assert "NOT AS IT SHOULD BE" in table(outcome)
    assert "NOT MET" in table(outcome)


def none_held(reason: str) -> Callable[[Outcome], None]:
    """As if nothing had been held for this."""

    def spoil(o: Outcome) -> None:
        o.holds.posts[reason].clear()

    return spoil


def none_refused(said: str) -> Callable[[Outcome], None]:
    """As if TikTok had refused nothing in this way."""

    def spoil(o: Outcome) -> None:
        del o.log.refusals["status", said, True]

    return spoil


def all_on_time(*parts: Part) -> Callable[[Outcome], None]:
    """As if none of these posts had met an outage."""

    def spoil(o: Outcome) -> None:
        o.verdict.fates = [
            replace(each, item=replace(each.item, part=Part.EDITED), announced_at=each.due_at)
            if each.item.part in parts
            else each
            for each in o.verdict.fates
        ]

    return spoil


EMPTY: dict[str, Callable[[Outcome], None]] = {
    "storm over the rate": none_held("rate_limit"),
    "storm over the cap": none_held("daily_cap"),
    "drafts": none_held("pending_drafts"),
    "crowd": none_refused("429 x"),
    "account": none_held("revoked"),
    "away": none_refused("503 html"),
    "deploy": lambda o: setattr(o, "in_hand", 0),
    "database": all_on_time(Part.DATABASE),
    "cut": all_on_time(Part.CUT_PUBLISH, Part.CUT_SKIP, Part.CUT_HOLD),
    "webhooks": lambda o: setattr(o, "told", Counter(delivered=40)),
}


@pytest.mark.parametrize("event", EMPTY)
def test_an_event_that_did_nothing_is_seen(event: str) -> None:
    outcome = good()
    EMPTY[event](outcome)
    figures = summary(outcome)
    assert figures["missed"] == ["without_effect"]
    assert figures["without_effect"] == 1


def test_what_is_held_counts_from_when_it_is_seen_until_it_is_seen_no_more() -> None:
    holds, at = good().holds, datetime.fromisoformat("2027-03-26T09:00+00:00")
    holds.note([("paused", "pub_7")], at)
    holds.note([("paused", "pub_7"), ("paused", "pub_8")], at + timedelta(hours=1))
    holds.note([], at + timedelta(hours=3))
    holds.note([], at + timedelta(hours=9))
    assert holds.posts["paused"] == {"pub_7", "pub_8"}
    assert (holds.hours("paused", "pub_7"), holds.hours("paused", "pub_8")) == (3, 2)


def test_each_spell_of_a_post_that_is_held_is_told_and_one_that_lasts_until_what_was_seen() -> None:
    holds, at = Holds(), BEGIN + timedelta(days=1)
    hour = timedelta(hours=1)
    holds.note([("paused", "pub_7")], at)
    holds.note([("rate_limit", "pub_7"), ("paused", "pub_8")], at + hour)
    holds.note([("paused", "pub_7")], at + 2 * hour)
    holds.note([("paused", "pub_7")], at + 4 * hour)
    told = [(each.reason, each.since - at, each.until - at) for each in holds.of("pub_7")]
    assert told == [
        ("paused", 0 * hour, hour),
        ("rate_limit", hour, 2 * hour),
        ("paused", 2 * hour, 4 * hour),
    ]
