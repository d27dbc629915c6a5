"""How fast an address is served, and how many of its requests at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

_MANY = 4_096
_PATIENCE_S = 10.0


class TooMany(Exception):
    """As many requests are being answered as may be, and none of them ends."""


class Lane:
    """What one address has under way; its requests share one speed."""

    __slots__ = ("_free_at", "_places", "_rate", "users")

    def __init__(self, rate: int | None, requests: int) -> None:
        self.users = 0  # running, or waiting for a place
        self._rate = rate
        self._places = asyncio.Semaphore(requests)
        self._free_at = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is lost by forgetting it."""
        return not self.users and self._free_at <= _now()

    @property
    def places(self) -> asyncio.Semaphore:
        """A place for each request that may run."""
        return self._places

    async def turn(self, size: int) -> None:
        """Wait until `size` more bytes may go out."""
        if self._rate is None:
            return
        now = _now()
        begins = max(now, self._free_at)
        self._free_at = begins + size / self._rate
        if begins > now:
            await asyncio.sleep(begins - now)


class Throttle:
    """Shares out what the host gives.

    Args:
        bytes_per_second: of one address, all its requests together; None is no limit.
        requests: of one address at once.
        downloads: files that are sent at once, in all.
    """

    def __init__(self, *, bytes_per_second: int | None, requests: int, downloads: int) -> None:
        self._rate = bytes_per_second
        self._requests = requests
        self._places = asyncio.Semaphore(downloads)
        self._lanes: dict[str, Lane] = {}

    @asynccontextmanager
    async def admitted(self, address_id: str) -> AsyncGenerator[Lane]:
        """Let one request in, until the block ends; it waits up to ten seconds for a place.

        Raises:
            TooMany: of this address, or of all.
        """
        lane = self._lanes.get(address_id)
        if lane is None:
            if len(self._lanes) >= _MANY:
                self._lanes = {key: lane for key, lane in self._lanes.items() if not lane.is_idle}
            lane = self._lanes[address_id] = Lane(self._rate, self._requests)
        lane.users += 1
        try:
            async with _place(lane.places), _place(self._places):
                yield lane
        finally:
            lane.users -= 1
            if lane.is_idle:
                self._lanes.pop(address_id, None)


@asynccontextmanager
async def _place(places: asyncio.Semaphore) -> AsyncGenerator[None]:
    if places.locked():
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await places.acquire()
        except TimeoutError:
            raise TooMany from None
    else:
        await places.acquire()  # at once
    try:
        yield
    finally:
        places.release()


def _now() -> float:
    return asyncio.get_running_loop().time()
