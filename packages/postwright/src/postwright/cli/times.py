"""Reads the times that people type: RFC 3339, local time, or from now on."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from postwright.errors import BadInput

_FROM_NOW = re.compile(r"\+(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_EXAMPLES = 'Examples: "2026-11-21 18:00", 2026-11-21T18:00+01:00, +10m, +2h, +1d12h.'


class BadTime(BadInput):
    """It is no time, or not clear which."""

    code = "bad_time"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, in UTC. `is_relative` says that it was counted from now."""

    at: datetime
    is_relative: bool


def read_time(text: str, *, now: datetime, zone: tzinfo | None = None) -> Moment:
    """Read a time.

    Args:
        text: RFC 3339; a local date and time; or `+` and days, hours, minutes, seconds (`+1h30m`).
        now: what `+` counts from.
        zone: of times without an offset; None is this machine's.

    Raises:
        BadTime: it is no time, or one that the local clock shows twice or never.
    """
    text = text.strip()
    if text.startswith("+"):
        return Moment(_later(now, text), is_relative=True)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadTime(f"{text!r} is not a time.", why=_EXAMPLES, fix="Give one of these.") from None
    if len(text) <= len("2026-11-21"):
        raise BadTime(f"{text} has no time of day.", why=_EXAMPLES, fix="Add one, such as 18:00.")
    try:
        at = _local(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        # The first and the last days of the calendar are not there in every zone.
        raise BadTime(
            f"{text} is out of reach.", why=_EXAMPLES, fix="Give a nearer time."
        ) from None
    return Moment(at, is_relative=False)


def _later(now: datetime, text: str) -> datetime:
    found = _FROM_NOW.fullmatch(text)
    if found is None or not any(found.groups()):
        raise BadTime(f"{text!r} is no length of time.", why=_EXAMPLES, fix="Give one of these.")
    try:
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return now.astimezone(UTC) + span
    except (OverflowError, ValueError):
        raise BadTime(f"{text} is too long.", why=_EXAMPLES, fix="Give less.") from None


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    first, second = (
        (moment if zone is None else moment.replace(tzinfo=zone)).replace(fold=fold).astimezone(UTC)
        for fold in (0, 1)
    )
    if first == second:
        return first
    # When clocks go back, the first reading is the earlier one; when they go forward, the later.
    readings = [f"{at.astimezone(zone).isoformat()}" for at in sorted((first, second))]
    if first < second:
        what, why = "comes twice", "Clocks go back then."
    else:
        what, why = "does not exist", "Clocks go forward then and leave it out."
    raise BadTime(
        f"The local time {moment:%Y-%m-%d %H:%M} {what}.",
        why=why,
        fix=f"Say which one you mean: {readings[0]} or {readings[1]}",
    )
