"""Ctrl-C for processes that tests start, though the tests themselves may run in the background."""

import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Generator[None]:
    """What is started in here can be interrupted.

    A shell has what it starts in the background (`make test &`) ignore SIGINT, and whoever is
    started with a signal ignored ignores it too: a test that sends one would wait for ever.
    """
    ours = signal.getsignal(signal.SIGINT)
    if ours is not signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, ours)
