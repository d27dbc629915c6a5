"""What every command begins with: its `--json` option and its event loop."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from typing import ParamSpec

import click

P = ParamSpec("P")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def asynchronous(function: Callable[P, Awaitable[int | None]]) -> Callable[P, int]:
    """Run a command that is a coroutine. Its result is the exit code; None is 0."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        async def body() -> int | None:
            return await function(*args, **kwargs)

        # What the service logs is for the log of a worker, not for the one who gives a command.
        logging.getLogger().addHandler(logging.NullHandler())
        return asyncio.run(body()) or 0

    return run
