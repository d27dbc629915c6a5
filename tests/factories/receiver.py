"""Somebody's webhook endpoint on loopback: takes what is posted to it, answers as it is told."""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.factories.loopback import reply, serve


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it arrived: header names in lowercase, the body byte for byte."""

    method: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        """The body's JSON."""
        return json.loads(self.body)

    @property
    def signature(self) -> str | None:
        """What stands in the header of TikTok's signature."""
        return self.headers.get("tiktok-signature")


@dataclass
class Receiver:
    """What has arrived, in order.

    Attributes:
        base: its address, without a path.
        arrivals: what has been read; the last may be without an answer still.
        statuses: the next answers; after them it is 200.
        hangs: whether it takes requests and never answers.
    """

    base: str = ""
    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    statuses: list[int] = field(default_factory=list[int])
    hangs: bool = False
    _done: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"{self.base}/hook"

    def events(self) -> list[str]:
        """The names of the events that have arrived."""
        return [arrival.event["event"] for arrival in self.arrivals]

    async def wait_for(self, count: int) -> list[Arrival]:
        """Wait until so many have arrived and have their answer, if they get one; return them."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: self._done >= count)
        return self.arrivals

    async def take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        """Answer one request."""
        first, *lines = head.decode("latin-1").splitlines()
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.arrivals.append(Arrival(first.split(" ")[0], headers, body))
        if self.hangs:
            await self._count()
            await asyncio.Event().wait()
        status = self.statuses.pop(0) if self.statuses else 200
        more = "Connection: close\r\n" + ("Location: /elsewhere\r\n" if status == 302 else "")
        writer.write(reply(f"{status} X", b"thanks" if status == 200 else b"", more))
        await writer.drain()
        writer.close()
        await self._count()

    async def _count(self) -> None:
        async with self._changed:
            self._done += 1
            self._changed.notify_all()


@asynccontextmanager
async def listening(tls: ssl.SSLContext | None = None) -> AsyncGenerator[Receiver]:
    """A receiver on a port of its own; whoever waits for its answer at the end is cut off."""
    receiver = Receiver()
    async with serve(receiver.take, tls) as served:
        receiver.base = served.base
        yield receiver
