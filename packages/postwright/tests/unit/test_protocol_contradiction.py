"""`decide` when the network says that something is out which it had said could not be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postwright.platforms.answers import Phase, Status
from postwright.platforms.content import Plan
from postwright.publishing.attempt import (
    OVER,
    Attempt,
    EarlierIsOut,
    End,
    OutAfterAll,
    Stage,
    Wait,
    Woke,
)
from postwright.publishing.protocol import MAX_RETRIES, decide
from postwright.publishing.states import State, state_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
READY = Attempt(plan=Plan(size_bytes=25, chunk_bytes=10, count=2))
ANNOUNCED = replace(READY, stage=Stage.INTENT, announced_at=NOW)
OPEN = replace(ANNOUNCED, stage=Stage.OPEN, publish_id="p1", upload_url="u", opened_at=NOW)
SENT = replace(OPEN, offset=10, last_byte_at=NOW)
TRACKED = replace(SENT, stage=Stage.TRACKING)
AGAIN = Status(Phase.FAILED, fail_reason="internal", fail_is_passing=True)


@pytest.mark.parametrize("stage", sorted(OVER))
def test_what_had_ended_is_asked_about_and_never_begun_again(stage: Stage):
    decision = decide(replace(SENT, stage=stage), OutAfterAll(), NOW)
    assert decision.next == Wait(timedelta(0))
    assert (decision.attempt.stage, decision.attempt.retries) == (Stage.TRACKING, MAX_RETRIES)
    settling = decide(decision.attempt, AGAIN, NOW).attempt
    much_later = NOW + timedelta(days=1)
    assert decide(settling, AGAIN, much_later).next == End(Stage.FAILED, "internal")


@pytest.mark.parametrize("stage", sorted(OVER))
def test_anything_else_leaves_what_has_ended_as_it_is(stage: Stage):
    ended = replace(SENT, stage=stage)
    assert decide(ended, Woke(), NOW).attempt == ended


@pytest.mark.parametrize("a", [READY, ANNOUNCED, OPEN], ids=lambda a: a.stage)
def test_what_was_to_be_posted_in_its_place_is_given_up_and_a_person_decides(a: Attempt):
    decision = decide(a, EarlierIsOut(1), NOW)
    assert decision.attempt.stage is Stage.VOID
    assert decision.next == Wait(
        None, "unconfirmed", unconfirmed=True, detail="word came that attempt 1 is out after all"
    )
    assert state_of(decision) is State.UNCONFIRMED


def test_a_person_decides_too_if_what_came_in_its_place_has_failed_as_well():
    failed = replace(TRACKED, stage=Stage.FAILED)
    decision = decide(failed, EarlierIsOut(1), NOW)
    assert decision.attempt == failed
    assert state_of(decision) is State.UNCONFIRMED


@pytest.mark.parametrize(
    ("a", "served"), [(SENT, False), (TRACKED, False), (ANNOUNCED, True)], ids=str
)
def test_what_was_sent_or_fetched_goes_its_way(a: Attempt, *, served: bool):
    decision = decide(a, EarlierIsOut(1, served=served), NOW)
    assert decision.attempt == a
    assert decision.next == Wait(timedelta(0))
