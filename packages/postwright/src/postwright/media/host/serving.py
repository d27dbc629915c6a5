"""The HTTP server around the app: uvicorn, in the running event loop, patient with nobody.

Whoever takes longer than ten seconds to say what it wants, says more than fits into 32 KiB, or
comes while as many connections are open as may be, is dropped. Where bodies are taken, this holds
for what comes before the body and around it: how large that may be the app says itself, and here it
is dropped when nothing of it comes for half a minute, or next to nothing.
"""

import asyncio
import errno
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, ClassVar, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from postwright.errors import Conflict
from postwright.media.host.sending import TRANSPORT

REQUEST_S = 10.0
REQUEST_BYTES = 32 * 1024
STALL_S = 30.0
STALL_BYTES = 30 * 1024  # in that time; less is nobody's line, and holds a place for ever
KEEP_ALIVE_S = 30
STOP_S = 5
CONNECTIONS = 512

# One reading, which may be whole before it is looked at, and what ends a body.
_AROUND_BYTES = 512 * 1024

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)


def _none(_: str) -> bool:
    """No path takes bodies."""
    return False


class WebPortTaken(Conflict):
    """Something else listens where the web part is to listen."""

    code: ClassVar[str] = "web_port_taken"


class _HeadTooLong(Exception):
    """More was said before the body than may be."""


class _Protocol(HttpToolsProtocol):
    """Gives the app its connection, and each request a time and a size."""

    most_connections = CONNECTIONS
    request_s = REQUEST_S
    stall_s = STALL_S
    stall_bytes = STALL_BYTES
    takes_bodies: Callable[[str], bool] = staticmethod(_none)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.access_log = False  # uvicorn would have one whenever anybody logs anything
        self._late: asyncio.TimerHandle | None = None
        self._said_bytes = 0
        self._moved_at: float | None = None  # when something of a body came last
        self._since, self._came_bytes = 0.0, 0  # what came of it since then
        self._around_bytes = 0  # what came since the last byte that is of it

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}
        if len(self.connections) > self.most_connections:
            transport.write(_BUSY)
            transport.close()
            return
        self._hurry()

    def data_received(self, data: bytes) -> None:
        if self._late is None:
            self._hurry()
        if self._moved_at is None:
            self._said_bytes += len(data)
        else:
            self._moved_at = self.loop.time()
            self._came_bytes += len(data)
            self._around_bytes += len(data)
        super().data_received(data)
        is_too_much = self._said_bytes > REQUEST_BYTES or self._around_bytes > _AROUND_BYTES
        if is_too_much and not self.transport.is_closing():
            self.transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._moved_at is None:  # what comes after the body is no header, whatever it says
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if sum(len(name) + len(text) for name, text in self.headers) > REQUEST_BYTES:
            raise _HeadTooLong  # the parser ends with it, and it is answered 400
        super().on_headers_complete()
        if self.takes_bodies(self.scope["path"]):
            self._said_bytes = 0  # what came with the head is of the body
            self._rest()
            self._moved_at = self._since = self.loop.time()
            self._came_bytes = 0
            self._late = self.loop.call_later(self.stall_s, self._look)

    def on_body(self, body: bytes) -> None:
        self._around_bytes = 0
        if self.cycle.body or self.cycle.response_complete:
            if isinstance(cast("bytes | bytearray", self.cycle.body), bytes):
                self.cycle.body = bytearray(self.cycle.body)  # of many small pieces: it has to grow
            super().on_body(body)
            return
        # The first piece since the app asked is handed on as it is: of gigabytes, two copies less.
        self.cycle.body = cast("bytearray", body)  # bytes do whatever is done with it
        if len(body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        self.cycle.message_event.set()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._said_bytes, self._around_bytes, self._moved_at = 0, 0, None
        self._rest()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._moved_at is not None:
            # It was answered already: nobody reads what it still sends.
            self._rest()
            self._hurry()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _hurry(self) -> None:
        self._late = self.loop.call_later(self.request_s, self.transport.abort)

    def _look(self) -> None:
        """Drop whoever sends nothing of a body, or next to nothing, though we would read it."""
        now = self.loop.time()
        if self._moved_at is None or self.flow.read_paused:
            self._moved_at = self._since = now  # it waits for us
        left = self._moved_at + self.stall_s - now
        is_slow = False
        if now - self._since >= self.stall_s:
            is_slow = self._came_bytes < self.stall_bytes
            self._since, self._came_bytes = now, 0
        if left <= 0 or is_slow:
            self.transport.abort()
        else:
            self._late = self.loop.call_later(left, self._look)

    def _rest(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the event loop, and stops without waiting for a tick."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stop = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def main_loop(self) -> None:
        tick = 0
        while not (await self.on_tick(tick) or self.stop.is_set()):
            tick += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), 0.1)


@asynccontextmanager
async def answering(
    app: ASGIApp,
    listener: socket.socket,
    *,
    connections: int = CONNECTIONS,
    request_s: float = REQUEST_S,
    stall_s: float = STALL_S,
    stall_bytes: int = STALL_BYTES,
    takes_bodies: Callable[[str], bool] = _none,
    trusted_proxies: str = "127.0.0.1",
) -> AsyncGenerator[None]:
    """Serve a socket that listens, until the block ends; what is under way then has 5 s.

    Args:
        app: the app.
        listener: a socket that listens.
        connections: how many may be open; more are told to come again.
        request_s: how long a client may take to say what it wants.
        stall_s: how long nothing of a body may come.
        stall_bytes: how much of one has to come in such a time.
        takes_bodies: the paths whose bodies the app bounds itself.
        trusted_proxies: addresses and networks, with commas, whose `X-Forwarded-For` is believed.
    """
    bounds = {
        "most_connections": connections,
        "request_s": request_s,
        "stall_s": stall_s,
        "stall_bytes": stall_bytes,
        "takes_bodies": staticmethod(takes_bodies),
    }
    config = uvicorn.Config(
        app,
        http=type("_Bounded", (_Protocol,), bounds),
        ws="none",
        log_config=None,
        access_log=False,  # an address is a secret while it lives
        lifespan="off",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=STOP_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    server = _Server(config)
    running = asyncio.ensure_future(server.serve([listener]))
    try:
        yield
    finally:
        server.stop.set()
        await running


@contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket that listens there; port 0 is any free one.

    Raises:
        WebPortTaken: something else does, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, because asyncio lets only such connections answer without waiting for more to send.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(1024)
        except OSError as error:
            raise _taken(host, port, error) from None
        yield listener


def _taken(host: str, port: int, error: OSError) -> WebPortTaken:
    why = error.strerror or str(error)
    if error.errno == errno.EADDRINUSE:
        why = "Another program listens there."
    return WebPortTaken(
        f"The web part cannot listen on {host}, port {port}.",
        why=why,
        fix="Stop what runs there, or set POSTWRIGHT_WEB__PORT (and POSTWRIGHT_WEB__HOST).",
    )


def address_of(listener: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = cast("tuple[str, int]", listener.getsockname()[:2])
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
