"""When what waits will start, as far as quotas decide it. Pure: no clock, no rows, no network.

Every quota here is a rolling window: of any `span`, at most `most` starts. What waits is started
one by one, always the one that can be first; so it is enough to look back from each start.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

DAY = timedelta(hours=24)
# The network counts from when it has heard of something, which is a moment after it was sent.
COUNTS_FOR = DAY + timedelta(minutes=1)
# An account that counts when it is asked about may count no more when it posts, so long after.
RUNS_OUT = timedelta(minutes=6)
ON_TIME = ""
USERS = "active_users"


@dataclass(frozen=True, slots=True)
class Window:
    """Of any `span`, at most `most` starts with the same key. `reason` is that of the hold."""

    key: str
    span: timedelta
    most: int
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for one connection and one kind of start.

    Attributes:
        windows: all of them hold.
        app_id: the app through which it goes.
        creators: how many connections of that app may start anything in 24 hours; None: any number.
        shut_until: the network has said no; when it is asked again.
        shut_reason: with which reason.
    """

    windows: tuple[Window, ...] = ()
    app_id: str = ""
    creators: int | None = None
    shut_until: datetime | None = None
    shut_reason: str = ""


_NOTHING = Limits()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A publication that is to start at `wants_at` and falls under the limits called `under`.

    `hold` is why only a person can bring it on, if that is so.
    """

    publication_id: str
    connection_id: str
    under: str
    wants_at: datetime
    hold: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """Something that was started, under the same limits."""

    connection_id: str
    under: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a publication starts; None if that can not be known.

    `reason` is empty if it starts when it is to, or else that of the hold that decides. `says` is a
    sentence about it, empty if there is nothing to say.
    """

    publication_id: str
    starts_at: datetime | None
    reason: str = ON_TIME
    says: str = ""


@dataclass(slots=True)
class _Past:
    """What has started so far: per window the last starts, per app when each connection did."""

    windows: dict[str, deque[datetime]] = field(
        default_factory=lambda: defaultdict[str, deque[datetime]](deque)
    )
    apps: dict[str, dict[str, datetime]] = field(
        default_factory=lambda: defaultdict[str, dict[str, datetime]](dict)
    )

    def add(self, connection_id: str, limits: Limits, at: datetime) -> None:
        for window in limits.windows:
            starts = self.windows[window.key]
            starts.append(at)
            while len(starts) > window.most:
                starts.popleft()
        if limits.creators is not None:
            self.apps[limits.app_id][connection_id] = at

    def earliest(self, connection_id: str, limits: Limits, at: datetime) -> tuple[datetime, str]:
        """The first time from `at` on at which it may start, and what decides that."""
        reason = ON_TIME
        for window in limits.windows:
            starts = self.windows[window.key]
            if len(starts) >= window.most and starts[-window.most] + window.span > at:
                at, reason = starts[-window.most] + window.span, window.reason
        if limits.creators is not None:
            free_at = self._place(connection_id, limits.app_id, limits.creators, at)
            if free_at > at:
                at, reason = free_at, USERS
        return at, reason

    def _place(self, connection_id: str, app_id: str, most: int, at: datetime) -> datetime:
        active = self.apps[app_id]
        own = active.get(connection_id)
        if own is not None and own + DAY - RUNS_OUT > at:
            return at
        others = sorted((last for other, last in active.items() if other != connection_id))
        return at if len(others) < most else max(at, others[-most] + COUNTS_FOR)


def forecast(
    now: datetime,
    queue: Iterable[Waiting],
    history: Iterable[Started],
    limits: Mapping[tuple[str, str], Limits],
    pauses: Mapping[str, str],
) -> list[Forecast]:
    """Say when each publication starts.

    Args:
        now: nothing starts earlier.
        queue: what waits, in any order.
        history: what was started, at least in the longest window before now.
        limits: what holds, by connection and by what the publication falls under; none: nothing.
        pauses: why nothing of a connection is started, by connection.

    Returns:
        One for each of the queue, those that start first; then those of which it can not be known,
        in the order in which they are wanted. Of one connection and one kind, none starts before
        one that was to start earlier, and no window ever holds more than it may.
    """
    past = _Past()
    for start in sorted(history, key=lambda start: start.at):
        known = limits.get((start.connection_id, start.under))
        if known is not None:
            past.add(start.connection_id, known, start.at)
    lines = defaultdict[tuple[str, str], deque[Waiting]](deque)
    unknown = list[Forecast]()
    for waiting in sorted(queue, key=lambda one: (one.wants_at, one.publication_id)):
        line = (waiting.connection_id, waiting.under)
        if (why := _not_to_know(waiting, limits.get(line), past, now, pauses)) is not None:
            unknown.append(why)
        else:
            lines[line].append(waiting)
    return [*_run(now, lines, limits, past), *unknown]


def _not_to_know(
    waiting: Waiting,
    limits: Limits | None,
    past: _Past,
    now: datetime,
    pauses: Mapping[str, str],
) -> Forecast | None:
    id_ = waiting.publication_id
    if waiting.connection_id in pauses:
        return Forecast(id_, None, "paused", f"paused: {pauses[waiting.connection_id]}")
    if waiting.hold:
        return Forecast(id_, None, waiting.hold, "a person has to bring it on")
    if limits is None:
        return None
    closed = next((window for window in limits.windows if window.most < 1), None)
    if closed is not None:
        return Forecast(id_, None, closed.reason, "none may start at all")
    if limits.shut_until is None:
        return None
    # If as many of ours have started as the network ever took, the oldest one says when.
    if past.earliest(waiting.connection_id, limits, now)[1] == limits.shut_reason:
        return None
    look = max(now, limits.shut_until)
    return Forecast(
        id_, None, limits.shut_reason, f"unknown; the network is asked next at {_told(look)}"
    )


def _run(
    now: datetime,
    lines: Mapping[tuple[str, str], deque[Waiting]],
    limits: Mapping[tuple[str, str], Limits],
    past: _Past,
) -> list[Forecast]:
    """Start the heads of all lines, always the one that can be first."""
    held_by = dict[tuple[str, str], str]()
    started = list[Forecast]()
    heap = [_turn(key, line[0], now) for key, line in lines.items()]
    heapq.heapify(heap)
    while heap:
        at, wants_at, publication_id, key = heapq.heappop(heap)
        known = limits.get(key, _NOTHING)
        possible, _ = past.earliest(key[0], known, at)
        if possible > at:
            heapq.heappush(heap, (possible, wants_at, publication_id, key))
            continue
        lines[key].popleft()
        reason = ON_TIME
        if at > max(now, wants_at):
            # Nothing else was in its way, and it follows one that was held: for the same reason.
            reason = past.earliest(key[0], known, max(now, wants_at))[1] or held_by.get(key, "")
        held_by[key] = reason
        started.append(Forecast(publication_id, at, reason, _says(reason, known)))
        past.add(key[0], known, at)
        if lines[key]:
            heapq.heappush(heap, _turn(key, lines[key][0], at))
    return started


def _turn(
    key: tuple[str, str], head: Waiting, at: datetime
) -> tuple[datetime, datetime, str, tuple[str, str]]:
    return max(at, head.wants_at), head.wants_at, head.publication_id, key


def _says(reason: str, limits: Limits) -> str:
    if not reason:
        return ""
    for window in limits.windows:
        if window.reason == reason:
            return f"{window.most} in {_span(window.span)}"
    return f"{limits.creators} accounts in 24 hours, as the app was not audited"


def _span(span: timedelta) -> str:
    return "24 hours" if DAY <= span <= COUNTS_FOR else f"{span.total_seconds():.0f} s"


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
