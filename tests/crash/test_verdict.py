"""Where a blow is said to have landed, and when a run is said to have met its goals."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from benchmarks.crash.blows import Blow
from benchmarks.crash.report import summary
from benchmarks.crash.run import Outcome, Plan, Row
from benchmarks.crash.scene import Upload
from benchmarks.crash.windows import NAMED, InHand, Window, hardest, window_of

MADE_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SEEN = InHand(
    pid=1,
    publication_id="pub_1",
    username="creator0",
    stage="open",
    publish_id="p1",
    size_bytes=100,
    chunk_count=2,
    offset=0,
    progress=10,
    last_byte_sent=False,
    attempt_made_at=MADE_AT,
)
INTENT = replace(SEEN, stage="intent", publish_id=None)
STRAY = {"username": "creator0", "size_bytes": 100, "created_at": "2026-11-21T12:00:01+00:00"}


def test_an_intent_without_an_upload_at_tiktok_is_intent() -> None:
    assert window_of(INTENT, [], []) is Window.INTENT


def test_an_intent_with_an_upload_that_nobody_stored_is_an_answered_init() -> None:
    assert window_of(INTENT, [STRAY], []) is Window.NOT_STORED


@pytest.mark.parametrize(
    "other",
    [{"username": "creator1"}, {"size_bytes": 99}, {"created_at": "2026-11-21T11:59:59+00:00"}],
)
def test_the_stray_of_another_attempt_does_not_count(other: dict[str, object]) -> None:
    assert window_of(INTENT, [STRAY | other], []) is Window.INTENT


def test_a_range_counts_as_cut_off_only_if_it_was_under_way() -> None:
    assert window_of(SEEN, [], ["p1"]) is Window.MID
    assert window_of(SEEN, [], []) is Window.OTHER


def test_the_last_range_is_a_window_of_its_own() -> None:
    assert window_of(replace(SEEN, last_byte_sent=True), [], ["p1"]) is Window.LAST


@pytest.mark.parametrize("stage", ["tracking", "settling"])
def test_looking_at_what_was_sent_is_tracking(stage: str) -> None:
    assert window_of(replace(SEEN, stage=stage, last_byte_sent=True), [], []) is Window.TRACKING


def test_a_blow_counts_for_the_window_that_is_hardest_to_hit() -> None:
    assert hardest([Window.MID, Window.NOT_STORED, Window.LAST]) is Window.NOT_STORED
    assert hardest([]) is Window.OTHER


def good_outcome() -> Outcome:
    plan = Plan(seed=1, publications=1, kills=15, stops=0)
    row = Row("pub_1", "creator0", Upload("ab", 100), state="published")
    row.posts, row.same_bytes, row.same_id = 1, True, True
    blows = [Blow("kill", window, ()) for window in NAMED] * 3
    return Outcome(plan, rows=[row], blows=blows, posts=1)


def test_a_run_with_every_window_hit_and_one_post_each_meets_its_goals() -> None:
    assert summary(good_outcome())["met"] is True


def test_a_run_that_missed_a_window_does_not() -> None:
    outcome = good_outcome()
    outcome.blows[-1] = replace(outcome.blows[-1], landed=Window.OTHER)
    assert summary(outcome)["met"] is False


@pytest.mark.parametrize("spoil", ["second post", "other bytes", "other id", "missing"])
def test_a_run_that_did_not_make_one_equal_post_each_does_not(spoil: str) -> None:
    outcome = good_outcome()
    match spoil:
        case "second post":
            outcome.posts = 2
        case "other bytes":
            outcome.rows[0].same_bytes = False
        case "other id":
            outcome.rows[0].same_id = False
        case _:
            outcome.rows.clear()
    assert summary(outcome)["met"] is False
