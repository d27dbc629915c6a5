"""Where a blow is said to have landed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks.crash.scene import WEB
from benchmarks.crash.sight import Fetch, InHand, Sight
from benchmarks.crash.windows import (
    NAMED,
    Victim,
    Window,
    hardest,
    of_database,
    of_web,
    of_worker,
    window_of,
    windows_of,
)

MADE_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SENT = InHand(
    pid=1,
    publication_id="pub_1",
    username="creator0",
    attempt_id="att_1",
    stage="open",
    is_pull=False,
    publish_id="p1",
    size_bytes=100,
    offset=0,
    progress=10,
    last_byte_sent=False,
    cancel_requested=False,
    attempt_made_at=MADE_AT,
)
INTENT = replace(SENT, stage="intent", publish_id=None)
PULLED = replace(INTENT, is_pull=True)
STRAY = {"username": "creator0", "size_bytes": 100, "created_at": "2026-11-21T12:00:01+00:00"}
FETCH = Fetch("pub_1", "att_1", is_open=False, is_begun=False)


def test_an_intent_without_an_upload_at_tiktok_is_intent() -> None:
    assert window_of(INTENT, Sight(), []) is Window.INTENT


def test_an_intent_with_an_upload_that_nobody_stored_is_an_answered_init() -> None:
    assert window_of(INTENT, Sight(strays=[STRAY]), []) is Window.NOT_STORED


@pytest.mark.parametrize(
    "other",
    [{"username": "creator1"}, {"size_bytes": 99}, {"created_at": "2026-11-21T11:59:59+00:00"}],
)
def test_the_stray_of_another_attempt_does_not_count(other: dict[str, Any]) -> None:
    assert window_of(INTENT, Sight(strays=[STRAY | other]), []) is Window.INTENT


def test_of_a_pull_it_counts_whether_tiktok_asks_already() -> None:
    assert window_of(PULLED, Sight(), []) is Window.ADDRESSED
    assert window_of(PULLED, Sight(asked=frozenset({"att_1"})), []) is Window.EARLY


def test_a_range_counts_as_cut_off_only_if_it_was_under_way() -> None:
    assert window_of(SENT, Sight(), ["p1"]) is Window.MID
    assert window_of(SENT, Sight(), []) is Window.OTHER


def test_the_last_range_is_a_window_of_its_own() -> None:
    assert window_of(replace(SENT, last_byte_sent=True), Sight(), ["p1"]) is Window.LAST


@pytest.mark.parametrize(
    ("stage", "window"),
    [
        ("tracking", Window.TRACKING),
        ("published", Window.TRACKING),
        ("settling", Window.SETTLING),
        ("delivered", Window.DELIVERED),
    ],
)
def test_what_was_sent_is_looked_at(stage: str, window: Window) -> None:
    assert window_of(replace(SENT, stage=stage, last_byte_sent=True), Sight(), []) is window


def test_a_draft_that_its_person_has_posted_is_another_window() -> None:
    seen = replace(SENT, stage="delivered")
    assert window_of(seen, Sight(finished=frozenset({"p1"})), []) is Window.FINISHED


def test_a_cancel_counts_whatever_is_under_way() -> None:
    assert window_of(replace(SENT, cancel_requested=True), Sight(), ["p1"]) is Window.CANCELLING


def test_a_worker_has_in_hand_what_is_its_own() -> None:
    sight = Sight(hands=[SENT, replace(INTENT, pid=2)])
    assert of_worker(sight, 1) == [("pub_1", Window.MID)]
    assert of_worker(sight, 2) == [("pub_1", Window.INTENT)]


def test_a_worker_that_waits_for_a_row_is_recording_or_closes_addresses() -> None:
    recording = Sight(waiting=[("postwright-1 worker 0.1", "SELECT publications.id")])
    closing = Sight(waiting=[("postwright-1 worker 0.1", "SELECT media_addresses.first_byte_at")])
    assert of_worker(recording, 1) == [("", Window.RECORDING)]
    assert of_worker(closing, 1) == [("", Window.CLOSING)]
    assert of_worker(closing, 12) == []
    assert of_database(recording) == [("", Window.DB_RECORDING)]
    assert of_database(closing) == [("", Window.DB_CLOSING)]


@pytest.mark.parametrize(
    ("fetch", "window"),
    [
        (FETCH, Window.ASKED_EARLY),
        (replace(FETCH, is_open=True), Window.OPENED),
        (replace(FETCH, is_open=True, is_begun=True), Window.SERVING),
    ],
)
def test_the_web_part_is_asked_opened_or_serving(fetch: Fetch, window: Window) -> None:
    assert of_web(Sight(fetches=[fetch])) == [("pub_1", window)]


def test_a_webhook_in_flight_is_one_that_waits_for_a_lane() -> None:
    sight = Sight(waiting=[(WEB, "SELECT lanes.id")])
    assert of_web(sight) == [("", Window.WEBHOOK)]
    assert of_database(sight) == [("", Window.DB_WEBHOOK)]


def test_a_blow_counts_for_the_window_that_is_hardest_to_hit() -> None:
    assert hardest([Window.MID, Window.NOT_STORED, Window.LAST]) is Window.NOT_STORED
    assert hardest([]) is Window.OTHER


def test_each_window_is_one_victims() -> None:
    assert sorted(window for victim in Victim for window in windows_of(victim)) == sorted(NAMED)
