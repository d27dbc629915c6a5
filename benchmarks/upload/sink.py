"""Takes PUTs and throws their bytes away: `python -m benchmarks.upload.sink` prints its port.

As little work as there can be, so that what is measured is the sender.
"""

import re
import socket
import sys
import threading

BUFFER_BYTES = 1 << 20
# Linux then throws the bytes of a TCP connection away without copying them first.
DISCARD = socket.MSG_TRUNC if sys.platform == "linux" else 0
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")
_RANGE = re.compile(rb"(?i)content-range: bytes \d+-(\d+)/(\d+)")


def serve(connection: socket.socket) -> None:
    """Answer 206 to every PUT but the one that carries the last byte, which gets 201."""
    buffer = bytearray(BUFFER_BYTES)
    while True:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (count := connection.recv_into(buffer)):
                return
            head += bytes(buffer[:count])
        head, _, rest = head.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        left = (int(found[1]) if found else 0) - len(rest)
        while left > 0:
            if not (count := connection.recv_into(buffer, min(left, BUFFER_BYTES), DISCARD)):
                return
            left -= count
        part = _RANGE.search(head)
        more = part is not None and int(part[1]) + 1 < int(part[2])
        status = b"206 Partial Content" if more else b"201 Created"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")


def main() -> None:
    """Listen until killed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
