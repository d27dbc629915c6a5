"""What holds of `decide` for every attempt, event and moment, likely or not."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from postwright.platforms.answers import (
    AddressDead,
    Cancelled,
    CreatorReady,
    Lost,
    NotCancellable,
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
from postwright.platforms.content import Mode, Plan, Source
from postwright.publishing.attempt import (
    Attempt,
    CheckCreator,
    Closed,
    End,
    Event,
    Init,
    NoSlot,
    NoToken,
    OnHold,
    Restart,
    Send,
    Served,
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
STATUSES = some.builds(
    Status,
    phase=some.sampled_from(Phase),
    received=NUMBERS,
    fail_reason=some.just("reason"),
    fail_is_passing=some.booleans(),
    fail_is_cancel=some.booleans(),
    post_ids=some.sampled_from([(), ("7",)]),
)
EVENTS: some.SearchStrategy[Event] = some.one_of(
    some.just(Woke()),
    some.just(CreatorReady()),
    some.just(Unfit("rule", "")),
    some.just(Opened("p2", "u2")),
    some.just(AddressDead("403")),
    some.just(RangeRejected("")),
    some.just(Closed()),
    some.just(Served()),
    some.just(Cancelled()),
    some.just(NotCancellable("publish_not_cancellable")),
    some.builds(OnHold, some.just("paused"), some.just(""), some.none() | some.just(timedelta(1))),
    some.just(NotKnown("")),
    some.builds(Lost, sent=some.booleans()),
    some.builds(Stored, complete=some.booleans(), received=NUMBERS),
    some.builds(OutOfStep, received=NUMBERS),
    some.builds(NoSlot, delay=some.just(timedelta(seconds=3))),
    some.builds(NoToken, refusal=REFUSALS, detail=some.just("")),
    some.builds(Refused, refusal=REFUSALS, code=some.just("code")),
    STATUSES,
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
    assert decision.attempt.stage is not Stage.VOID
    if decision.attempt.stage is Stage.CANCELLED:
        assert isinstance(event, Status)
        assert event.fail_is_cancel
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


def pulls(
    *stages: Stage, id_known: bool, fetched: bool, mode: Mode = Mode.DIRECT
) -> some.SearchStrategy[Attempt]:
    return some.builds(
        Attempt,
        plan=some.just(Plan(25, 0, 0)),
        source=some.just(Source.PULL),
        mode=some.just(mode),
        stage=some.sampled_from(stages),
        cancel_requested=some.booleans(),
        told=some.booleans(),
        checked_at=MOMENTS,
        announced_at=MOMENTS,
        publish_id=some.just("p1") if id_known else some.none(),
        opened_at=MOMENTS if id_known else some.none(),
        last_byte_at=MOMENTS if fetched else some.none(),
        failed_at=some.none() | MOMENTS,
        post_ids=some.sampled_from([(), ("3",)]),
        voids=some.integers(0, 50),
        retries=some.integers(0, 2),
        cancels=some.integers(0, 3),
    )


ANNOUNCED = pulls(Stage.INTENT, id_known=False, fetched=False)
FETCHED = pulls(Stage.TRACKING, Stage.SETTLING, id_known=True, fetched=True)
OUT_OF_SIGHT = pulls(Stage.TRACKING, id_known=False, fetched=True)
UNOPENED = pulls(Stage.OPEN, id_known=True, fetched=False)
DRAFTS = pulls(Stage.DELIVERED, Stage.PUBLISHED, id_known=True, fetched=True, mode=Mode.DRAFT)

FAILURES = some.builds(
    Status, phase=some.just(Phase.FAILED), fail_is_passing=some.booleans(), post_ids=some.just(())
)


@given(ANNOUNCED, EVENTS)
def test_a_pull_is_given_up_only_once_its_addresses_are_closed(a: Attempt, event: Event):
    decision = decide(a, event, NOW)
    assert not isinstance(decision.next, Init | Send)
    if isinstance(decision.next, Restart) or decision.attempt.stage is Stage.VOID:
        assert isinstance(event, Closed)


@given(ANNOUNCED | UNOPENED, EVENTS)
def test_what_is_opened_has_an_id_and_is_noted_as_possibly_out(a: Attempt, event: Event):
    after = decide(a, event, NOW).attempt
    if after.stage is Stage.TRACKING:
        assert after.last_byte_at is not None
        assert after.publish_id is not None or isinstance(event, Served)
        assert not a.cancel_requested or isinstance(event, Served)


@given(FETCHED, STATUSES | EVENTS)
def test_a_pull_ends_by_the_status_alone_whatever_is_said_to_a_cancel(a: Attempt, event: Event):
    decision = decide(a, event, NOW)
    assert not isinstance(decision.next, Init | CheckCreator | Send)
    if isinstance(decision.next, End | Restart):
        assert isinstance(event, Status)
    if decision.attempt.stage is Stage.CANCELLED:
        assert a.cancel_requested
        assert isinstance(event, Status)
        assert event.fail_is_cancel


@given(OUT_OF_SIGHT, EVENTS.filter(lambda event: not isinstance(event, Status)))
def test_what_was_fetched_without_an_id_is_never_begun_again(a: Attempt, event: Event):
    decision = decide(a, event, NOW)
    assert not isinstance(decision.next, Init | CheckCreator | Restart | End)


@given(DRAFTS, FAILURES | STATUSES)
def test_there_is_no_second_draft_and_no_id_is_forgotten(a: Attempt, event: Event):
    decision = decide(a, event, NOW)
    assert not isinstance(decision.next, Init | CheckCreator | Restart)
    assert decision.attempt.stage in {Stage.DELIVERED, Stage.PUBLISHED}
    assert set(a.post_ids) <= set(decision.attempt.post_ids)
