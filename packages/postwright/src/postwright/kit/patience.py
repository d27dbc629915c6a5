"""Waiting for something only so long, whatever it does when it is told to stop."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

# Tasks that were told to stop and have not yet: nobody else keeps them.
_LEFT: Final = set[asyncio.Task[Any]]()


async def within(patience_s: float, work: Coroutine[Any, Any, T]) -> T:
    """What some work gives, if it is done in time.

    `asyncio.timeout` waits until what it stops has stopped, and who talks to a server that is
    frozen first waits for that one. This does not: the work is told to stop, and left alone.

    Raises:
        TimeoutError: it took longer.
    """
    task = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=patience_s)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        task.cancel()
        _LEFT.add(task)
        task.add_done_callback(_ended)
        raise TimeoutError(f"It was not done within {patience_s:g} s.")
    return task.result()


def _ended(task: asyncio.Task[Any]) -> None:
    """Nobody asks any more how it ended: it was too late."""
    _LEFT.discard(task)
    if not task.cancelled():
        task.exception()
