"""What a quota of the day holds, and when it is looked at again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from postwright.platforms.answers import Refusal
from postwright.platforms.base import Caps
from postwright.platforms.content import Mode
from postwright.publishing.attempt import OnHold
from postwright.publishing.caps import SOON, Standing, held, held_for_a_check, next_look

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
# What was announced has reached the network after so long, and counts from then.
A_MOMENT = timedelta(minutes=1)
DIRECT = Standing(now=NOW, mode=Mode.DIRECT, caps=Caps(posts=15, drafts=5))
DRAFT = replace(DIRECT, mode=Mode.DRAFT)


def hold(standing: Standing) -> OnHold:
    found = held(standing)
    assert found is not None
    return found


def test_nothing_is_held_for_a_usual_number_alone() -> None:
    assert held(replace(DIRECT, counted=15, oldest_at=NOW - HOUR)) is None
    assert held(replace(DIRECT, counted=40, oldest_at=NOW - HOUR)) is None


def test_what_is_under_way_may_fill_what_is_left() -> None:
    found = hold(replace(DIRECT, counted=15, going=2, oldest_at=NOW - HOUR))
    assert (found.reason, found.delay) == (Refusal.CAP, SOON)
    assert held(replace(DIRECT, counted=14, going=2, oldest_at=NOW - HOUR)) is None


def test_a_check_from_before_the_last_place_was_taken_is_made_anew() -> None:
    full = replace(DIRECT, counted=15, oldest_at=NOW - HOUR, newest_at=NOW - HOUR / 60)
    old, fresh = NOW - HOUR / 30, NOW - HOUR / 120
    found = held_for_a_check(full, old)
    assert found is not None
    assert (found.reason, found.delay) == (Refusal.CAP, timedelta(minutes=3, seconds=1))
    assert held_for_a_check(full, fresh) is None
    assert held_for_a_check(replace(full, counted=14), old) is None
    assert held_for_a_check(replace(full, mode=Mode.DRAFT), old) is None


def test_after_a_no_the_network_is_asked_each_hour() -> None:
    capped = replace(DIRECT, cap_at=NOW - HOUR / 4, cap_posts=0)
    assert hold(capped).delay == HOUR * 3 / 4
    assert held(replace(capped, cap_at=NOW - HOUR)) is None


def test_after_a_no_it_is_asked_when_the_oldest_of_ours_ends_to_count() -> None:
    capped = replace(DIRECT, cap_at=NOW, cap_posts=15, counted=15)
    oldest_at = NOW - 24 * HOUR + HOUR / 2
    assert hold(replace(capped, oldest_at=oldest_at)).delay == HOUR / 2 + A_MOMENT
    assert next_look(replace(capped, oldest_at=NOW - HOUR)) == NOW + HOUR


def test_only_the_first_in_line_asks() -> None:
    capped = replace(DIRECT, cap_at=NOW - HOUR, cap_posts=3, ahead=1, ahead_at=NOW)
    assert hold(capped).delay == SOON
    waiting = replace(capped, ahead_at=NOW + HOUR)
    assert hold(waiting).delay == HOUR + timedelta(seconds=1)


def test_a_learned_cap_takes_the_place_of_the_usual_one() -> None:
    assert replace(DIRECT, cap_posts=4).most == 4
    assert replace(DIRECT, cap_posts=0).most == 1
    assert DRAFT.most == 5
    assert replace(DIRECT, caps=Caps()).most is None


def test_a_sixth_draft_waits_for_the_first_to_be_finished_or_to_end() -> None:
    full = replace(DRAFT, counted=5, oldest_at=NOW - 23 * HOUR - HOUR / 2)
    assert (hold(full).reason, hold(full).delay) == (Refusal.DRAFTS, HOUR / 2 + A_MOMENT)
    assert hold(replace(full, oldest_at=NOW - HOUR)).delay == HOUR
    assert held(replace(full, counted=4)) is None


def test_what_a_creator_may_post_does_not_hold_drafts() -> None:
    assert held(replace(DRAFT, cap_at=NOW, cap_posts=1)) is None


def test_a_network_without_caps_holds_nothing() -> None:
    nothing = replace(DIRECT, caps=Caps(), counted=100, going=100)
    assert held(nothing) is None
    assert held(replace(nothing, mode=Mode.DRAFT)) is None
