"""`decide` before anything was announced, and while it is: nothing can appear yet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postwright.platforms.answers import CreatorReady, Lost, Opened, Refusal, Refused
from postwright.platforms.content import Plan
from postwright.publishing.attempt import (
    Attempt,
    CheckCreator,
    End,
    Event,
    Init,
    NoSlot,
    NoToken,
    Restart,
    Send,
    Stage,
    Unfit,
    Wait,
    Woke,
)
from postwright.publishing.protocol import MAX_VOIDS, decide, next_attempt

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
READY = Attempt(plan=Plan(size_bytes=25, chunk_bytes=10, count=2))
CHECKED = replace(READY, checked_at=NOW - timedelta(minutes=1))
INTENT = replace(CHECKED, stage=Stage.INTENT)
LINK_LOST = [Refusal.TOKEN, Refusal.REVOKED, Refusal.SCOPE]


def test_a_new_attempt_asks_for_the_creator_first():
    decision = decide(READY, Woke(), NOW)
    assert decision.next == CheckCreator()
    assert decision.attempt == READY


def test_the_intent_is_durable_before_the_init():
    decision = decide(READY, CreatorReady(), NOW)
    assert decision.next == Init()
    assert decision.attempt.stage is Stage.INTENT
    assert decision.attempt.checked_at == NOW


def test_a_fresh_check_is_not_repeated_and_a_stale_one_is():
    assert decide(CHECKED, Woke(), NOW).next == Init()
    assert decide(CHECKED, Woke(), NOW + timedelta(minutes=5)).next == CheckCreator()


def test_what_does_not_fit_the_creator_fails_with_its_finding():
    decision = decide(READY, Unfit("duration", "It is 61 s long; 60 s are allowed."), NOW)
    assert decision.next == End(Stage.FAILED, "duration", "It is 61 s long; 60 s are allowed.")


@pytest.mark.parametrize("refusal", LINK_LOST)
@pytest.mark.parametrize("attempt", [READY, INTENT])
def test_a_lost_authorisation_holds_it_until_a_person_connects(attempt: Attempt, refusal: Refusal):
    for event in (Refused(refusal, "code", "why"), NoToken(refusal, "why")):
        decision = decide(attempt, event, NOW)
        assert decision.next == Wait(None, hold=refusal.value, detail="why")
        assert decision.attempt.stage is Stage.READY


@pytest.mark.parametrize("attempt", [READY, INTENT])
@pytest.mark.parametrize(
    ("event", "delay"),
    [
        (Refused(Refusal.RATE, "rate_limit_exceeded"), timedelta(seconds=60)),
        (Refused(Refusal.RATE, "x", retry_after=timedelta(seconds=9)), timedelta(seconds=9)),
        (Refused(Refusal.CAP, "spam_risk_too_many_posts"), timedelta(hours=1)),
        (NoSlot(timedelta(seconds=20)), timedelta(seconds=20)),
    ],
)
def test_a_limit_is_a_hold_and_never_a_failure(attempt: Attempt, event: Event, delay: timedelta):
    decision = decide(attempt, event, NOW)
    assert isinstance(decision.next, Wait)
    assert decision.next.delay == delay
    assert decision.next.hold in {"rate_limit", "daily_cap"}
    assert decision.attempt.stage is Stage.READY


@pytest.mark.parametrize("refusal", [Refusal.REQUEST, Refusal.ACCOUNT])
def test_a_refusal_for_good_fails_it_with_tiktoks_code(refusal: Refusal):
    decision = decide(INTENT, Refused(refusal, "privacy_mismatch", "Not offered."), NOW)
    assert decision.next == End(Stage.FAILED, "privacy_mismatch", "Not offered.")


def test_an_unreachable_tiktok_is_tried_again_ever_more_slowly():
    attempt, pauses = READY, list[float]()
    for _ in range(4):
        decision = decide(attempt, Lost(sent=True, why="silence"), NOW)
        assert isinstance(decision.next, Wait)
        assert decision.next.hold == "unreachable"
        assert decision.next.delay is not None
        pauses.append(decision.next.delay.total_seconds())
        attempt = decision.attempt
    assert pauses == [1, 2, 4, 8]
    assert decide(attempt, CreatorReady(), NOW).attempt.troubles == 0


@pytest.mark.parametrize(
    "event",
    [Lost(sent=True), Woke(), Refused(Refusal.FAULT, "internal_error")],
    ids=["answer lost", "nobody there any more", "5xx"],
)
def test_an_init_that_may_have_acted_is_void_because_no_byte_was_sent(event: Event):
    decision = decide(INTENT, event, NOW)
    assert isinstance(decision.next, Restart)
    assert decision.attempt.stage is Stage.VOID
    assert decision.attempt.voids == 1


def test_an_init_that_was_never_sent_is_only_tried_again():
    decision = decide(INTENT, Lost(sent=False), NOW)
    assert isinstance(decision.next, Wait)
    assert decision.attempt.stage is Stage.READY
    assert decision.attempt.voids == 0


def test_voids_end_at_their_limit():
    decision = decide(replace(INTENT, voids=MAX_VOIDS), Woke(), NOW)
    assert isinstance(decision.next, End)
    assert decision.next.reason == "no_upload_completed"


def test_the_publish_id_is_durable_before_the_first_byte():
    decision = decide(INTENT, Opened("p1", "https://up/1"), NOW)
    assert decision.next == Send(0)
    assert decision.attempt.stage is Stage.OPEN
    assert decision.attempt.publish_id == "p1"
    assert decision.attempt.upload_url == "https://up/1"
    assert decision.attempt.opened_at == NOW
    assert decision.attempt.last_byte_at is None


def test_a_file_of_one_range_notes_its_last_byte_with_its_publish_id():
    one = replace(INTENT, plan=Plan(size_bytes=9, chunk_bytes=9, count=1))
    assert decide(one, Opened("p1", "u"), NOW).attempt.last_byte_at == NOW


@pytest.mark.parametrize(
    ("attempt", "event"),
    [
        (READY, Woke()),
        (READY, CreatorReady()),
        (READY, Lost(sent=True)),
        (READY, NoToken(Refusal.TOKEN, "")),
        (CHECKED, Woke()),
        (INTENT, Woke()),
        (INTENT, Lost(sent=True)),
        (INTENT, Lost(sent=False)),
        (INTENT, Opened("p1", "u")),
        (INTENT, Refused(Refusal.RATE, "rate_limit_exceeded")),
    ],
)
def test_a_cancel_is_carried_out_at_the_next_decision(attempt: Attempt, event: Event):
    decision = decide(replace(attempt, cancel_requested=True), event, NOW)
    assert decision.next == End(Stage.CANCELLED)
    assert decision.attempt.stage is Stage.CANCELLED


def test_the_attempt_after_a_restart_has_the_content_and_the_counts_only():
    old = replace(
        INTENT, voids=3, retries=1, publish_id="p1", upload_url="u", opened_at=NOW, offset=10,
        last_byte_at=NOW, failed_at=NOW, address_dead=True, troubles=4, expects_id=True,
    )  # fmt: skip
    assert next_attempt(old) == Attempt(plan=old.plan, expects_id=True, voids=3, retries=1)


@pytest.mark.parametrize("stage", [Stage.VOID, Stage.FAILED, Stage.CANCELLED])
def test_an_attempt_that_is_over_stays_over(stage: Stage):
    over = replace(READY, stage=stage)
    assert decide(over, Woke(), NOW).next == End(stage)
    assert decide(over, Opened("p2", "u"), NOW).attempt == over


def test_a_secret_address_is_not_shown():
    assert "https://up/1" not in repr(decide(INTENT, Opened("p1", "https://up/1"), NOW))
