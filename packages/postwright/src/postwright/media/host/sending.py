"""Sends bytes of the store, block by block, and stops when nobody takes them."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import Scope, Send

from postwright.media.host.answers import Head
from postwright.media.host.throttle import Lane

TRANSPORT = "transport"
BLOCK_BYTES = 256 * 1024
STALL_S = 60.0


class BrokenOff(Exception):
    """A body could not be sent to its end; the message says why."""


async def send_whole(send: Send, head: Head, body: bytes) -> None:
    """Send a body that is at hand; empty after a HEAD."""
    await send({"type": "http.response.start", "status": head.status, "headers": head.headers()})
    await send({"type": "http.response.body", "body": body})


async def send_file(
    scope: Scope,
    send: Send,
    head: Head,
    pieces: AsyncIterator[bytes],
    lane: Lane,
) -> None:
    """Send the pieces as the body, at the speed of the lane.

    Raises:
        BrokenOff: a block was not taken in a minute, or the store has fewer bytes than it had.
        StorageTrouble: the store failed. In all three cases the caller drops the connection.
    """
    transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
    await send({"type": "http.response.start", "status": head.status, "headers": head.headers()})
    left = head.length
    async for piece in pieces:
        view = memoryview(piece)
        for offset in range(0, len(view), BLOCK_BYTES):
            block = view[offset : offset + BLOCK_BYTES]
            await lane.turn(len(block))
            if transport is not None and transport.is_closing():
                return
            try:
                async with asyncio.timeout(STALL_S):
                    await send({"type": "http.response.body", "body": block, "more_body": True})
            except TimeoutError:
                raise BrokenOff("nobody took it for a minute") from None
            left -= len(block)
    if left:
        raise BrokenOff(f"{left} bytes are missing in the store")
    await send({"type": "http.response.body", "body": b""})


def drop(scope: Scope) -> None:
    """End a connection in the middle of an answer: a body that is too short must look like one."""
    transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
    if transport is not None:
        transport.abort()
