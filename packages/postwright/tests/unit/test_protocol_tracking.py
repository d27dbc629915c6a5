"""`decide` after the last byte: only TikTok's word ends it, and a failure must hold for a while."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postwright.platforms.answers import Lost, NotKnown, Phase, Refusal, Refused, Status
from postwright.platforms.content import Plan
from postwright.publishing.attempt import (
    AskStatus,
    Attempt,
    End,
    Event,
    NoSlot,
    NoToken,
    Restart,
    Stage,
    Wait,
    Woke,
)
from postwright.publishing.protocol import (
    ADDRESS_LIFE,
    FOR_A_PERSON,
    LONGEST_PUT,
    MAX_RETRIES,
    POLL_UNTIL,
    SETTLE,
    UNCONFIRMED_AFTER,
    decide,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPENED_AT = NOW - 2 * MINUTE
TRACKING = Attempt(
    plan=Plan(size_bytes=25, chunk_bytes=10, count=2),
    stage=Stage.TRACKING,
    publish_id="p1",
    upload_url="u",
    opened_at=OPENED_AT,
    last_byte_at=NOW - MINUTE,
    offset=25,
)
PASSING = Status(Phase.FAILED, fail_reason="internal", fail_is_passing=True)
FINAL = Status(Phase.FAILED, fail_reason="duration_check_failed")
PROCESSING = Status(Phase.PROCESSING, 25)
# When TikTok's address and every PUT to it are over, and a while has passed.
SETTLED_AT = OPENED_AT + ADDRESS_LIFE + LONGEST_PUT + SETTLE


def test_a_wake_up_asks():
    assert decide(TRACKING, Woke(), NOW).next == AskStatus()


def test_complete_is_published_with_its_ids():
    decision = decide(TRACKING, Status(Phase.COMPLETE, post_ids=("7525",)), NOW)
    assert decision.next == End(Stage.PUBLISHED)
    assert decision.attempt.post_ids == ("7525",)


def test_a_public_post_waits_for_its_id_and_is_published_meanwhile():
    expecting = replace(TRACKING, expects_id=True)
    decision = decide(expecting, Status(Phase.COMPLETE), NOW)
    assert isinstance(decision.next, Wait)
    assert decision.attempt.stage is Stage.PUBLISHED
    assert decide(decision.attempt, Woke(), NOW).next == AskStatus()
    there = decide(decision.attempt, Status(Phase.COMPLETE, post_ids=("7",)), NOW)
    assert there.next == End(Stage.PUBLISHED)
    assert there.attempt.post_ids == ("7",)


@pytest.mark.parametrize("event", [Lost(sent=True), NoToken(Refusal.TOKEN, ""), NotKnown(), FINAL])
def test_what_is_published_stays_published(event: Event):
    published = replace(TRACKING, stage=Stage.PUBLISHED, expects_id=True)
    decision = decide(published, event, NOW)
    assert decision.attempt.stage is Stage.PUBLISHED
    assert isinstance(decision.next, Wait)
    assert decide(published, event, NOW + POLL_UNTIL).next == End(Stage.PUBLISHED)


@pytest.mark.parametrize("event", [PROCESSING, Status(Phase.UNKNOWN), NotKnown()])
@pytest.mark.parametrize(
    ("since", "delay", "unconfirmed"),
    [
        (MINUTE, timedelta(seconds=7.5), False),
        (timedelta(hours=2), timedelta(minutes=10), False),
        (UNCONFIRMED_AFTER, timedelta(hours=1), True),
        (POLL_UNTIL, None, True),
    ],
)
def test_it_keeps_looking_ever_more_rarely_and_then_a_person_decides(
    event: Event, since: timedelta, delay: timedelta | None, *, unconfirmed: bool
):
    assert TRACKING.last_byte_at is not None
    decision = decide(TRACKING, event, TRACKING.last_byte_at + since)
    assert isinstance(decision.next, Wait)
    assert (decision.next.delay, decision.next.unconfirmed) == (delay, unconfirmed)
    assert decision.attempt.stage is Stage.TRACKING


def test_an_unknown_id_is_early_for_ten_minutes_and_then_said():
    early, late = (decide(TRACKING, NotKnown(), NOW + n * MINUTE) for n in (0, 10))
    assert isinstance(early.next, Wait)
    assert isinstance(late.next, Wait)
    assert (early.next.detail, late.next.detail) == ("", "{network} does not know the id")


@pytest.mark.parametrize("refusal", [Refusal.TOKEN, Refusal.REVOKED, Refusal.SCOPE])
def test_a_lost_authorisation_makes_it_unconfirmed_until_a_person_connects(refusal: Refusal):
    for event in (NoToken(refusal, ""), Refused(refusal, "access_token_invalid")):
        assert decide(TRACKING, event, NOW).next == Wait(None, hold=refusal, unconfirmed=True)


@pytest.mark.parametrize("refusal", sorted(set(Refusal) - FOR_A_PERSON))
def test_any_other_refusal_is_looked_past(refusal: Refusal):
    decision = decide(TRACKING, Refused(refusal, "code"), NOW)
    assert isinstance(decision.next, Wait)
    assert decision.next.delay is not None
    assert decision.attempt.stage is Stage.TRACKING


def test_lost_answers_and_full_slots_wait():
    assert decide(TRACKING, Lost(sent=True), NOW).next == Wait(timedelta(seconds=1))
    assert decide(TRACKING, NoSlot(2 * MINUTE), NOW).next == Wait(2 * MINUTE)


def test_a_failure_for_good_ends_it_with_tiktoks_reason():
    assert decide(TRACKING, FINAL, NOW).next == End(Stage.FAILED, "duration_check_failed")


def test_a_failure_that_may_pass_is_looked_at_again_when_nothing_can_arrive_any_more():
    decision = decide(TRACKING, PASSING, NOW)
    assert decision.attempt.stage is Stage.SETTLING
    assert decision.attempt.failed_at == NOW
    assert isinstance(decision.next, Wait)
    assert decision.next.delay == SETTLED_AT - NOW


def test_a_failure_seen_late_still_settles():
    late = NOW + timedelta(hours=5)
    first = decide(TRACKING, PASSING, late)
    assert isinstance(first.next, Wait)
    assert first.next.delay == SETTLE
    assert isinstance(decide(first.attempt, PASSING, late + SETTLE - MINUTE).next, Wait)
    assert isinstance(decide(first.attempt, PASSING, late + SETTLE).next, Restart)


def test_a_settled_failure_is_retried_twice_and_then_it_failed():
    settling = decide(TRACKING, PASSING, NOW).attempt
    for used in range(MAX_RETRIES):
        decision = decide(replace(settling, retries=used), PASSING, SETTLED_AT)
        assert isinstance(decision.next, Restart)
        assert decision.attempt.retries == used + 1
    used_up = replace(settling, retries=MAX_RETRIES)
    assert decide(used_up, PASSING, SETTLED_AT).next == End(Stage.FAILED, "internal")


def test_retries_used_up_do_not_shorten_the_settling():
    decision = decide(replace(TRACKING, retries=MAX_RETRIES), PASSING, NOW)
    assert decision.attempt.stage is Stage.SETTLING


@pytest.mark.parametrize("event", [PROCESSING, Status(Phase.UNKNOWN)])
def test_a_failure_that_passed_is_forgotten(event: Status):
    settling = decide(TRACKING, PASSING, NOW).attempt
    back = decide(settling, event, NOW + MINUTE).attempt
    assert back.stage is Stage.TRACKING
    assert back.failed_at is None
    assert decide(back, PASSING, SETTLED_AT).attempt.stage is Stage.SETTLING


@pytest.mark.parametrize("event", [Lost(sent=True), NotKnown(), NoToken(Refusal.TOKEN, "")])
def test_what_says_nothing_of_the_failure_leaves_it_settling(event: Event):
    settling = decide(TRACKING, PASSING, NOW).attempt
    after = decide(settling, event, NOW + MINUTE).attempt
    assert (after.stage, after.failed_at) == (Stage.SETTLING, NOW)


def test_a_settling_failure_can_still_turn_out_published():
    settling = decide(TRACKING, PASSING, NOW).attempt
    done = decide(settling, Status(Phase.COMPLETE, post_ids=("7",)), NOW + MINUTE)
    assert done.next == End(Stage.PUBLISHED)
