"""What holds of `decide` for every attempt, event and moment, likely or not."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from postwright.platforms.answers import (
    AddressDead,
    CreatorReady,
    Lost,
    NotKnown,
    Opened,
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
from postwright.publishing.protocol import decide

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


NUMBERS = some.none() | some.integers(0, 40)
MOMENTS = some.builds(_ago, some.integers(0, 5_000))
REFUSALS = some.sampled_from(Refusal)
EVENTS: some.SearchStrategy[Event] = some.one_of(
    some.just(Woke()),
    some.just(CreatorReady()),
    some.just(Unfit("rule", "")),
    some.just(Opened("p2", "u2")),
    some.just(AddressDead("403")),
    some.just(RangeRejected("")),
    some.just(NotKnown("")),
    some.builds(Lost, sent=some.booleans()),
    some.builds(Stored, complete=some.booleans(), received=NUMBERS),
    some.builds(OutOfStep, received=NUMBERS),
    some.builds(NoSlot, delay=some.just(timedelta(seconds=3))),
    some.builds(NoToken, refusal=REFUSALS, detail=some.just("")),
    some.builds(Refused, refusal=REFUSALS, code=some.just("code")),
    some.builds(
        Status,
        phase=some.sampled_from(Phase),
        received=NUMBERS,
        fail_reason=some.just("reason"),
        fail_is_passing=some.booleans(),
        post_ids=some.sampled_from([(), ("7",)]),
    ),
)
PLANS = some.sampled_from([Plan(9, 9, 1), Plan(25, 10, 2), Plan(35, 10, 3)])


def attempts(stages: list[Stage], *, sent: bool) -> some.SearchStrategy[Attempt]:
    return some.builds(
        Attempt,
        plan=PLANS,
        stage=some.sampled_from(stages),
        expects_id=some.booleans(),
        cancel_requested=some.booleans(),
        publish_id=some.just("p1"),
        upload_url=some.just("u1"),
        opened_at=MOMENTS,
        offset=some.sampled_from([0, 10, 20]),
        last_byte_at=MOMENTS if sent else some.none(),
        address_dead=some.booleans(),
        failed_at=some.none() | MOMENTS,
        troubles=some.integers(0, 3),
        rejections=some.integers(0, 5),
        voids=some.integers(0, 50),
        retries=some.integers(0, 2),
    ).filter(lambda made: made.offset <= made.plan.last_start)  # no range begins after the last


SENT = attempts([Stage.OPEN, Stage.TRACKING, Stage.SETTLING], sent=True)
UPLOADING = attempts([Stage.OPEN], sent=False)


@given(SENT, EVENTS)
def test_after_the_last_byte_only_tiktoks_word_ends_or_restarts_it(a: Attempt, event: Event):
    decision = decide(a, event, NOW)
    assert not isinstance(decision.next, Init | CheckCreator)
    assert decision.attempt.stage not in {Stage.VOID, Stage.CANCELLED}
    if isinstance(decision.next, End | Restart):
        assert isinstance(event, Status)
        assert event.phase in {Phase.COMPLETE, Phase.INBOX, Phase.FAILED}
    if isinstance(decision.next, Restart):
        assert a.failed_at is not None


@given(SENT, EVENTS)
def test_the_note_of_the_last_byte_is_never_taken_back(a: Attempt, event: Event):
    after = decide(a, event, NOW).attempt
    assert after.last_byte_at == a.last_byte_at
    assert after.publish_id == "p1"


@given(UPLOADING, EVENTS)
def test_no_last_range_goes_out_without_its_note(a: Attempt, event: Event):
    decision = decide(a, event, NOW)
    if isinstance(decision.next, Send) and a.plan.is_last(decision.next.offset):
        assert decision.attempt.last_byte_at is not None
        assert not a.cancel_requested


@given(UPLOADING, EVENTS)
def test_nothing_is_tracked_before_its_last_byte_unless_tiktok_has_it(a: Attempt, event: Event):
    after = decide(a, event, NOW).attempt
    if after.stage in {Stage.TRACKING, Stage.SETTLING}:
        assert after.last_byte_at is not None
        assert isinstance(event, Stored)
        assert event.complete


@given(SENT | UPLOADING, EVENTS)
def test_only_complete_is_published(a: Attempt, event: Event):
    decision = decide(a, event, NOW)
    if decision.attempt.stage is Stage.PUBLISHED:
        assert isinstance(event, Status)
        assert event.phase is Phase.COMPLETE


@given(SENT | UPLOADING, EVENTS)
def test_what_waits_for_ever_waits_for_a_person(a: Attempt, event: Event):
    following = decide(a, event, NOW).next
    if isinstance(following, Wait) and following.delay is None:
        assert following.unconfirmed or following.hold
    if isinstance(following, Wait) and following.delay is not None:
        assert following.delay > timedelta(0)


@given(SENT | UPLOADING | attempts([Stage.READY, Stage.INTENT], sent=False), EVENTS)
def test_what_is_sent_lies_within_the_file(a: Attempt, event: Event):
    following = decide(a, event, NOW).next
    if isinstance(following, Send):
        assert 0 <= following.offset < a.plan.size_bytes
