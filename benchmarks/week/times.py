"""Local times, worked out apart from the service: from a table, for one week of March 2027.

In the night to its fourth day, clocks in Europe go forward.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2027, 3, 25, tzinfo=UTC)
CHANGE = datetime(2027, 3, 28, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone: how far its clocks are ahead of UTC, before the change and after it."""

    name: str
    before: timedelta
    after: timedelta

    def moment(self, local: datetime) -> datetime:
        """When its clocks show this; not for the hour that they leave out."""
        early = local.replace(tzinfo=UTC) - self.before
        return early if early < CHANGE else local.replace(tzinfo=UTC) - self.after

    def shown(self, at: datetime) -> datetime:
        """What its clocks show then, without an offset."""
        ahead = self.before if at < CHANGE else self.after
        return (at + ahead).replace(tzinfo=None)


def shown(at: datetime) -> str:
    """A moment of the week for people: its day, and the time in UTC."""
    return f"day {day_of(at)} {at.astimezone(UTC):%H:%M}"


def clock_time(at: datetime) -> str:
    """The same to the second."""
    return f"{shown(at)}:{at:%S}"


def day_of(at: datetime) -> int:
    """The number of its day, from 1."""
    return (at - BEGIN).days + 1


def _zone(name: str, before_min: int, after_min: int | None = None) -> Zone:
    after = timedelta(minutes=before_min if after_min is None else after_min)
    return Zone(name, timedelta(minutes=before_min), after)


ZONES = (
    _zone("Europe/Berlin", 60, 120),
    _zone("America/New_York", -240),
    _zone("Asia/Tokyo", 540),
    _zone("Europe/Lisbon", 0, 60),
    _zone("Asia/Kolkata", 330),
)
