"""What stands in front of a web server: TLS and a proxy, good or bad, on loopback."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2

from tests.factories.loopback import serve

Answer = tuple[int, dict[str, str], bytes]
Pass = Callable[[str, str, dict[str, str]], Awaitable[Answer]]
Habit = Callable[[str, str, dict[str, str], Pass], Awaitable[Answer]]


async def honest(method: str, path: str, headers: dict[str, str], on: Pass) -> Answer:
    """Pass everything on as it is."""
    return await on(method, path, headers)


@asynccontextmanager
async def front(
    behind: str, habit: Habit, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[int]:
    """A proxy for `behind` with this habit; its port."""
    async with httpx2.AsyncClient(base_url=behind, verify=False, trust_env=False) as http:

        async def on(method: str, path: str, headers: dict[str, str]) -> Answer:
            answer = await http.request(method, path, headers=headers)
            return answer.status_code, dict(answer.headers), answer.content

        async def handle(
            _reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
        ) -> None:
            first, *lines = head.decode().splitlines()
            method, path, _ = first.split(" ")
            given = dict(line.split(": ", 1) for line in lines if line)
            wanted = {k: v for k, v in given.items() if k in {"Range", "If-Range"}}
            status, headers, body = await habit(method, path, wanted, on)
            headers.setdefault("content-length", str(len(body)))
            told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            writer.write(f"HTTP/1.1 {status} X\r\n{told}\r\n".encode() + body)
            await writer.drain()
            writer.close()

        async with serve(handle, tls) as served:
            yield int(served.base.rpartition(":")[2])
