"""Times as people type them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from postwright.cli.times import BadTime, Fold, chosen_time, read_time

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T18:00:00Z", datetime(2026, 11, 21, 18, tzinfo=UTC)),
        ("2026-11-21T18:00+01:00", datetime(2026, 11, 21, 17, tzinfo=UTC)),
        ("2026-11-21 18:00", datetime(2026, 11, 21, 17, tzinfo=UTC)),
        ("2026-07-21 18:00:30", datetime(2026, 7, 21, 16, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_the_zone_it_names_or_in_the_local_one(
    text: str, expected: datetime
) -> None:
    moment = read_time(text, now=NOW, zone=BERLIN)
    assert (moment.at, moment.is_relative) == (expected, False)
    assert moment.at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+10m", timedelta(minutes=10)),
        ("+2h", timedelta(hours=2)),
        ("+4s", timedelta(seconds=4)),
        ("+1d12h", timedelta(days=1, hours=12)),
        ("+1h30m", timedelta(hours=1, minutes=30)),
    ],
)
def test_a_plus_counts_from_now(text: str, expected: timedelta) -> None:
    moment = read_time(text, now=NOW, zone=BERLIN)
    assert (moment.at - NOW, moment.is_relative) == (expected, True)


def test_a_local_time_that_comes_twice_is_asked_back_with_both_readings() -> None:
    with pytest.raises(BadTime) as asked:
        read_time("2026-10-25 02:30", now=NOW, zone=BERLIN)
    assert "comes twice" in asked.value.what
    assert "2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00" in asked.value.fix


def test_a_local_time_that_does_not_exist_is_asked_back_with_both_readings() -> None:
    with pytest.raises(BadTime) as asked:
        read_time("2026-03-29 02:30", now=NOW, zone=BERLIN)
    assert "does not exist" in asked.value.what
    assert "2026-03-29T01:30:00+01:00 or 2026-03-29T03:30:00+02:00" in asked.value.fix


def test_either_reading_is_then_accepted() -> None:
    early = read_time("2026-10-25T02:30:00+02:00", now=NOW, zone=BERLIN).at
    late = read_time("2026-10-25T02:30:00+01:00", now=NOW, zone=BERLIN).at
    assert late - early == timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "fold", "expected"),
    [
        ("2026-10-25 02:30", "first", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30", "second", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-03-29 02:30", "first", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("2026-03-29 02:30", "second", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-26 02:30", "second", datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_fold_says_which_reading_is_meant(text: str, fold: Fold, expected: datetime) -> None:
    assert read_time(text, now=NOW, zone=BERLIN, fold=fold).at == expected


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("tomorrow 09:00", "Europe/Berlin", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("Today 9:30", "Europe/Berlin", datetime(2026, 11, 21, 8, 30, tzinfo=UTC)),
        # There it is tomorrow already, and the day after that.
        ("today 09:00", "Pacific/Kiritimati", datetime(2026, 11, 21, 19, tzinfo=UTC)),
        ("tomorrow 09:00", "Pacific/Kiritimati", datetime(2026, 11, 22, 19, tzinfo=UTC)),
    ],
)
def test_a_day_by_its_name_is_a_day_of_the_zone(text: str, zone: str, expected: datetime) -> None:
    moment = chosen_time(text, zone, None, now=NOW)
    assert moment is not None
    assert (moment.at, moment.timezone) == (expected, zone)


def test_now_is_now_and_nothing_is_nothing() -> None:
    moment = chosen_time("now", None, None, now=NOW)
    assert moment is not None
    assert (moment.at, moment.is_relative) == (NOW, True)
    assert chosen_time(None, None, None, now=NOW) is None


def test_a_mistyped_zone_is_told_with_what_was_meant() -> None:
    with pytest.raises(BadTime) as refused:
        chosen_time(None, "europe/berlin", None, now=NOW)
    assert "Europe/Berlin" in refused.value.fix
    with pytest.raises(BadTime, match="no time zone"):
        chosen_time("now", "Mars", None, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "+", "+10", "+m", "10m", "2026-11-21", "18:00", "+1.5h"),
        *("tomorrow", "tomorrow 25:00", "yesterday 09:00", "tomorrow 9"),
        *("+9999999999d", "+9999999d", f"+{'9' * 5000}d", "0001-01-01T00:00+10:00"),
    ],
)
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(BadTime) as refused:
        read_time(text, now=NOW, zone=BERLIN)
    assert "+10m" in refused.value.why


def test_without_a_zone_the_clock_of_this_machine_counts() -> None:
    local = datetime(2026, 6, 1, 12).astimezone()  # local time is what is tested
    assert read_time("2026-06-01 12:00", now=NOW).at == local
