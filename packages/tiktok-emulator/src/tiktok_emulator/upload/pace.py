"""Lets bytes through no faster than a switch or a fault allows, in real time."""

import time
from collections.abc import AsyncIterator, Callable

from tiktok_emulator.store import World

STEPS_PER_S = 20


class Stopping(Exception):
    """The emulator stops; the bytes that are left do not come any more."""


async def paced(
    world: World, pieces: AsyncIterator[bytes], rate: Callable[[], int | None]
) -> AsyncIterator[bytes]:
    """The pieces as they come, or at `rate` bytes per second, which may change on the way.

    Raises:
        Stopping: while it held bytes back, the emulator was told to stop.
    """
    due = time.monotonic()
    async for piece in pieces:
        rest = piece
        while rest:
            limit = rate()
            if limit is None:
                yield rest
                break
            # Small steps, so that a changed rate and a closed connection are soon noticed.
            part, rest = rest[: limit // STEPS_PER_S + 1], rest[limit // STEPS_PER_S + 1 :]
            due = max(due, time.monotonic() - 1 / STEPS_PER_S) + len(part) / limit
            if await world.pause(max(0.0, due - time.monotonic())):
                raise Stopping
            yield part
