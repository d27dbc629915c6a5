"""Runs what is to run until somebody stops it."""

import asyncio
import gc
import logging
import signal
from collections.abc import Coroutine
from typing import Any

from postwright.config import Settings

_CHATTY = ("alembic", "sqlalchemy", "httpx2", "httpcore", "uvicorn")


def log_to_stderr(settings: Settings, *, least: str = "DEBUG") -> None:
    """Log as the settings say; the libraries only speak up for warnings, or for DEBUG.

    Args:
        settings: name the level.
        least: what is less than this is left out, unless the settings say DEBUG.
    """
    levels = logging.getLevelNamesMapping()
    level = levels[settings.log_level]
    logging.basicConfig(
        level=level if settings.log_level == "DEBUG" else max(level, levels[least]),
        format="%(asctime)s %(levelname)-7s %(message)s",
        datefmt="%H:%M:%S",
        force=True,
    )
    if settings.log_level != "DEBUG":
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)


def collect_seldom() -> None:
    """Have Python look for cycles less often: what a process of ours makes is mostly free at once.

    Its modules are never garbage, so they are not looked at again. A worker needs a tenth less CPU
    per publication (benchmarks/publishing), the API a third less per list of posts (benchmarks/api:
    each look takes as long as the list), and their memory stays flat all the same.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


async def until_stopped(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all parts until Ctrl-C, SIGTERM or SIGHUP; one that fails stops all, and is raised.

    A second signal does what it does to any program.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stopping() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, stopping)
    running = [asyncio.ensure_future(part) for part in parts]
    stopped = asyncio.ensure_future(_seen(stop))
    try:
        await asyncio.wait({*running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            if task.done():
                task.result()
    finally:
        for task in (*running, stopped):
            task.cancel()
        await asyncio.gather(*running, stopped, return_exceptions=True)
        for number in signals:
            loop.remove_signal_handler(number)


async def _seen(event: asyncio.Event) -> None:
    await event.wait()
