"""Serves a world on a port, in the running event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from pathlib import Path

from starlette.types import ASGIApp

from tiktok_emulator.app import create_app
from tiktok_emulator.seeds import Seed
from tiktok_emulator.server import address_of, answering, listening
from tiktok_emulator.settings import Settings
from tiktok_emulator.store import World
from tiktok_emulator.tls.recipe import Secure


class Emulator:
    """A running emulator: where it is, and the world behind it.

    `secure` tells where its TLS side is, None if it has none.
    """

    def __init__(self, state: World, base_url: str, secure: Secure | None = None) -> None:
        self.state = state
        self.base_url = base_url
        self.secure = secure

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
        tls: Path | None = None,
        tls_port: int = 0,
        proxy_port: int = 0,
    ) -> "AsyncGenerator[Emulator]":
        """Serve until the block ends; port 0 is any free one. Uploaded bytes are deleted then.

        `tls` is the folder for an authority of its own, made there if it is empty. Then the same
        world also speaks TLS on `tls_port`, under TikTok's host names, and `proxy_port` is a
        proxy that leads to it; see Secure.environment.

        Raises:
            PortTaken: something else listens there.
            SeedInvalid: apps that TikTok would not register.
            EmulatorError: the folder for TLS cannot be used.
        """
        world = World(base=base, settings=settings, spool=spool, seed=seed)
        try:
            _ = world.spool  # a folder that cannot be made is told before anything is served
            app = create_app(world)
            async with contextlib.AsyncExitStack() as stack:
                listener = stack.enter_context(listening(host, port))
                secure = None
                if tls is not None:
                    listeners = [
                        stack.enter_context(listening(host, number))
                        for number in (tls_port, proxy_port)
                    ]
                    secure = await stack.enter_async_context(_securely(app, world, tls, listeners))
                await stack.enter_async_context(answering(app, world, listener))
                await stack.enter_async_context(_ticking(world))
                yield cls(world, address_of(listener), secure)
        finally:
            await world.outbox.stop()
            world.close()


@contextlib.asynccontextmanager
async def _ticking(world: World) -> AsyncGenerator[None]:
    """Let things happen by the world's clock; what goes wrong in it comes out at the end."""
    task = asyncio.get_running_loop().create_task(world.due.tick())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def _securely(
    app: ASGIApp, world: World, folder: Path, listeners: list[socket.socket]
) -> AsyncGenerator[Secure]:
    """Speak TLS on the first socket; the second is the proxy that leads there."""
    # Only whoever asks for TLS waits for the library that makes certificates.
    from tiktok_emulator.tls.authority import certificates  # noqa: PLC0415  # see above
    from tiktok_emulator.tls.proxy import proxying  # noqa: PLC0415  # as above

    speaking, leading = listeners
    host, port = speaking.getsockname()[:2]
    files = await asyncio.to_thread(certificates, folder)
    async with answering(app, world, speaking, files), proxying(leading, (host, port)):
        yield Secure(
            proxy_url=address_of(leading),
            host=host,
            port=port,
            authority=files.authority,
            bundle=files.bundle,
        )
