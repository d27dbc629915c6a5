"""The HTTP server around the app: uvicorn, in the running event loop, told when to stop."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncGenerator, Generator
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from tiktok_emulator.errors import PortTaken
from tiktok_emulator.store import World
from tiktok_emulator.tls.files import Certificates
from tiktok_emulator.wire import ABORT

PATIENCE_S = 2
LOOK_S = 0.005
KEEP_ALIVE_S = 75
GATHERED_BYTES = 1_048_576


class _Protocol(HttpToolsProtocol):
    """Lets the app close its connection without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, ABORT: transport.abort}

    def on_body(self, body: bytes) -> None:
        """Gather more than uvicorn does before it holds the client back: fewer, larger reads."""
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) >= GATHERED_BYTES:
            self.flow.pause_reading()
        cycle.message_event.set()

    def abandon_request(self) -> None:
        """Close the connection if the rest of a request is still to come; it may never."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        if cycle is not None and cycle.more_body:
            self.transport.abort()


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the event loop, and stops without waiting for a tick."""

    def __init__(self, app: ASGIApp, world: World, certificates: Certificates | None) -> None:
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=PATIENCE_S,
            timeout_keep_alive=KEEP_ALIVE_S,
            ssl_certfile=certificates.leaf if certificates else None,
            ssl_keyfile=certificates.leaf_key if certificates else None,
        )
        super().__init__(config)
        self.stop = asyncio.Event()
        self.world = world

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def main_loop(self) -> None:
        tick = 0
        while not (await self.on_tick(tick) or self.stop.is_set()):
            tick += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Once the connections are closed, whoever waits on purpose need not wait any more.
        asyncio.get_running_loop().call_soon(self.world.closing.set)
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            cast("_Protocol", connection).abandon_request()
            connection.shutdown()
        # uvicorn's own shutdown takes a tenth of a second even when nobody is there.
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._last_answers()
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()

    async def _last_answers(self) -> None:
        state = self.server_state
        while state.connections or state.tasks:  # noqa: ASYNC110  # uvicorn tells nobody
            await asyncio.sleep(LOOK_S)
        for listener in self.servers:
            await listener.wait_closed()


@contextlib.asynccontextmanager
async def answering(
    app: ASGIApp, world: World, listener: socket.socket, certificates: Certificates | None = None
) -> AsyncGenerator[None]:
    """Serve a socket that listens, until the block ends; with certificates it speaks TLS.

    Whoever connects before uvicorn is ready waits for it.
    """
    server = _Server(app, world, certificates)
    running = asyncio.get_running_loop().create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.stop.set()
        await running


@contextlib.contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket that listens there.

    Raises:
        PortTaken: something else does, or the host is not ours.
    """
    if not host:
        raise PortTaken("the host to listen on is empty; 0.0.0.0 is every address of this machine")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, because asyncio lets only such connections answer without waiting for more to send.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(1024)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                why = f"port {port} on {host} is taken; stop what runs there or choose --port 0"
                raise PortTaken(why) from error
            raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror}") from error
        yield listener


def address_of(listener: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = cast("tuple[str, int]", listener.getsockname()[:2])
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
