"""`decide` for what a person has to finish: delivered, and published when they have."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from postwright.platforms.answers import Lost, Phase, Status
from postwright.platforms.content import Mode, Plan
from postwright.publishing.attempt import AskStatus, Attempt, Decision, End, Stage, Wait, Woke
from postwright.publishing.protocol import POLL_UNTIL, decide
from postwright.publishing.states import State, state_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SENT = Attempt(
    plan=Plan(size_bytes=25, chunk_bytes=10, count=2),
    mode=Mode.DRAFT,
    stage=Stage.TRACKING,
    publish_id="p1",
    opened_at=NOW,
    last_byte_at=NOW,
    offset=25,
)
DELIVERED = replace(SENT, stage=Stage.DELIVERED)
FINISHED = Status(Phase.COMPLETE, post_ids=("7525",))


def test_in_the_inbox_it_is_delivered_and_looked_at_again():
    decision = decide(SENT, Status(Phase.INBOX), NOW)
    assert decision.attempt.stage is Stage.DELIVERED
    assert state_of(decision) is State.DELIVERED
    assert isinstance(decision.next, Wait)
    assert decision.next.delay == timedelta(minutes=10)


def test_what_a_person_has_finished_is_published():
    decision = decide(DELIVERED, FINISHED, NOW)
    assert decision.attempt.stage is Stage.PUBLISHED
    assert decision.attempt.post_ids == ("7525",)
    assert state_of(decision) is State.PUBLISHED


def test_a_draft_may_give_several_posts_and_none_is_forgotten():
    first = decide(DELIVERED, FINISHED, NOW).attempt
    assert decide(first, Woke(), NOW).next == AskStatus()
    second = decide(first, Status(Phase.COMPLETE, post_ids=("7526",)), NOW)
    assert second.attempt.post_ids == ("7525", "7526")
    third = decide(second.attempt, Status(Phase.COMPLETE, post_ids=("7526", "7525")), NOW)
    assert third.attempt.post_ids == ("7525", "7526")


def test_after_three_days_nobody_looks_any_more():
    for attempt, event, stage in (
        (DELIVERED, Status(Phase.INBOX), Stage.DELIVERED),
        (replace(DELIVERED, stage=Stage.PUBLISHED), FINISHED, Stage.PUBLISHED),
    ):
        decision = decide(attempt, event, NOW + POLL_UNTIL)
        assert decision.next == End(stage)


def test_a_draft_that_fails_in_the_inbox_was_delivered_all_the_same():
    failed = Status(Phase.FAILED, fail_reason="internal", fail_is_passing=True)
    assert decide(DELIVERED, failed, NOW) == Decision(DELIVERED, End(Stage.DELIVERED, "internal"))


def test_an_answer_that_is_lost_changes_nothing():
    decision = decide(DELIVERED, Lost(sent=True), NOW)
    assert decision.attempt.stage is Stage.DELIVERED
    assert isinstance(decision.next, Wait)
