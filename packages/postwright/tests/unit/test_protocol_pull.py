"""`decide` when the network fetches the files: nothing is served before its id is stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postwright.platforms.answers import (
    Cancelled,
    Lost,
    NotCancellable,
    Opened,
    Phase,
    Refusal,
    Refused,
    Status,
)
from postwright.platforms.content import Plan, Source
from postwright.publishing.attempt import (
    AskStatus,
    Attempt,
    CancelPull,
    Close,
    Closed,
    End,
    Event,
    NoSlot,
    OnHold,
    Restart,
    Served,
    Stage,
    Unfit,
    Wait,
    Woke,
)
from postwright.publishing.protocol import (
    ADDRESS_LIFE,
    LONGEST_PUT,
    MAX_CANCELS,
    SETTLE,
    UNCONFIRMED_AFTER,
    decide,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INTENT = Attempt(
    plan=Plan(size_bytes=25, chunk_bytes=0, count=0),
    source=Source.PULL,
    stage=Stage.INTENT,
    checked_at=NOW - MINUTE,
    announced_at=NOW,
)
OPENED = Opened("p1")
OPEN = replace(INTENT, stage=Stage.OPEN, publish_id="p1", opened_at=NOW, cancel_requested=True)
FETCHING = replace(INTENT, stage=Stage.TRACKING, publish_id="p1", opened_at=NOW, last_byte_at=NOW)
CANCELLING = replace(FETCHING, cancel_requested=True)
STOPPED = Status(Phase.FAILED, fail_reason="publish_cancelled", fail_is_cancel=True)
PULL_FAILED = Status(Phase.FAILED, fail_reason="photo_pull_failed", fail_is_passing=True)


def test_the_id_opens_the_addresses_and_from_then_on_the_post_may_appear():
    decision = decide(INTENT, OPENED, NOW)
    assert decision.attempt.stage is Stage.TRACKING
    assert decision.attempt.publish_id == "p1"
    assert decision.attempt.last_byte_at == NOW
    assert isinstance(decision.next, Wait)


@pytest.mark.parametrize(
    "event", [Lost(sent=True), Refused(Refusal.FAULT, "internal_error"), Woke()], ids=str
)
def test_an_init_without_an_answer_closes_the_addresses_before_anything_else(event: Event):
    decision = decide(INTENT, event, NOW)
    assert decision.next == Close()
    assert decision.attempt == INTENT


def test_what_nobody_fetched_is_void_and_begun_again():
    decision = decide(INTENT, Closed(), NOW)
    assert decision.attempt.stage is Stage.VOID
    assert isinstance(decision.next, Restart)


def test_what_nobody_fetched_is_over_if_it_was_cancelled():
    decision = decide(replace(INTENT, cancel_requested=True), Closed(), NOW)
    assert decision.next == End(Stage.CANCELLED)


def test_what_was_fetched_without_an_id_waits_for_a_person_and_is_never_begun_again():
    decision = decide(INTENT, Served(), NOW)
    assert decision.attempt.stage is Stage.TRACKING
    assert decision.attempt.last_byte_at == NOW
    assert isinstance(decision.next, Wait)
    assert decision.next.delay is None
    assert decision.next.unconfirmed
    for event in (Woke(), Closed(), Served()):
        again = decide(decision.attempt, event, NOW + timedelta(days=3))
        assert again.next == decision.next


def test_an_id_that_comes_after_the_cancel_is_stored_and_nothing_is_opened():
    decision = decide(replace(INTENT, cancel_requested=True), OPENED, NOW)
    assert (decision.attempt.stage, decision.attempt.publish_id) == (Stage.OPEN, "p1")
    assert decision.attempt.last_byte_at is None
    assert decision.next == Close()
    assert decide(decision.attempt, Woke(), NOW).next == Close()


def test_closed_after_a_cancel_is_cancelled():
    assert decide(OPEN, Closed(), NOW).next == End(Stage.CANCELLED)


def test_fetched_after_a_cancel_is_stopped_at_the_network():
    decision = decide(OPEN, Served(), NOW)
    assert decision.attempt.stage is Stage.TRACKING
    assert decision.attempt.last_byte_at == NOW
    assert decision.next == CancelPull()


@pytest.mark.parametrize(
    "event",
    [
        Refused(Refusal.RATE, "rate_limit_exceeded"),
        NoSlot(MINUTE),
        OnHold("paused", "", None),
        Lost(sent=False),
    ],
    ids=str,
)
def test_what_certainly_was_not_announced_is_not_counted_as_announced(event: Event):
    decision = decide(INTENT, event, NOW)
    assert decision.attempt.stage is Stage.READY
    assert decision.attempt.announced_at is None
    assert isinstance(decision.next, Wait)


def test_a_rule_may_end_it_as_cancelled():
    decision = decide(INTENT, Unfit("missed", "its time is over", Stage.CANCELLED), NOW)
    assert decision.next == End(Stage.CANCELLED, "missed", "its time is over")


def test_a_hold_for_a_person_has_no_time():
    decision = decide(replace(INTENT, stage=Stage.READY), OnHold("paused", "by ana", None), NOW)
    assert decision.next == Wait(None, hold="paused", detail="by ana")


def test_a_cancelled_publication_that_is_on_hold_is_over():
    ready = replace(INTENT, stage=Stage.READY, cancel_requested=True)
    assert decide(ready, OnHold("paused", "", None), NOW).next == End(Stage.CANCELLED)


def test_a_cancel_while_the_network_fetches_is_asked_for_there_first():
    decision = decide(CANCELLING, Woke(), NOW)
    assert decision.next == CancelPull()
    assert decision.attempt.cancels == 1


@pytest.mark.parametrize("answer", [Cancelled(), NotCancellable("publish_not_cancellable")])
def test_whatever_the_network_says_to_a_cancel_its_status_has_the_last_word(answer: Event):
    decision = decide(replace(CANCELLING, cancels=1), answer, NOW)
    assert decision.next == AskStatus()
    assert decide(decision.attempt, Woke(), NOW).next == AskStatus()


def test_a_cancel_that_is_never_answered_is_given_up():
    attempt = CANCELLING
    for _ in range(MAX_CANCELS):
        decision = decide(attempt, Woke(), NOW)
        assert decision.next == CancelPull()
        attempt = decide(decision.attempt, Lost(sent=True), NOW).attempt
    assert decide(attempt, Woke(), NOW).next == AskStatus()


def test_stopped_as_asked_is_cancelled():
    assert decide(CANCELLING, STOPPED, NOW).next == End(Stage.CANCELLED)


def test_stopped_by_somebody_else_has_failed():
    assert decide(FETCHING, STOPPED, NOW).next == End(Stage.FAILED, "publish_cancelled")


def test_a_cancel_that_came_too_late_is_published():
    decision = decide(CANCELLING, Status(Phase.COMPLETE), NOW)
    assert decision.next == End(Stage.PUBLISHED)


def test_a_failed_pull_is_begun_again_only_after_its_addresses_have_ended():
    settling = decide(FETCHING, PULL_FAILED, NOW + MINUTE)
    settled_at = NOW + ADDRESS_LIFE + LONGEST_PUT + SETTLE
    assert settling.attempt.stage is Stage.SETTLING
    assert settling.next == Wait(
        settled_at - NOW - MINUTE, detail="{network} failed: photo_pull_failed"
    )
    again = decide(settling.attempt, PULL_FAILED, settled_at)
    assert again.attempt.stage is Stage.FAILED
    assert isinstance(again.next, Restart)


def test_a_day_without_an_outcome_is_unconfirmed():
    decision = decide(FETCHING, Status(Phase.PROCESSING), NOW + UNCONFIRMED_AFTER)
    assert isinstance(decision.next, Wait)
    assert decision.next.unconfirmed
