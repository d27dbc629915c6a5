"""For the async client: what anyio does not have. `_blocking` has the same for the sync one."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, Event, move_on_after
from anyio.to_thread import run_sync

__all__ = ["in_thread", "to_the_end", "wait_for"]

T = TypeVar("T")
# How long a cancelled caller waits for its thread to see that it was stopped. A thread that is
# still connecting or reading from a hanging disk sends nothing any more; it ends by itself.
STOP_S = 1.0


async def in_thread(
    work: Callable[[Callable[[int], None] | None], T],
    stop: Callable[[], None],
    on_progress: Callable[[int], None] | None,
) -> T:
    """Do blocking work in a thread of its own; when cancelled, `stop` it and see it end.

    `work` is given what to report progress to; `on_progress` then hears of it in the event loop.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    relay = None if on_progress is None else _Relay(loop, on_progress, stop)

    def run() -> T:
        try:
            return work(None if relay is None else relay.report)
        finally:
            loop.call_soon_threadsafe(ended.set)

    try:
        # A limiter of its own: slow lines must not use up the threads that everything shares.
        result = await run_sync(run, abandon_on_cancel=True, limiter=CapacityLimiter(1))
    except BaseException:
        stop()
        with CancelScope(shield=True), move_on_after(STOP_S):
            await ended.wait()
        if relay is not None and relay.failure is not None:
            raise relay.failure from None
        raise
    if relay is not None:
        relay.deliver()
        if relay.failure is not None:
            raise relay.failure
    return result


class _Relay:
    """Carries the newest number from a thread into the event loop.

    A loop that is busy gets the newest one only: the thread does not wait for it.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: Callable[[int], None],
        stop: Callable[[], None],
    ) -> None:
        self.failure: Exception | None = None
        self._loop = loop
        self._listener = listener
        self._stop = stop
        self._lock = threading.Lock()
        self._newest: int | None = None

    def report(self, number: int) -> None:
        """Say it, in the thread."""
        with self._lock:
            waiting, self._newest = self._newest is not None, number
        if not waiting:
            self._loop.call_soon_threadsafe(self.deliver)

    def deliver(self) -> None:
        """Tell the listener, in the loop. If it fails, what it listens to is stopped."""
        with self._lock:
            number, self._newest = self._newest, None
        if number is None or self.failure is not None:
            return
        try:
            self._listener(number)
        except Exception as error:  # noqa: BLE001  # it is raised where the work is awaited
            self.failure = error
            self._stop()


async def to_the_end(work: Callable[[], Awaitable[T]]) -> T:
    """Do work that a cancelled caller must not cut short; it then ends in the background.

    A shielded scope of anyio would not do: asyncio's own timeouts go through it.
    """
    return await asyncio.shield(asyncio.ensure_future(_run(work)))


async def _run(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


async def wait_for(event: Event, delay_s: float | None) -> None:
    """Wait for an event, at most so long."""
    with move_on_after(delay_s):
        await event.wait()
