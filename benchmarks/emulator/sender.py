"""Sends one upload in chunks, with sendfile; a process of its own.

    python -m benchmarks.emulator.sender URL FILE CHUNK_BYTES

Prints how many seconds it took.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit


def send(url: str, file: Path, chunk_bytes: int) -> float:
    """Put all chunks over one connection; the last one takes the rest."""
    where, size = urlsplit(url), file.stat().st_size
    count = max(1, size // chunk_bytes)
    began = time.perf_counter()
    with (
        file.open("rb") as source,
        socket.create_connection(("127.0.0.1", where.port or 80)) as out,
    ):
        for number in range(count):
            first = number * chunk_bytes
            length = size - first if number == count - 1 else chunk_bytes
            head = (
                f"PUT {where.path}?{where.query} HTTP/1.1\r\nHost: {where.netloc}\r\n"
                f"Content-Type: video/mp4\r\nContent-Length: {length}\r\n"
                f"Content-Range: bytes {first}-{first + length - 1}/{size}\r\n\r\n"
            )
            out.sendall(head.encode())
            left = length
            while left:
                left -= os.sendfile(out.fileno(), source.fileno(), first + length - left, left)
            status = out.recv(65_536).split()[1]
            assert status in (b"206", b"201"), status
    return time.perf_counter() - began


if __name__ == "__main__":
    elapsed_s = send(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps({"elapsed_s": elapsed_s}))
