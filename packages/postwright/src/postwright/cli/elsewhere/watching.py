"""Learns from a service elsewhere that a post may have changed: it tells, or is asked."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

from postwright.errors import AppError
from postwright.remote.client import Remote

# A key may ask ten times a second; whoever follows a post leaves most of that to others.
LOOK_S = 1.0
# Even what is told of is looked at now and then: a proxy may hold back what a service tells.
_LOOK_ANYWAY_S = 15.0
_SOONEST_S, _LATEST_S = 1.0, 30.0


@dataclass(slots=True)
class Watch:
    """Word of one publication."""

    publication_id: str
    is_told: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def changed(self, *, is_moving: bool) -> None:
        """Wait until it may have changed; bytes that move are told by nobody, and asked for."""
        wait_s = _LOOK_ANYWAY_S if self.is_told and not is_moving else LOOK_S
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self.news.wait()
        self.news.clear()


@asynccontextmanager
async def watching(remote: Remote, publication_id: str) -> AsyncGenerator[Watch]:
    """Listen to what the service tells of a publication, until the block ends."""
    watch = Watch(publication_id)
    listening = asyncio.create_task(_listen(remote, watch))
    try:
        yield watch
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _listen(remote: Remote, watch: Watch) -> None:
    """Listen, and begin anew where it broke off, for as long as it is wanted."""
    place: str | None = None
    pause_s = _SOONEST_S
    while True:
        # What it may be refused for, whoever asks how the post stands is told as well.
        with suppress(AppError):
            async with aclosing(remote.events(after=place)) as events:
                async for event in events:
                    place, pause_s, watch.is_told = event.id or place, _SOONEST_S, True
                    # What was before it began to listen nobody tells it.
                    if (
                        event.data.get("publicationId", watch.publication_id)
                        == watch.publication_id
                    ):
                        watch.news.set()
        watch.is_told = False
        watch.news.set()
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LATEST_S)
