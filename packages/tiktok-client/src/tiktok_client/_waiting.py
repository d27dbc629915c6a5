"""For the async client: what anyio does not have. `_blocking` has the same for the sync one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import Event, move_on_after

__all__ = ["to_the_end", "wait_for"]

T = TypeVar("T")


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
