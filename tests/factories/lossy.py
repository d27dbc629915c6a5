"""A line to a server that loses what it is told to lose, on loopback."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PIECE = 65_536


@dataclass(slots=True)
class Loss:
    """What is lost: of the next `count` requests with this method and path, the answer.

    With `after_bytes` the line breaks after so many bytes of the request's body instead; with
    `holds` it is silent from there on, until the caller goes; with `cuts` it breaks after the first
    event of a stream.
    """

    method: str
    path: str
    count: int = 1
    after_bytes: int | None = None
    holds: bool = False
    cuts: bool = False


@dataclass(slots=True)
class Line:
    """A line to a server: its address, what it is to lose, and what went over it."""

    url: str = ""
    losses: list[Loss] = field(default_factory=list[Loss])
    seen: list[str] = field(default_factory=list[str])
    heads: list[str] = field(default_factory=list[str])

    def loss(self, method: str, path: str) -> Loss | None:
        """What is to be lost of a request, counted."""
        for loss in self.losses:
            if loss.method == method and path.startswith(loss.path) and loss.count > 0:
                loss.count -= 1
                return loss
        return None


@contextmanager
def lossy_line(server: str) -> Generator[Line]:
    """A line to the server of this address; nothing is lost until it is told to."""
    line, parts = Line(), urlsplit(server)
    behind = (parts.hostname or "", parts.port or 80)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                _carry(self.request, behind, line)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as listener:
        line.url = f"http://127.0.0.1:{listener.server_address[1]}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield line
        finally:
            listener.shutdown()
            thread.join()


def _carry(caller: socket.socket, behind: tuple[str, int], line: Line) -> None:
    """One request and its answer; each has a connection of its own."""
    head, body = _head(caller)
    method, path, _ = head.splitlines()[0].split(" ", 2)
    line.seen.append(f"{method} {path}")
    line.heads.append(head)
    loss = line.loss(method, path)
    length = next(
        (int(each.partition(":")[2]) for each in head.lower().splitlines() if "t-length:" in each),
        0,
    )
    left = length - len(body)
    with socket.create_connection(behind) as server:
        first, _, rest = head.partition("\r\n")
        kept = [each for each in rest.split("\r\n") if not each.lower().startswith("connection:")]
        server.sendall("\r\n".join([first, "Connection: close", *kept]).encode() + b"\r\n\r\n")
        server.sendall(body)
        while left > 0:
            breaks_at = None if loss is None else loss.after_bytes
            if breaks_at is not None and length - left >= breaks_at:
                _hold(caller, loss)
                return
            piece = caller.recv(min(_PIECE, left))
            if not piece:
                return
            server.sendall(piece)
            left -= len(piece)
        answered = b""
        while piece := server.recv(_PIECE):
            if loss is None:
                caller.sendall(piece)
            elif loss.cuts:
                caller.sendall(piece)
                answered += piece
                if b"\n\n" in answered:
                    return
    _hold(caller, loss)


def _hold(caller: socket.socket, loss: Loss | None) -> None:
    """Say nothing until the caller goes, if that is wanted."""
    while loss is not None and loss.holds and caller.recv(_PIECE):
        pass


def _head(caller: socket.socket) -> tuple[str, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = caller.recv(_PIECE)
        if not piece:
            raise OSError
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body
