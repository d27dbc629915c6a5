"""For the generated sync client: what `_async` takes from anyio and `_waiting`, but blocking."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Event, Lock
from typing import ParamSpec, TypeVar

__all__ = [
    "Event",
    "Lock",
    "fail_after",
    "in_thread",
    "run_sync",
    "sleep",
    "to_the_end",
    "wait_for",
]

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def fail_after(_delay: float | None) -> Generator[None]:
    """Do nothing: a thread cannot be interrupted. The transport's own timeouts bound a call."""
    yield


def in_thread(
    work: Callable[[Callable[[int], None] | None], T],
    stop: Callable[[], None],  # noqa: ARG001  # nobody can cancel a thread that waits for itself
    on_progress: Callable[[int], None] | None,
) -> T:
    """Do it here and now."""
    return work(on_progress)


def run_sync(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call it here and now."""
    return function(*args, **kwargs)


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def to_the_end(work: Callable[[], T]) -> T:
    """Do it: a thread is not cancelled."""
    return work()


def wait_for(event: Event, delay_s: float | None) -> None:
    """Wait for an event, at most so long."""
    event.wait(delay_s)
