"""What every command begins with: its `--json` option and its event loop."""

import asyncio
import functools
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import ParamSpec

import click

P = ParamSpec("P")

TERMINATED = 128 + signal.SIGTERM

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def asynchronous(function: Callable[P, Awaitable[int | None]]) -> Callable[P, int]:
    """Run a command that is a coroutine. Its result is the exit code; None is 0.

    SIGTERM ends it as Ctrl-C does, in good order: what it had half done is undone, and a database
    that nobody else uses is stopped.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        terminated = False

        async def body() -> int | None:
            task = asyncio.current_task()
            assert task is not None

            def terminate() -> None:
                nonlocal terminated
                terminated = True
                task.cancel()

            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
            return await function(*args, **kwargs)

        # What the service logs is for the log of a worker, not for the one who gives a command.
        logging.getLogger().addHandler(logging.NullHandler())
        try:
            with asyncio.Runner(loop_factory=_new_loop) as runner:
                return runner.run(body()) or 0
        except asyncio.CancelledError:
            if terminated:
                return TERMINATED
            raise

    return run


def _new_loop() -> asyncio.AbstractEventLoop:
    """The loop of libuv, where it can be installed: a worker needs a third less CPU with it."""
    try:
        import uvloop  # noqa: PLC0415  # not made for every system
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
