"""An emulator in a thread of its own, for programs and tests of any kind."""

import asyncio
import contextlib
from collections.abc import Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import cast

from tiktok_emulator.control.remote import Control
from tiktok_emulator.seeds import DEMO, Seed
from tiktok_emulator.serving import Emulator
from tiktok_emulator.settings import Settings
from tiktok_emulator.tls.recipe import Secure


class Running(Control):
    """A running emulator to point a client at (`base_url`) and to command (the methods)."""

    def __init__(self, base_url: str, secure: Secure | None) -> None:
        super().__init__(base_url)
        self.secure = secure


@contextlib.contextmanager
def running(
    *,
    base: Seed = DEMO,
    settings: Settings | None = None,
    port: int = 0,
    spool: Path | None = None,
    seed: int | None = None,
    tls: Path | None = None,
) -> Generator[Running]:
    """Run an emulator until the block ends; a client is pointed at the `base_url` of what it gives.

    It has a thread and an event loop of its own, so it works in a blocking program as well as
    inside `async` code. `base` is there from the start; see Emulator.serve for the rest.

    Raises:
        PortTaken: something else listens there.
        EmulatorError: it cannot be set up as asked.
    """
    ready: Future[tuple[Running, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with Emulator.serve(
            base=base, settings=settings, port=port, spool=spool, seed=seed, tls=tls
        ) as emulator:
            here = Running(emulator.base_url, emulator.secure)
            ready.set_result((here, asyncio.get_running_loop(), stop))
            await stop.wait()

    with ThreadPoolExecutor(1, thread_name_prefix="tiktok-emulator") as thread:
        served = thread.submit(asyncio.run, serve())
        wait(cast("list[Future[object]]", [ready, served]), return_when=FIRST_COMPLETED)
        if not ready.done():
            served.result()  # raises why it did not start
        emulator, loop, stop = ready.result()
        try:
            yield emulator
        finally:
            loop.call_soon_threadsafe(stop.set)
            served.result()
