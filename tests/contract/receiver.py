"""An app's callback address: takes what is posted to it over a real socket, and answers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it arrived: header names in lowercase, the body byte for byte."""

    method: str
    headers: dict[str, str]
    body: bytes

    @property
    def signature(self) -> str | None:
        """What stands in the signature's header."""
        return self.headers.get("tiktok-signature")


@dataclass
class Receiver:
    """What has arrived, in order. `statuses` are the next answers; after them it is 200."""

    url: str = ""
    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    statuses: list[int] = field(default_factory=list[int])
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, count: int) -> list[Arrival]:
        """Wait until so many have arrived, and return them."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.arrivals) >= count)
        return self.arrivals

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, then let the test see it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        status = self.statuses.pop(0) if self.statuses else 200
        nothing = "Content-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(f"HTTP/1.1 {status} X\r\n{nothing}".encode())
        await writer.drain()
        writer.close()
        async with self._changed:
            self.arrivals.append(Arrival(head[0].split(" ")[0], headers, body))
            self._changed.notify_all()


@asynccontextmanager
async def listening() -> AsyncGenerator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        receiver.url = f"http://127.0.0.1:{port}/tiktok"
        yield receiver
