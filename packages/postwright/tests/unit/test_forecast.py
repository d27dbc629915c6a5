"""The forecast breaks no quota, keeps the order, and is what a plain simulation comes to."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from postwright.publishing.forecast import (
    COUNTS_FOR,
    DAY,
    RUNS_OUT,
    Forecast,
    Limits,
    Started,
    Waiting,
    Window,
    forecast,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DIRECT = "direct"


def limits(name: str, *, posts: int = 3, starts: int = 2, creators: int | None = None) -> Limits:
    windows = (
        Window(f"{name}/init", MINUTE, starts, "rate_limit"),
        Window(f"{name}/day", DAY, posts, "daily_cap"),
    )
    return Limits(windows, "app", creators)


def waiting(n: int, name: str, minutes: int = 0) -> Waiting:
    return Waiting(f"pub_{n:03}", name, DIRECT, NOW + minutes * MINUTE)


accounts = some.sampled_from("abcd")
queues = some.lists(some.tuples(accounts, some.integers(-60, 3000)), max_size=40).map(
    lambda found: [waiting(n, name, at) for n, (name, at) in enumerate(found)]
)
histories = some.lists(some.tuples(accounts, some.integers(1, 1500)), max_size=12).map(
    lambda found: [Started(name, DIRECT, NOW - ago * MINUTE) for name, ago in found]
)
rules = some.fixed_dictionaries(
    {
        "posts": some.integers(1, 4),
        "starts": some.integers(1, 3),
        "creators": some.none() | some.integers(1, 3),
    }
)


def known(rule: dict[str, int | None]) -> dict[tuple[str, str], Limits]:
    return {
        (name, DIRECT): limits(
            name,
            posts=rule["posts"] or 1,
            starts=rule["starts"] or 1,
            creators=rule["creators"],
        )
        for name in "abcd"
    }


def starts(found: Sequence[Forecast], queue: Sequence[Waiting]) -> dict[str, list[datetime]]:
    account = {one.publication_id: one.connection_id for one in queue}
    by_account = defaultdict[str, list[datetime]](list)
    for one in found:
        assert one.starts_at is not None
        by_account[account[one.publication_id]].append(one.starts_at)
    return by_account


def crowded(at: list[datetime], span: timedelta) -> int:
    """The most that any span holds."""
    return max((sum(start - span < other <= start for other in at) for start in at), default=0)


@given(queues, rules)
@settings(max_examples=150, deadline=None)
def test_no_window_ever_holds_more_than_it_may(
    queue: list[Waiting], rule: dict[str, int | None]
) -> None:
    found = forecast(NOW, queue, [], known(rule), {})
    by_account = starts(found, queue)
    for at in by_account.values():
        assert crowded(at, DAY) <= (rule["posts"] or 1)
        assert crowded(at, MINUTE) <= (rule["starts"] or 1)
    if rule["creators"] is not None:
        for start in (at for every in by_account.values() for at in every):
            active = {
                name
                for name, every in by_account.items()
                if any(start - DAY < at <= start for at in every)
            }
            assert len(active) <= rule["creators"]


@given(queues, histories, rules)
@settings(max_examples=150, deadline=None)
def test_what_was_started_before_counts_and_nothing_is_added_to_a_full_window(
    queue: list[Waiting], history: list[Started], rule: dict[str, int | None]
) -> None:
    found = forecast(NOW, queue, history, known(rule), {})
    by_account = starts(found, queue)
    for name, at in by_account.items():
        before = [start.at for start in history if start.connection_id == name]
        for start in at:
            day = [other for other in (*before, *at) if start - DAY < other <= start]
            assert len(day) <= max(rule["posts"] or 1, 1)


@given(queues, histories, rules)
@settings(max_examples=150, deadline=None)
def test_an_account_keeps_its_order_and_nothing_starts_early(
    queue: list[Waiting], history: list[Started], rule: dict[str, int | None]
) -> None:
    found = {one.publication_id: one for one in forecast(NOW, queue, history, known(rule), {})}
    assert found.keys() == {one.publication_id for one in queue}
    for name in "abcd":
        own = [one for one in queue if one.connection_id == name]
        own.sort(key=lambda one: (one.wants_at, one.publication_id))
        at = [found[one.publication_id].starts_at or NOW for one in own]
        assert at == sorted(at)
        assert all(start >= max(NOW, one.wants_at) for start, one in zip(at, own, strict=True))


def simulated(
    queue: list[Waiting], history: list[Started], rule: dict[str, int | None]
) -> dict[str, datetime]:
    """Minute by minute, each account starts the first that is due, if no quota forbids it."""
    line = sorted(queue, key=lambda one: (one.wants_at, one.publication_id))
    went = [(start.connection_id, start.at) for start in history]
    done = dict[str, datetime]()
    now = NOW
    while line:
        stopped = set[str]()
        for one in list(line):
            name = one.connection_id
            if one.wants_at > now or name in stopped:
                continue
            own = [at for other, at in went if other == name]
            day = sum(now - DAY < at for at in own)
            active = {other for other, at in went if now - COUNTS_FOR < at}
            sure = any(now - DAY + RUNS_OUT < at for at in own)
            full = rule["creators"] is not None and len(active - {name}) >= rule["creators"]
            if (
                day >= (rule["posts"] or 1)
                or sum(now - MINUTE < at for at in own) >= (rule["starts"] or 1)
                or (full and not sure)
            ):
                stopped.add(name)
                continue
            went.append((name, now))
            done[one.publication_id] = now
            line.remove(one)
        now += MINUTE
    return done


@given(
    some.lists(some.tuples(accounts, some.integers(-60, 300)), max_size=14).map(
        lambda found: [waiting(n, name, at) for n, (name, at) in enumerate(found)]
    ),
    histories,
    rules,
)
@settings(max_examples=40, deadline=None)
def test_a_simulation_minute_by_minute_comes_to_the_same(
    queue: list[Waiting], history: list[Started], rule: dict[str, int | None]
) -> None:
    found = forecast(NOW, queue, history, known(rule), {})
    assert {one.publication_id: one.starts_at for one in found} == simulated(queue, history, rule)


def test_what_goes_out_on_time_has_no_reason() -> None:
    (one,) = forecast(NOW, [waiting(1, "a", 30)], [], {("a", DIRECT): limits("a")}, {})
    assert one == Forecast("pub_001", NOW + 30 * MINUTE)


def test_the_reason_is_that_of_the_quota_that_decides() -> None:
    queue = [waiting(n, "a") for n in range(4)]
    found = forecast(NOW, queue, [], {("a", DIRECT): limits("a", posts=3, starts=2)}, {})
    assert [one.reason for one in found] == ["", "", "rate_limit", "daily_cap"]
    assert [one.starts_at for one in found] == [NOW, NOW, NOW + MINUTE, NOW + DAY]
    assert found[3].says == "3 in 24 hours"


def test_what_follows_one_that_is_held_is_held_for_the_same_reason() -> None:
    history = [Started("a", DIRECT, NOW - 23 * HOUR), Started("a", DIRECT, NOW - 23 * HOUR)]
    queue = [waiting(1, "a"), waiting(2, "a", 1)]
    found = forecast(NOW, queue, history, {("a", DIRECT): limits("a", posts=2)}, {})
    assert [one.reason for one in found] == ["daily_cap", "daily_cap"]
    assert {one.starts_at for one in found} == {NOW + HOUR}


def test_what_is_paused_or_needs_a_person_has_no_time() -> None:
    held = Waiting("pub_002", "b", DIRECT, NOW, hold="reconnect")
    found = forecast(NOW, [waiting(1, "a"), held], [], {}, {"a": "a holiday"})
    assert [(one.starts_at, one.reason) for one in found] == [
        (None, "paused"),
        (None, "reconnect"),
    ]
    assert "a holiday" in found[0].says


def test_after_a_no_the_time_is_unknown_unless_our_own_starts_tell_it() -> None:
    shut = limits("a", posts=2)
    shut = Limits(shut.windows, shut_until=NOW + HOUR, shut_reason="daily_cap")
    (one,) = forecast(NOW, [waiting(1, "a")], [], {("a", DIRECT): shut}, {})
    assert one.starts_at is None
    assert one.says == "unknown; the network is asked next at 2026-11-21 13:00 UTC"
    history = [Started("a", DIRECT, NOW - 20 * HOUR), Started("a", DIRECT, NOW - HOUR)]
    (one,) = forecast(NOW, [waiting(1, "a")], history, {("a", DIRECT): shut}, {})
    assert one.starts_at == NOW + 4 * HOUR


def test_ten_thousand_are_forecast_in_one_go() -> None:
    queue = [waiting(n, f"acc{n % 500}", n % 700) for n in range(10_000)]
    known = {(f"acc{n}", DIRECT): limits(f"acc{n}", posts=15, starts=6) for n in range(500)}
    assert len(forecast(NOW, queue, [], known, {})) == 10_000
