# Generated from _async/slots.py by tools/unasync.py. Edit that file.
"""Stay below TikTok's rate limits: what a limiter is, and one for a single process."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from tiktok_client._blocking import Event, Lock

from tiktok_client._operations.pace import SLOTS, Lane, read_wait_s
from tiktok_client._operations.wire import Request, Response
from tiktok_client._blocking import to_the_end, wait_for
from tiktok_client.errors import TransportError
from tiktok_client.limits import RATE_WINDOW

from .transport import Transport

__all__ = ["Limiter", "SlotLimiter", "paced"]

T = TypeVar("T")


class Limiter(Protocol):
    """Decides when a request may go. `SlotLimiter` is one, for a single process.

    `user` is what the client was made with; `operation` is the name that errors and `CallRecord`
    have too, such as `video.init` or `photo.init`. PUTs and OAuth have no limit, so they are not
    asked about.
    """

    def enter(self, user: str, operation: str, /) -> None:
        """Return when one request may be made. An error from here is the caller's: none is made."""
        ...

    def leave(self, user: str, operation: str, /, *, sent: bool, wait_s: float | None) -> None:
        """Hear that it ended. Called once for each `enter` that returned, cancelled or not.

        `sent` is False if nothing left this machine. `wait_s` is what `Retry-After` or
        `X-RateLimit-*` told to wait, if they came.
        """
        ...


class SlotLimiter:
    """Keeps one process below TikTok's limits for each user, such as 6 inits a minute.

    6 inits of each kind (video, inbox video, photos), 20 creator infos, 30 statuses and 600 of each
    read of Display. Nobody knows the limit of cancel, so it is not held back.

    Exact slots of a sliding window: a slot is free again `window` after its request ended. Those
    who must wait go in order, no longer than needed. When TikTok says how long to wait, nobody of
    this user goes before. One limiter may serve any number of clients, of any number of users; it
    forgets those it has not seen for a window. `slots` maps operations to their number; one that
    is not in it is not limited.

    Other processes are not seen: a 429 can still come. `clock` counts seconds and `wait` waits for
    an event or so many seconds; both are there for tests.

    Source: tiktok-api-v2-rate-limit, 2026-08-04; content-posting-api-reference-* 2026-09-11.
    """

    def __init__(
        self,
        *,
        slots: Mapping[str, int] = SLOTS,
        window: timedelta = RATE_WINDOW,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[Event, float | None], None] = wait_for,
    ) -> None:
        if min(slots.values(), default=1) < 1 or window <= timedelta(0):
            raise ValueError("every operation has at least one slot, and a window some length")
        self._slots = dict(slots)
        self._window_s = window.total_seconds()
        self._clock = clock
        self._wait = wait
        self._lanes: dict[tuple[str, str], tuple[Lane, Lock]] = {}
        self._changed: dict[tuple[str, str], Event] = {}
        self._forget_at = 64
        self._state = threading.Lock()

    def enter(self, user: str, operation: str, /) -> None:
        """Wait for a slot and take it."""
        if operation not in self._slots:
            return
        key = user, operation
        with self._state:
            lane, queue = self._lane(key)
            lane.waiting += 1
        try:
            with queue:
                self._take(key, lane)
        finally:
            with self._state:
                lane.waiting -= 1

    def leave(self, user: str, operation: str, /, *, sent: bool, wait_s: float | None) -> None:
        """Give the slot back, and wake whoever is next."""
        if operation not in self._slots:
            return
        key = user, operation
        with self._state:
            lane, _ = self._lanes[key]
            lane.give_back(self._clock(), sent=sent, wait_s=wait_s)
            changed = self._changed.pop(key, None)
        if changed is not None:
            changed.set()

    def _take(self, key: tuple[str, str], lane: Lane) -> None:
        while True:
            with self._state:
                delay_s = lane.delay_s(self._clock())
                if delay_s == 0:
                    lane.under_way += 1
                    return
                changed = self._changed[key] = Event()
            self._wait(changed, delay_s)

    def _lane(self, key: tuple[str, str]) -> tuple[Lane, Lock]:
        if key not in self._lanes:
            if len(self._lanes) >= self._forget_at:
                self._forget()
            self._lanes[key] = Lane(self._slots[key[1]], self._window_s), Lock()
        return self._lanes[key]

    def _forget(self) -> None:
        now = self._clock()
        idle = [key for key, (lane, _) in self._lanes.items() if lane.is_idle(now)]
        for key in idle:
            del self._lanes[key]
            self._changed.pop(key, None)
        self._forget_at = max(64, 2 * len(self._lanes))


def paced(
    limiter: Limiter,
    user: str,
    transport: Transport,
    request: Request,
    read: Callable[[Response], T],
    *,
    timeout_s: float | None,
) -> T:
    """Make a call when the limiter lets it go, and tell the limiter when it has ended."""
    sent, wait_s = True, None

    def listen(answer: Response) -> T:
        nonlocal wait_s
        wait_s = read_wait_s(answer.headers, datetime.now(UTC))
        return read(answer)

    limiter.enter(user, request.operation)
    try:
        return transport.call(request, listen, timeout_s=timeout_s)
    except TransportError as error:
        sent = error.sent
        raise
    finally:
        to_the_end(lambda: limiter.leave(user, request.operation, sent=sent, wait_s=wait_s))
