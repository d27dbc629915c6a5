"""What a process does every so often, also while the database comes and goes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

from postwright.errors import AppError
from postwright.jobs.engine import is_passing

log = logging.getLogger(__name__)

_LONGEST_S = 5
T = TypeVar("T")


Do = Callable[[], Awaitable[object]]


async def every(seconds: float, name: str, do: Do, *, when_back: Do | None = None) -> None:
    """Do it at once and then with such pauses, until cancelled. Trouble that passes stops nobody.

    See `surely`.

    Raises:
        Exception: what `do` raised, if waiting does not mend it.
    """
    while True:
        await surely(name, do, when_back=when_back)
        await asyncio.sleep(seconds)


async def surely(name: str, do: Callable[[], Awaitable[T]], *, when_back: Do | None = None) -> T:
    """Do it, however long the database is away: 1 s after the first trouble, later every 5 s.

    The log says so the first time, the second, the fourth, the eighth... After trouble
    `when_back` is done first: what comes back may be another database.

    Raises:
        Exception: what `do` raised, if waiting does not mend it.
    """
    for trouble in count(1):
        try:
            if trouble > 1 and when_back is not None:
                await when_back()
            return await do()
        except Exception as error:
            if not is_passing(error):
                raise
            pause_s = min(trouble, _LONGEST_S)
            if trouble.bit_count() == 1:
                log.warning("%s: %s Trying again in %s s.", name, _said(error), pause_s)
        await asyncio.sleep(pause_s)
    raise AssertionError


def _said(error: Exception) -> str:
    """What has happened, on one line."""
    if isinstance(error, AppError):
        return " ".join(f"{error.what} {error.why}".split()).removesuffix(".") + "."
    return " ".join(f"{type(error).__name__}: {error}".split()) + "."
