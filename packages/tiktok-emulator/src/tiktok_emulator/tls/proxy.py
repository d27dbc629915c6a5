"""A proxy through which programs reach TikTok's host names here, and nothing else anywhere.

Programs take a proxy from their surroundings (`HTTPS_PROXY`), so neither their code nor the
machine's name resolution has to change.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator

from tiktok_emulator.tls.hosts import is_tiktok

LONGEST_HEAD = 16_384
PATIENCE_S = 10
BLOCK_BYTES = 262_144


@contextlib.asynccontextmanager
async def proxying(listener: socket.socket, target: tuple[str, int]) -> AsyncGenerator[None]:
    """Serve a socket that listens, until the block ends; TikTok's names lead to `target`."""
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await _serve(reader, writer, target)
        except asyncio.CancelledError:
            return  # the end of the emulator; asyncio would report it as a mistake
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, sock=listener, limit=LONGEST_HEAD)
    try:
        yield
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        if running:
            await asyncio.wait(running)


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: tuple[str, int]
) -> None:
    """One connection: the request to be connected, then bytes both ways."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            head = await reader.readuntil(b"\r\n\r\n")
    except (TimeoutError, asyncio.LimitOverrunError):
        return
    problem = refusal(head.partition(b"\r\n")[0].decode("latin-1"))
    if problem is not None:
        await _refuse(writer, problem)
        return
    inner_reader, inner_writer = await asyncio.open_connection(*target, limit=BLOCK_BYTES)
    try:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer))
    finally:
        inner_writer.close()


def refusal(request_line: str) -> str | None:
    """Why a proxy's first line is not served, or None if it leads to TikTok."""
    method, _, rest = request_line.partition(" ")
    address = rest.partition(" ")[0]
    host, _, port = address.rpartition(":")
    if method != "CONNECT":
        return "This proxy only connects to TikTok's host names by https; do not set HTTP_PROXY."
    if not is_tiktok(host) or port != "443":
        return (
            f"{address} is not TikTok's and is not reached through the emulator; "
            "add the name to NO_PROXY."
        )
    return None


async def _refuse(writer: asyncio.StreamWriter, problem: str) -> None:
    body = f"{problem}\n".encode()
    head = (
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand bytes on until there are no more, then close that direction."""
    try:
        while piece := await reader.read(BLOCK_BYTES):
            writer.write(piece)
            await writer.drain()
    finally:
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof() if writer.can_write_eof() else writer.close()
