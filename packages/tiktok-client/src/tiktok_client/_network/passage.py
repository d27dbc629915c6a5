"""What one request may take, how far it came, and the means to stop it from another thread."""

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

__all__ = ["Passage", "bounded", "follow"]

_CURRENT: ContextVar["Passage | None"] = ContextVar("passage", default=None)


class Passage:
    """One request and its answer.

    `sent` tells whether the first byte of the request may have left. Times are in seconds:
    `limit_s` for the whole, `stall_s` for each wait, `connect_s` for getting a connection.
    """

    def __init__(self, *, limit_s: float, stall_s: float, connect_s: float) -> None:
        self.limit_s = limit_s
        self.stall_s = min(stall_s, limit_s)
        self.connect_s = min(connect_s, limit_s)
        self.deadline = time.monotonic() + limit_s
        self.sent = False
        # Of the connection that the head went to; there is none before.
        self.write: Callable[[bytes, float | None], None]
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._stopped = False

    @contextmanager
    def here(self) -> Generator[None]:
        """Bound everything that this context does with our connections."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)

    def timeouts(self) -> dict[str, float]:
        """What the HTTP library is told."""
        return {
            "connect": self.connect_s,
            "pool": self.connect_s,
            "read": self.stall_s,
            "write": self.stall_s,
        }

    def note(self, event: str, info: Any) -> None:
        """Hear from the HTTP library how far it is."""
        # A proxy is asked for a tunnel first: that is not the request yet.
        if event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            self.sent = True

    def stop(self) -> None:
        """End it now, from any thread; nothing is sent after this returns."""
        with self._lock:
            self._stopped = True
            if self._socket is not None:
                with suppress(OSError):
                    # Not the method of SSLSocket: that one takes TLS away under a running write.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def leave(self) -> None:
        """The connection is no longer ours: a stop that comes now must not touch it."""
        with self._lock:
            self._socket = None

    def hold(self, connection: socket.socket) -> float:
        """Use this connection; return how many seconds are left. Raises TimeoutError for none."""
        with self._lock:
            self._socket = connection
            left_s = self.deadline - time.monotonic()
            if self._stopped or left_s <= 0:
                raise TimeoutError
        return left_s


def follow(write: Callable[[bytes, float | None], None]) -> None:
    """Say how to write to the connection that is written to now: a body goes to it as well."""
    if (passage := _CURRENT.get()) is not None:
        passage.write = write


def bounded(connection: socket.socket, wait_s: float | None) -> float | None:
    """How long one wait on this connection may take. Raises TimeoutError when all time is over."""
    passage = _CURRENT.get()
    if passage is None:
        return wait_s
    left_s = passage.hold(connection)
    return left_s if wait_s is None else min(wait_s, left_s)
