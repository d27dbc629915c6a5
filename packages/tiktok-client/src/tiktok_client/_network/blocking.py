"""The blocking half: write what the socket takes, and look for an answer when it takes no more."""

import selectors
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore2

from .interim import is_interim, without_interim
from .passage import bounded, follow

__all__ = ["Backend"]

READ_BYTES = 65_536
# What TLS inside TLS is given at once: a socket that is writable takes it whole.
WRITE_BYTES = 16_384
# How long to wait for data in what made a socket readable: TLS records without any, such as session
# tickets, make one readable too.
GLANCE_S = 0.005
# How often to look for an answer while the connection takes all that it is given.
LOOK_EVERY_S = 0.005
SocketOptions = Iterable[Any]


class Backend(httpcore2.NetworkBackend):
    """Opens connections as httpcore2 does, and wraps them."""

    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore2.NetworkStream:
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return EarlyAnswerStream(stream)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class EarlyAnswerStream(httpcore2.NetworkStream):
    """A connection whose `write` stops with WriteError once the other side has answered.

    `100 Continue` and its like are no answer. httpcore2 takes that error for what it is, and goes
    on to read the answer. No wait is longer than what is left of the passage it belongs to.
    """

    def __init__(self, inner: httpcore2.NetworkStream, tls_layers: int = 0) -> None:
        self._inner = inner
        self._socket: socket.socket = inner.get_extra_info("socket")
        self._tls_layers = tls_layers
        self._early: bytes | None = None
        self._interim = b""
        self._selector: selectors.BaseSelector | None = None
        self._look_at = 0.0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._interim:
            part, self._interim = self._interim[:max_bytes], self._interim[max_bytes:]
            return part
        if self._early is None:
            try:
                wait_s = bounded(self._socket, timeout)
            except TimeoutError as error:
                raise httpcore2.ReadTimeout from error
            return self._inner.read(max_bytes, wait_s)
        part, rest = self._early[:max_bytes], self._early[max_bytes:]
        # What ended the write stays: an empty read is the end of the connection, again and again.
        self._early = rest or (None if part else b"")
        return part

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:  # the end of a body: an answer that is there by now is not early
            return
        follow(self.write)
        if self._selector is None:
            self._selector = selectors.DefaultSelector()
            self._selector.register(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
        view = memoryview(buffer)
        if time.monotonic() >= self._look_at:
            self._await_writable(self._selector, timeout)
        if self._tls_layers > 1:
            self._write_layered(view, self._selector, timeout)
        else:
            self._write_straight(view, self._selector, timeout)

    def _write_straight(
        self, view: memoryview, selector: selectors.BaseSelector, timeout: float | None
    ) -> None:
        """Give the socket as much as it takes at once; httpcore2 would block until it took all."""
        connection = self._socket
        connection.settimeout(0)
        while view:
            try:
                view = view[connection.send(view) :]
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                self._await_writable(selector, timeout)
                connection.settimeout(0)
            except OSError as error:
                raise httpcore2.WriteError(str(error)) from error

    def _write_layered(
        self, view: memoryview, selector: selectors.BaseSelector, timeout: float | None
    ) -> None:
        """The socket is not what the bytes go to, so write pieces that never block."""
        for start in range(0, len(view), WRITE_BYTES):
            self._await_writable(selector, timeout)
            self._inner.write(bytes(view[start : start + WRITE_BYTES]), timeout)

    def _await_writable(self, selector: selectors.BaseSelector, timeout: float | None) -> None:
        while True:
            try:
                ready = selector.select(bounded(self._socket, timeout))
            except TimeoutError as error:
                raise httpcore2.WriteTimeout from error
            if not ready:
                raise httpcore2.WriteTimeout("the connection took nothing more")
            if ready[0][1] & selectors.EVENT_READ and self._spoken():
                raise httpcore2.WriteError("answered before the request was over")
            if ready[0][1] & selectors.EVENT_WRITE:
                self._look_at = time.monotonic() + LOOK_EVERY_S
                return

    def _spoken(self) -> bool:
        """Take what there is to read; whether it is an answer, or the end of the connection."""
        try:
            heard = self._inner.read(READ_BYTES, GLANCE_S)
        except httpcore2.ReadTimeout:
            return False
        except httpcore2.ReadError:
            heard = b""
        if heard:
            heard, self._interim = without_interim(self._interim + heard), b""
            if is_interim(heard) and len(heard) < READ_BYTES:
                self._interim = heard
                return False
        self._early = heard
        return True

    def close(self) -> None:
        self._unselect()
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        self._unselect()  # TLS takes the socket over
        stream = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return EarlyAnswerStream(stream, self._tls_layers + 1)

    def _unselect(self) -> None:
        if self._selector is not None:
            self._selector.close()
            self._selector = None

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
