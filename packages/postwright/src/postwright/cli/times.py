"""Reads the times that people type: RFC 3339, local time, or from now on."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import click

from postwright.errors import BadInput
from postwright.kit import zones
from postwright.kit.zones import Ambiguous, Exact, Nonexistent, UnknownZone

F = TypeVar("F", bound=Callable[..., Any])
Fold = Literal["first", "second"]

_FROM_NOW = re.compile(r"\+(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_DAY = re.compile(r"(today|tomorrow)[ T]+(\d{1,2}:\d{2}(?::\d{2})?)", re.IGNORECASE)
_EXAMPLES = (
    'Examples: "2026-11-21 18:00", 2026-11-21T18:00+01:00, "tomorrow 09:00", +10m, +2h, +1d12h.'
)
_UTC = "UTC"


class BadTime(BadInput):
    """It is no time, or not clear which."""

    code = "bad_time"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, in UTC. `is_relative` says that it was counted from now, or that it is now."""

    at: datetime
    is_relative: bool
    timezone: str = _UTC


def time_options(default: str) -> Callable[[F], F]:
    """Add the options that say when to a command; `default` is what it does without them."""

    def add(function: F) -> F:
        for option in (
            click.option(
                "--fold",
                type=click.Choice(["first", "second"]),
                help="Of a local time that comes twice or never: the earlier or the later reading.",
            ),
            click.option(
                "--timezone",
                metavar="ZONE",
                help="Zone of a local time, like Europe/Berlin. Default: this machine's.",
            ),
            click.option(
                "--at",
                metavar="TIME",
                help=f'When: "2026-11-21 18:00", "tomorrow 09:00", RFC 3339, or +10m. {default}',
            ),
        ):
            function = option(function)
        return function

    return add


def chosen_time(
    at: str | None, timezone: str | None, fold: Fold | None, *, now: datetime
) -> Moment | None:
    """What the options of `time_options` say; None if no time was given.

    Raises:
        BadTime: it is no time, no zone, or not clear which time.
    """
    zone = None if timezone is None else read_zone(timezone)
    return None if at is None else read_time(at, now=now, zone=zone, fold=fold)


def read_zone(name: str) -> ZoneInfo:
    """The zone of this name.

    Raises:
        BadTime: there is none.
    """
    try:
        return zones.zone(name)
    except UnknownZone:
        known = {known.lower(): known for known in zones.names()}
        near = [known[found] for found in get_close_matches(name.lower(), known, n=3)]
        raise BadTime(
            f"{name!r} is no time zone.",
            why="Zones have the names of the IANA's list, such as Europe/Berlin.",
            fix=f"Did you mean {' or '.join(near)}?" if near else "Give one of these names.",
        ) from None


def read_time(
    text: str, *, now: datetime, zone: ZoneInfo | None = None, fold: Fold | None = None
) -> Moment:
    """Read a time.

    Args:
        text: RFC 3339; a local date and time; `today` or `tomorrow` and a time; `now`; or `+` and
            days, hours, minutes, seconds (`+1h30m`).
        now: what `+` counts from.
        zone: of times without an offset; None is this machine's.
        fold: which reading to take of a time that the local clock shows twice or never.

    Raises:
        BadTime: it is no time, or one that the local clock shows twice or never.
    """
    text = text.strip()
    timezone = _UTC if zone is None else zone.key
    if text.startswith("+") or text.lower() == "now":
        return Moment(_later(now, text), is_relative=True, timezone=timezone)
    dated = _dated(text, now, zone)
    try:
        moment = datetime.fromisoformat(dated)
    except ValueError:
        raise BadTime(f"{text!r} is not a time.", why=_EXAMPLES, fix="Give one of these.") from None
    if len(dated) <= len("2026-11-21"):
        raise BadTime(f"{text} has no time of day.", why=_EXAMPLES, fix="Add one, such as 18:00.")
    try:
        at = _local(moment, zone, fold) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        # The first and the last days of the calendar are not there in every zone.
        raise BadTime(
            f"{text} is out of reach.", why=_EXAMPLES, fix="Give a nearer time."
        ) from None
    return Moment(at, is_relative=False, timezone=timezone)


def _dated(text: str, now: datetime, zone: ZoneInfo | None) -> str:
    """The text with a date in place of `today` and `tomorrow`, of the days of that zone."""
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    days = 1 if found[1].lower() == "tomorrow" else 0
    return f"{now.astimezone(zone).date() + timedelta(days=days)} {found[2]:0>5}"


def _later(now: datetime, text: str) -> datetime:
    if text.lower() == "now":
        return now.astimezone(UTC)
    found = _FROM_NOW.fullmatch(text)
    if found is None or not any(found.groups()):
        raise BadTime(f"{text!r} is no length of time.", why=_EXAMPLES, fix="Give one of these.")
    try:
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return now.astimezone(UTC) + span
    except (OverflowError, ValueError):
        raise BadTime(f"{text} is too long.", why=_EXAMPLES, fix="Give less.") from None


def _local(moment: datetime, zone: ZoneInfo | None, fold: Fold | None) -> datetime:
    match zones.resolve(moment, zone):
        case Exact(at):
            return at
        case Ambiguous(first, second):
            what, why = "comes twice", "Clocks go back then."
        case Nonexistent(first, second):
            what, why = "does not exist", "Clocks go forward then and leave it out."
    if fold is not None:
        return first if fold == "first" else second
    readings = [at.astimezone(zone).isoformat() for at in (first, second)]
    raise BadTime(
        f"The local time {moment:%Y-%m-%d %H:%M} {what}.",
        why=why,
        fix=f"Say which one you mean: {readings[0]} or {readings[1]}, "
        "or --fold first or --fold second.",
    )
