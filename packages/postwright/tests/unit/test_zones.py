"""When a local time is: over every zone, against a search that knows nothing of folds."""

import zoneinfo
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postwright.kit.zones import (
    Ambiguous,
    Exact,
    Nonexistent,
    UnknownZone,
    names,
    resolve,
    zone,
)

NAMES = sorted(names())
FIRST, LAST = datetime(1970, 1, 2), datetime(2100, 1, 1)  # noqa: DTZ001  # local times


def moments(local: datetime, where: ZoneInfo) -> list[datetime]:
    """Every moment at which clocks there show `local`, found by trying all offsets around it."""
    hours = [local.replace(tzinfo=UTC) + timedelta(hours=hour) for hour in range(-30, 31)]
    offsets = {hour.astimezone(where).utcoffset() or timedelta(0) for hour in hours}
    tried = [(local - offset).replace(tzinfo=UTC) for offset in offsets]
    return sorted(at for at in tried if shows(at, where) == local)


def shows(at: datetime, where: ZoneInfo) -> datetime:
    return at.astimezone(where).replace(tzinfo=None, fold=0)


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and a local time within hours of when its clocks change, if they do that year."""
    name = draw(st.sampled_from(NAMES))
    where = zone(name)
    day = datetime(draw(st.integers(1971, 2099)), 1, 1, tzinfo=UTC)
    weeks = [day + timedelta(days=7 * week) for week in range(54)]
    changes = [
        (early, late)
        for early, late in pairwise(weeks)
        if early.astimezone(where).utcoffset() != late.astimezone(where).utcoffset()
    ]
    if not changes:
        return name, draw(st.datetimes(FIRST, LAST))
    early, late = draw(st.sampled_from(changes))
    while late - early > timedelta(minutes=1):
        middle = early + (late - early) / 2
        if middle.astimezone(where).utcoffset() == early.astimezone(where).utcoffset():
            early = middle
        else:
            late = middle
    near = late.replace(second=0, microsecond=0) + timedelta(minutes=draw(st.integers(-180, 180)))
    return name, shows(near, where) + timedelta(minutes=draw(st.sampled_from([0, 30, 60])))


@settings(deadline=None)  # the first look at a zone reads its data
@given(near_a_change() | st.tuples(st.sampled_from(NAMES), st.datetimes(FIRST, LAST)))
def test_each_local_time_of_each_zone_comes_as_often_as_it_is_told(
    case: tuple[str, datetime],
) -> None:
    name, local = case
    where = zone(name)
    match resolve(local, where):
        case Exact(at):
            assert [at] == moments(local, where)
        case Ambiguous(first, second):
            assert [first, second] == moments(local, where)
        case Nonexistent(before, after):
            assert moments(local, where) == []
            assert shows(before, where) < local < shows(after, where)
            skipped = after - before
            assert shows(after, where) - local == skipped == local - shows(before, where)


@pytest.mark.parametrize(
    ("name", "local", "expected"),
    [
        ("Europe/Berlin", "2026-10-25 02:30", Ambiguous),
        ("Europe/Berlin", "2026-03-29 02:30", Nonexistent),
        ("Europe/Berlin", "2026-03-29 03:00", Exact),
        ("America/New_York", "2026-11-01 01:00", Ambiguous),
        ("America/New_York", "2026-11-01 02:00", Exact),
        ("Australia/Lord_Howe", "2026-04-05 01:45", Ambiguous),  # half an hour
        ("Australia/Lord_Howe", "2026-10-04 02:15", Nonexistent),
        ("Pacific/Apia", "2011-12-30 12:00", Nonexistent),  # a whole day was left out
        ("Asia/Kathmandu", "2026-06-01 12:00", Exact),
    ],
)
def test_clocks_that_change_make_times_that_come_twice_or_never(
    name: str, local: str, expected: type
) -> None:
    assert type(resolve(datetime.fromisoformat(local), zone(name))) is expected


def test_an_hour_that_comes_twice_is_told_in_utc() -> None:
    assert resolve(datetime.fromisoformat("2026-10-25 02:30"), zone("Europe/Berlin")) == Ambiguous(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    )


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "europe/berlin", "../zones", "/etc/passwd"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone(name)


def test_every_zone_that_is_named_can_be_read() -> None:
    assert len(NAMES) > 400
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert all(noon.astimezone(zone(name)).utcoffset() is not None for name in NAMES)


@pytest.fixture
def lying_machine(tmp_path: Path) -> Generator[None]:
    """A machine whose Berlin keeps Tokyo's time."""
    before = zoneinfo.TZPATH
    (tmp_path / "Europe").mkdir()
    tokyo = resources.files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo").read_bytes()
    (tmp_path / "Europe" / "Berlin").write_bytes(tokyo)
    zoneinfo.reset_tzpath(to=[tmp_path])
    zone.cache_clear()
    yield
    zoneinfo.reset_tzpath(to=before)


def test_the_zone_data_of_the_machine_is_not_asked(lying_machine: None) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert noon.astimezone(ZoneInfo.no_cache("Europe/Berlin")).hour == 21
    assert noon.astimezone(zone("Europe/Berlin")).hour == 14
