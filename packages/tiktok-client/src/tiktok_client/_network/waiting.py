"""The async half: httpcore2's own. It makes calls only, each small enough to be written at once.

Twice for each call its pool asks all connections that lie idle whether the other side has closed
them. What that takes is kept at hand: made anew each time, it was a tenth of what a call costs.
"""

import select
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2

__all__ = ["Backend"]


class Backend(httpcore2.AsyncNetworkBackend):
    """Opens connections as httpcore2 does, and wraps them."""

    def __init__(self) -> None:
        self._inner: Any = httpcore2.AnyIOBackend()  # where anyio is missing it is something else

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _watched(stream)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def _watched(stream: httpcore2.AsyncNetworkStream) -> httpcore2.AsyncNetworkStream:
    # Not every system has it; there, httpcore2 asks in another way.
    return WatchedStream(stream) if hasattr(select, "poll") else stream


class WatchedStream(httpcore2.AsyncNetworkStream):
    """A connection that tells quickly whether there is something to read, or it is over."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self._socket = inner.get_extra_info("socket")
        self._poll = select.poll()
        self._poll.register(self._socket.fileno(), select.POLLIN)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # httpcore2's signature
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # httpcore2's signature
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's signature
    ) -> httpcore2.AsyncNetworkStream:
        return _watched(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        if info != "is_readable":
            return self._inner.get_extra_info(info)
        return self._socket.fileno() < 0 or bool(self._poll.poll(0))
