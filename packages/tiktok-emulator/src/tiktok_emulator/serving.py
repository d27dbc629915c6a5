"""Serves a world on a port, in the running event loop."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from tiktok_emulator.app import create_app
from tiktok_emulator.errors import PortTaken
from tiktok_emulator.seeds import Seed
from tiktok_emulator.settings import Settings
from tiktok_emulator.store import World
from tiktok_emulator.wire import ABORT

PATIENCE_S = 2
KEEP_ALIVE_S = 75


class _Protocol(H11Protocol):
    """Lets the app close its connection without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, ABORT: transport.abort}

    def abandon_request(self) -> None:
        """Close the connection if the rest of a request is still to come; it may never."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        if cycle is not None and cycle.more_body:
            self.transport.abort()


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the event loop, and stops without waiting for a tick."""

    def __init__(self, world: World) -> None:
        config = uvicorn.Config(
            create_app(world),
            http=_Protocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=PATIENCE_S,
            timeout_keep_alive=KEEP_ALIVE_S,
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
        for connection in list(self.server_state.connections):
            cast("_Protocol", connection).abandon_request()
        await super().shutdown(sockets)


class Emulator:
    """A running emulator: where it is, and the world behind it."""

    def __init__(self, state: World, base_url: str) -> None:
        self.state = state
        self.base_url = base_url

    @classmethod
    @contextlib.asynccontextmanager
    async def serve(
        cls,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        base: Seed | None = None,
        settings: Settings | None = None,
        spool: Path | None = None,
        seed: int | None = None,
    ) -> "AsyncGenerator[Emulator]":
        """Serve until the block ends; port 0 is any free one. Uploaded bytes are deleted then.

        Raises:
            PortTaken: something else listens there.
            SeedInvalid: apps that TikTok would not register.
        """
        world = World(base=base, settings=settings, spool=spool, seed=seed)
        try:
            _ = world.spool  # a folder that cannot be made is told before anything is served
            with listening(host, port) as listener:
                server = _Server(world)
                running = asyncio.get_running_loop().create_task(server.serve([listener]))
                try:
                    # The socket listens already: whoever connects before uvicorn does waits.
                    yield cls(world, address_of(listener))
                finally:
                    server.stop.set()
                    await running
        finally:
            world.close()


@contextlib.contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket that listens there.

    Raises:
        PortTaken: something else does, or the host is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
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
