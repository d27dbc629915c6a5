"""Brings windows about: publishes what will pass through them, or holds a row that is wanted there.

Nothing here does what could not happen by itself: rows are held as any other transaction would
hold them, webhooks are told that may be told, tokens die that may die.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, text

from benchmarks.crash.items import Item, Sort
from benchmarks.crash.people import People
from benchmarks.crash.scene import CLIENT_KEY, Scene
from benchmarks.crash.supply import Fits, Supply, Wanted
from benchmarks.crash.weather import INITS, Weather
from benchmarks.crash.windows import Window
from postwright.db.database import DatabaseGone

_LOOK_S = 0.05
_FIND_S = 1.5

# Of a publication that a worker has in hand: it will record something of it soon.
_IN_HAND = text("""
    SELECT publications.id FROM publications
    JOIN lanes ON lanes.subject_id = publications.connection_id AND lanes.kind = publications.lane
    WHERE lanes.lease_until > app_now() AND publications.due_at <= app_now()
    ORDER BY publications.due_at DESC LIMIT 1 FOR UPDATE OF publications SKIP LOCKED
""")
_ANNOUNCED = text("""
    SELECT address.id FROM media_addresses AS address
    JOIN attempts ON attempts.id = address.attempt_id
    WHERE attempts.live AND attempts.stage = 'intent' AND address.void_at IS NULL
      AND address.released_at IS NULL
    FOR UPDATE OF address SKIP LOCKED
""")
_TELLABLE = text("""
    SELECT lanes.id, attempts.publish_id, connections.handle FROM lanes
    JOIN connections ON connections.id = lanes.subject_id
    JOIN attempts ON attempts.connection_id = connections.id AND attempts.live
    WHERE attempts.publish_id IS NOT NULL AND attempts.stage IN ('tracking', 'delivered')
      AND lanes.kind = 'track'
    ORDER BY random() LIMIT 1 FOR UPDATE OF lanes SKIP LOCKED
""")


@dataclass(slots=True)
class Provoker:
    """Does what makes it likely that a window opens."""

    scene: Scene
    weather: Weather
    people: People
    supply: Supply

    @asynccontextmanager
    async def bring_about(self, aim: Window) -> AsyncGenerator[None]:
        """Bring a window about; what has to be held for it is held until the block ends."""
        held = None
        match aim:
            case Window.RECORDING | Window.DB_RECORDING:
                held = _IN_HAND
            case Window.CLOSING | Window.DB_CLOSING:
                await self.supply.publish(Sort.PHOTOS, self.weather.loses_inits)
                held = _ANNOUNCED
            case Window.WEBHOOK | Window.DB_WEBHOOK:
                async with self._told():
                    yield
                return
            case _:
                await self._act(aim)
        if held is None:
            yield
            return
        async with _holding(self.scene, held):
            yield

    async def _act(self, aim: Window) -> None:
        match aim:
            case Window.FINISHED:
                await self.people.finish_one()
            case Window.CANCELLING:
                await self.people.cancel_one()
            case Window.REFRESHING:
                for operation in ("creator_info", *INITS, "status"):
                    await self.weather.once(operation, "stale_token")
            case _:
                await self._publish(aim)

    async def _publish(self, aim: Window) -> None:
        """Publish what will pass through a window, for a creator with whom it is wide."""
        slow = self.weather.is_slow_to_answer
        match aim:
            case Window.INTENT:
                await self.supply.publish(Sort.SENT, lambda name: not slow(name))
            case Window.NOT_STORED:
                await self.supply.publish(Sort.SENT, slow)
            case Window.ADDRESSED:
                await self._pull(lambda name: not slow(name))
            case Window.EARLY | Window.ASKED_EARLY:
                await self._pull(slow)
            case Window.OPENED:
                await self._pull(self.weather.is_slow_to_fetch)
            case Window.SERVING | Window.DB_SERVING:
                await self._pull(lambda _: True)
            case Window.MID:
                await self._send(_takes_ranges)
            case Window.LAST:
                await self._send(_takes_one)
            case _:
                if not self.supply.going:
                    await self.supply.publish(Sort.SENT, wanted=_takes_one)

    async def _send(self, wanted: Wanted) -> None:
        """Have a video on its way, unless one is."""
        if not self.supply.is_sending(wanted):
            await self.supply.publish(Sort.SENT, wanted=wanted)

    async def _pull(self, fits: Fits) -> None:
        if not await self.supply.publish(Sort.FETCHED, fits):
            await self.supply.publish(Sort.PHOTOS, fits)

    @asynccontextmanager
    async def _told(self) -> AsyncGenerator[None]:
        """Hold an account's lane, and let TikTok tell of one of its posts."""
        async with _holding(self.scene, _TELLABLE) as found:
            if found:
                _, publish_id, username = found
                event = {
                    "event": "post.publish.complete",
                    "client_key": CLIENT_KEY,
                    "username": username,
                    "content": {"publish_id": publish_id, "publish_type": "DIRECT_PUBLISH"},
                }
                await self.scene.control("POST", "webhooks", event)
            yield


def _takes_ranges(item: Item) -> bool:
    return item.takes_ranges


def _takes_one(item: Item) -> bool:
    return not item.takes_ranges


@asynccontextmanager
async def _holding(scene: Scene, query: TextClause) -> AsyncGenerator[tuple[Any, ...]]:
    """Lock what a query finds, as soon as it finds something, until the block ends.

    Gives the first row; an empty one if there was none for a while. If the database dies nothing
    is held any more.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _FIND_S
    found: tuple[Any, ...] = ()
    stack = AsyncExitStack()
    try:
        while not found and loop.time() < deadline:
            with suppress(DatabaseGone):  # it may just be coming back
                session = await stack.enter_async_context(scene.database.transaction())
                found = tuple((await session.execute(query)).first() or ())
            if not found:
                with suppress(DatabaseGone):
                    await stack.aclose()
                await asyncio.sleep(_LOOK_S)
        yield found
    finally:
        with suppress(DatabaseGone):
            await stack.aclose()
