from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from postwright.publishing.pace import backoff, crowded, next_poll

HOUR = timedelta(hours=1)


def test_the_first_look_comes_five_seconds_after_the_last_byte():
    assert next_poll(0, timedelta(0)) == timedelta(seconds=5)


def test_early_looks_stretch_by_half_up_to_a_minute():
    pauses = [next_poll(n, timedelta(minutes=1)) for n in range(8)]
    assert pauses[1] == timedelta(seconds=7.5)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("since", "pause"),
    [
        (HOUR - timedelta(seconds=1), timedelta(seconds=60)),
        (HOUR, timedelta(minutes=10)),
        (24 * HOUR - timedelta(seconds=1), timedelta(minutes=10)),
        (24 * HOUR, HOUR),
        (71 * HOUR, HOUR),
    ],
)
def test_later_looks_are_rarer(since: timedelta, pause: timedelta):
    assert next_poll(1_000, since) == pause


def test_trouble_doubles_the_pause_up_to_ten_minutes():
    assert [backoff(n).total_seconds() for n in range(5)] == [1, 2, 4, 8, 16]
    assert backoff(9) == timedelta(seconds=512)
    assert backoff(10) == timedelta(minutes=10)
    assert backoff(1_000_000) == timedelta(minutes=10)


@given(polls=some.integers(0, 10**6), since=some.timedeltas(timedelta(0), timedelta(days=30)))
def test_there_is_always_a_pause_and_never_a_long_one(polls: int, since: timedelta):
    assert timedelta(seconds=5) <= next_poll(polls, since) <= HOUR
    assert timedelta(seconds=1) <= backoff(polls) <= timedelta(minutes=10)


def test_too_many_requests_are_answered_with_a_minute_that_doubles_up_to_ten():
    minutes = [crowded(n).total_seconds() / 60 for n in range(1, 8)]
    assert minutes == [1, 2, 4, 8, 10, 10, 10]
