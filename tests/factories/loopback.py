"""A server on loopback that does exactly what a test says."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


@dataclass
class Served:
    """Where a server is, and the heads of the requests it has read."""

    base: str
    heads: list[bytes] = field(default_factory=list[bytes])


@asynccontextmanager
async def serve(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Served]:
    """Listen on loopback; for every request read its head, then do as told."""

    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections[task] = writer
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                served.heads.append(head)
                await behaviour(reader, writer, head)
                if writer.is_closing():
                    return

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    served = Served(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
    try:
        yield served
    finally:
        server.close()
        await _turns()  # whoever was accepted just now is among the connections then
        for task, writer in connections.items():
            task.cancel()
            writer.transport.abort()
        if connections:
            await asyncio.wait(connections)
        await server.wait_closed()
        await _turns()  # and what was aborted has closed its socket


async def _turns() -> None:
    """Let the event loop do what it was about to do: it takes it a few rounds."""
    for _ in range(10):
        await asyncio.sleep(0)


async def whole_body(reader: asyncio.StreamReader, head: bytes) -> int:
    """Read the body; return its length."""
    found = re.search(rb"(?i)content-length: (\d+)", head)
    left = length = int(found.group(1)) if found else 0
    while left:
        left -= len(await reader.read(min(65_536, left)) or b"x" * left)
    return length


def reply(status: str, body: bytes = b"", headers: str = "") -> bytes:
    """An answer as bytes."""
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


MIB = 1_048_576
