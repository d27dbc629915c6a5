"""`decide` while bytes are sent: resume where TikTok is, note the last range before it goes out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postwright.platforms.answers import (
    AddressDead,
    Lost,
    NotKnown,
    OutOfStep,
    Phase,
    RangeRejected,
    Refusal,
    Refused,
    Status,
    Stored,
)
from postwright.platforms.content import Plan
from postwright.publishing.attempt import (
    AskStatus,
    Attempt,
    End,
    Event,
    NoSlot,
    NoToken,
    Restart,
    Send,
    Stage,
    Wait,
    Woke,
)
from postwright.publishing.protocol import MAX_REJECTIONS, decide

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPEN = Attempt(
    plan=Plan(size_bytes=35, chunk_bytes=10, count=3),
    stage=Stage.OPEN,
    publish_id="p1",
    upload_url="u",
    opened_at=NOW - MINUTE,
)
LAST = replace(OPEN, offset=20, last_byte_at=NOW - MINUTE)
PROCESSING = Status(Phase.PROCESSING)


@pytest.mark.parametrize("received", [None, 10, 9], ids=["no number", "count", "last index"])
def test_a_range_that_arrived_is_followed_by_the_next(received: int | None):
    decision = decide(OPEN, Stored(complete=False, received=received), NOW)
    assert decision.next == Send(10)
    assert decision.attempt.offset == 10
    assert decision.attempt.last_byte_at is None


def test_the_last_range_is_noted_before_its_first_byte():
    decision = decide(replace(OPEN, offset=10), Stored(complete=False), NOW)
    assert decision.next == Send(20)
    assert decision.attempt.last_byte_at == NOW


def test_the_note_of_the_last_range_keeps_its_first_time():
    assert decide(LAST, PROCESSING, NOW).attempt.last_byte_at == LAST.last_byte_at


def test_the_end_of_the_upload_is_tracked_soon():
    decision = decide(LAST, Stored(complete=True, received=35), NOW)
    assert decision.attempt.stage is Stage.TRACKING
    assert decision.attempt.offset == 35
    assert decision.next == Wait(timedelta(seconds=5))


def test_a_lost_answer_pauses_and_then_asks_how_far_it_is():
    paused = decide(OPEN, Lost(sent=True), NOW)
    assert paused.next == Wait(timedelta(seconds=1))
    assert decide(paused.attempt, Woke(), NOW).next == AskStatus()
    assert decide(paused.attempt, Status(Phase.PROCESSING, 10), NOW).next == Send(10)


def test_a_worker_that_takes_over_after_the_last_byte_asks_before_it_sends():
    assert decide(LAST, Woke(), NOW).next == AskStatus()


@pytest.mark.parametrize("received", [20, 19], ids=["count", "last index"])
def test_out_of_step_goes_on_where_tiktok_is(received: int):
    assert decide(OPEN, OutOfStep(received), NOW).next == Send(20)


def test_a_part_of_a_range_is_not_sent_again():
    assert decide(OPEN, OutOfStep(4), NOW).next == Send(4)
    assert decide(LAST, OutOfStep(27), NOW).next == Send(27)


@pytest.mark.parametrize("received", [35, 34], ids=["count", "last index"])
def test_out_of_step_behind_the_end_is_arrival_once_the_end_was_sent(received: int):
    assert decide(LAST, OutOfStep(received), NOW).attempt.stage is Stage.TRACKING
    early = decide(OPEN, OutOfStep(received), NOW)
    assert early.next == Send(20)
    assert early.attempt.last_byte_at == NOW


def test_being_refused_where_tiktok_says_it_is_pauses():
    decision = decide(replace(OPEN, offset=10), OutOfStep(10), NOW)
    assert isinstance(decision.next, Wait)


def test_out_of_step_without_a_number_asks_once_and_then_pauses():
    doubted = decide(OPEN, OutOfStep(None), NOW)
    assert doubted.next == AskStatus()
    assert isinstance(decide(doubted.attempt, OutOfStep(None), NOW).next, Wait)


@pytest.mark.parametrize(
    ("attempt", "answer"),
    [(OPEN, Stored(complete=True)), (LAST, Stored(complete=False))],
    ids=["complete too early", "more after the end"],
)
def test_an_answer_that_does_not_fit_the_plan_asks_the_status(attempt: Attempt, answer: Stored):
    assert decide(attempt, answer, NOW).next == AskStatus()


def test_processing_proves_nothing_and_the_last_range_goes_out_again():
    assert decide(LAST, PROCESSING, NOW).next == Send(20)
    assert decide(LAST, Status(Phase.UNKNOWN), NOW).next == Send(20)
    assert decide(LAST, NotKnown(), NOW).next == Send(20)


def test_all_bytes_in_the_status_prove_arrival():
    assert decide(LAST, Status(Phase.PROCESSING, 35), NOW).attempt.stage is Stage.TRACKING
    assert decide(LAST, Status(Phase.PROCESSING, 34), NOW).attempt.stage is Stage.OPEN


def test_an_hour_after_the_init_the_status_is_asked_instead():
    decision = decide(OPEN, Woke(), NOW + timedelta(hours=1))
    assert decision.next == AskStatus()
    assert decision.attempt.address_dead


def test_a_dead_address_before_the_last_byte_is_void():
    dead = decide(OPEN, AddressDead("403"), NOW).attempt
    assert dead.address_dead
    for event in (PROCESSING, NotKnown(), NoToken(Refusal.TOKEN, "")):
        decision = decide(dead, event, NOW)
        assert isinstance(decision.next, Restart)
        assert decision.attempt.stage is Stage.VOID


@pytest.mark.parametrize("event", [PROCESSING, NotKnown(), NoToken(Refusal.TOKEN, "")])
def test_a_dead_address_after_the_last_byte_is_tracked_and_never_void(event: Event):
    dead = decide(LAST, AddressDead("404"), NOW)
    assert dead.next == AskStatus()
    decision = decide(dead.attempt, event, NOW)
    assert decision.attempt.stage is Stage.TRACKING
    assert isinstance(decision.next, Wait)


def test_rejected_ranges_fail_it_only_while_nothing_can_appear():
    attempt = replace(OPEN, rejections=MAX_REJECTIONS - 1)
    decision = decide(attempt, RangeRejected("Content-Length"), NOW)
    assert decision.next == End(Stage.FAILED, "upload_rejected", "Content-Length")
    after = replace(LAST, rejections=MAX_REJECTIONS - 1)
    assert isinstance(decide(after, RangeRejected(""), NOW).next, Wait)
    assert isinstance(decide(OPEN, RangeRejected(""), NOW).next, Wait)


def test_a_range_that_arrives_forgives_rejections_and_troubles():
    tried = replace(OPEN, rejections=3, troubles=3)
    after = decide(tried, Stored(complete=False), NOW).attempt
    assert (after.rejections, after.troubles) == (0, 0)


def test_without_a_token_the_bytes_go_on():
    assert decide(LAST, NoToken(Refusal.TOKEN, ""), NOW).next == Send(20)
    assert decide(LAST, Refused(Refusal.REVOKED, "access_token_invalid"), NOW).next == Send(20)


def test_a_busy_status_waits():
    assert decide(LAST, NoSlot(timedelta(seconds=7)), NOW).next == Wait(timedelta(seconds=7))
    assert isinstance(decide(LAST, Refused(Refusal.RATE, "x"), NOW).next, Wait)


@pytest.mark.parametrize("event", [Woke(), Stored(complete=False), Lost(sent=True), OutOfStep(20)])
def test_a_cancel_counts_until_the_last_range(event: Event):
    cancelled = replace(OPEN, cancel_requested=True)
    assert decide(cancelled, event, NOW).next == End(Stage.CANCELLED)


@pytest.mark.parametrize("event", [Woke(), Stored(complete=True), Lost(sent=True), PROCESSING])
def test_a_cancel_after_the_last_range_changes_nothing(event: Event):
    plain = decide(LAST, event, NOW)
    cancelled = decide(replace(LAST, cancel_requested=True), event, NOW)
    assert cancelled.next == plain.next


def test_a_failure_before_the_last_byte_is_void_and_for_good_it_ends():
    passing = Status(Phase.FAILED, fail_reason="internal", fail_is_passing=True)
    assert isinstance(decide(OPEN, passing, NOW).next, Restart)
    final = Status(Phase.FAILED, fail_reason="file_format_check_failed")
    assert decide(OPEN, final, NOW).next == End(Stage.FAILED, "file_format_check_failed")
