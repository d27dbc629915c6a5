"""Long runs: the line that tells how far one is, and how it is broken off."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click

_EVERY_S = 5.0
_Ended = TypeVar("_Ended")


class Progress:
    """The line that tells how far it is: rewritten on a terminal, now and then elsewhere."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._told_at = -_EVERY_S
        self._is_live = sys.stdout.isatty()

    def tell(self, what: str) -> None:
        """Show it."""
        after_s = time.monotonic() - self._began
        text = f"[{after_s:5.0f} s] {what}"
        if self._is_live:
            sys.stdout.write(f"\r{text:<100}")
            sys.stdout.flush()
        elif after_s - self._told_at >= _EVERY_S:
            self._told_at = after_s
            click.echo(text)

    def end(self) -> None:
        """Leave the line."""
        if self._is_live:
            click.echo()


def watched(run: Callable[[Callable[[str], None]], Coroutine[Any, Any, _Ended]]) -> _Ended:
    """Run it to its end; it is given a function that takes lines about how far it is.

    Interrupted, or ended politely, it cleans up after itself; then the process exits with 130.
    """
    progress = Progress()
    try:
        ended = asyncio.run(_ended(run(progress.tell)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        progress.end()
        click.echo("Interrupted; all its processes have ended and its files are gone.")
        sys.exit(130)
    progress.end()
    return ended


async def _ended(run: Coroutine[Any, Any, _Ended]) -> _Ended:
    task = asyncio.ensure_future(run)
    # Ended politely it cleans up as it does after Ctrl-C.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
