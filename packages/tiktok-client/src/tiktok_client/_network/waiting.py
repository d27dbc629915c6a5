"""The async half: read while writing."""

import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore2
from anyio import CancelScope, create_task_group, move_on_after, sleep_forever

__all__ = ["EarlyAnswerBackend"]

READ_BYTES = 65_536
# How long to wait for data in what made a socket readable: TLS records without any, such as session
# tickets, make one readable too.
GLANCE_S = 0.005
SocketOptions = Iterable[Any]


class EarlyAnswerBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections as httpcore2 does, and wraps them."""

    def __init__(self) -> None:
        # The cast is for httpcore2's stand-in class, for installations without anyio.
        self._inner = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's signature
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return EarlyAnswerStream(stream)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class EarlyAnswerStream(httpcore2.AsyncNetworkStream):
    """A connection whose `write` stops with WriteError once the other side has spoken.

    httpcore2 takes that error for what it is, and goes on to read the answer.
    """

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self._early: bytes | None = None

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's signature
    ) -> bytes:
        if self._early is None:
            return await self._inner.read(max_bytes, timeout)
        part, rest = self._early[:max_bytes], self._early[max_bytes:]
        # What ended the write stays: an empty read is the end of the connection, again and again.
        self._early = rest or (None if part else b"")
        return part

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's signature
    ) -> None:
        if self._inner.get_extra_info("is_readable"):
            # Look before writing: a write to a closed connection would throw away what it holds.
            with move_on_after(GLANCE_S):
                await self._listen()
        failure = None if self._early is not None else await self._write(buffer, timeout)
        if self._early is not None:
            raise httpcore2.WriteError("answered before the request was over")
        if failure is not None:
            raise failure

    async def _write(
        self,
        buffer: bytes,
        timeout: float | None,  # noqa: ASYNC109  # httpcore2's signature
    ) -> Exception | None:
        """Write and listen until either ends. Return what failed: a task group would wrap it."""
        failure: Exception | None = None
        async with create_task_group() as both:
            both.start_soon(self._listen, both.cancel_scope)
            try:
                await self._inner.write(buffer, timeout)
            except httpcore2.WriteTimeout as error:
                failure = error
            except httpcore2.WriteError as error:
                failure = error
                # What came before the connection broke is still there to be read.
                with move_on_after(GLANCE_S):
                    await sleep_forever()
            both.cancel_scope.cancel()
        return failure

    async def _listen(self, until: CancelScope | None = None) -> None:
        try:
            self._early = await self._inner.read(READ_BYTES, None)
        except httpcore2.ReadError:
            self._early = b""
        if until is not None:
            until.cancel()

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's signature
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return EarlyAnswerStream(stream)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
