"""Local times and time zones, from the zone data that is installed with this program.

The data of the machine is not asked: two machines that disagree on when clocks change would send
the same post at two times.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo


class UnknownZone(ValueError):
    """No time zone has this name."""


@dataclass(frozen=True, slots=True)
class Exact:
    """The local time comes once."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Nonexistent:
    """Clocks go forward over it. Read with the offset after that, it is `before`; else `after`."""

    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Clocks go back over it, so that it comes twice."""

    first: datetime
    second: datetime


Resolved = Exact | Nonexistent | Ambiguous


@cache
def names() -> frozenset[str]:
    """All names of the IANA's zones, old ones included."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of this name, such as `Europe/Berlin`.

    Raises:
        UnknownZone: there is none.
    """
    if name not in names():
        raise UnknownZone(name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def resolve(local: datetime, zone: ZoneInfo | None) -> Resolved:
    """Say when a local time is, in UTC.

    Args:
        local: a date and time of day, without an offset.
        zone: whose clocks show it; None: this machine's.

    Raises:
        OverflowError, ValueError: it is so near to the calendar's ends that it is in no UTC year.
    """
    shown = local.replace(tzinfo=None, fold=0)
    early, late = (_utc(shown, zone, fold) for fold in (0, 1))
    if early == late:
        return Exact(early)
    # Clocks that go back show the time twice, with the offset before that and the one after it.
    # Clocks that go forward never show it: with the offset before, it would be the later one.
    return Ambiguous(early, late) if early < late else Nonexistent(before=late, after=early)


def _utc(shown: datetime, zone: ZoneInfo | None, fold: int) -> datetime:
    if zone is None:
        return shown.replace(fold=fold).astimezone(UTC)
    offset = shown.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta(0)
    return (shown - offset).replace(tzinfo=UTC)
