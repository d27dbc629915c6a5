"""The media host: bytes per second of whole files, range requests per second, and its memory."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import click
import psutil

from benchmarks.parts import Part

MB = 1_000_000
SIZE_MB = 1_000
RANGES = 4_000
RANGE_BYTES = 4_096
GOALS: dict[str, float] = {
    "host_mb_per_s": 400,
    "host_ranges_per_s": 2_000,
    "host_rss_growth_mb": 32,
}
# Linux then throws the bytes of a TCP connection away without copying them first.
DISCARD = socket.MSG_TRUNC if sys.platform == "linux" else 0
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")


@contextmanager
def host(folder: Path, megabytes: int) -> Generator[tuple[int, str, psutil.Process]]:
    """A host in a process of its own: its port, its path, itself."""
    command = [sys.executable, "-m", "benchmarks.media.server", str(folder), str(megabytes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port, path = process.stdout.readline().split()
            yield int(port), path, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def ask(line: socket.socket, path: str, more: str = "") -> bytes:
    """One request on an open connection; the bytes of the answer are thrown away."""
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        piece = line.recv(65_536)
        if not piece:
            sys.exit("the host closed the connection")
        head += piece
    head, _, rest = head.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    left = int(found[1]) - len(rest) if found else 0
    buffer = bytearray(1 << 20)
    while left > 0:
        count = line.recv_into(buffer, min(left, len(buffer)), DISCARD)
        if not count:
            sys.exit("the host closed the connection in the middle")
        left -= count
    return head


def whole(port: int, path: str, size_bytes: int, rounds: int) -> float:
    """Bytes per second: the median of the rounds."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        took = list[float]()
        for _ in range(rounds + 1):  # the first one warms the page cache
            began = time.perf_counter()
            ask(line, path)
            took.append(time.perf_counter() - began)
    return size_bytes / median(took[1:])


def ranges(port: int, path: str, size_bytes: int, count: int, rounds: int) -> float:
    """Range requests per second, one after the other on one connection: the median."""
    rates = list[float]()
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(rounds):
            began = time.perf_counter()
            for number in range(count):
                first = number * 7_919_000 % (size_bytes - RANGE_BYTES)
                more = f"Range: bytes={first}-{first + RANGE_BYTES - 1}\r\n"
                assert ask(line, path, more).startswith(b"HTTP/1.1 206")
            rates.append(count / (time.perf_counter() - began))
    return median(rates)


def measure(folder: Path, *, rounds: int, small: bool) -> Part:
    """Whole files first, then ranges; memory is what the process grew by from its first answer."""
    megabytes = 50 if small else SIZE_MB
    count = 100 if small else RANGES
    rounds = max(1, rounds // 3)
    with host(folder, megabytes) as (port, path, process):
        with socket.create_connection(("127.0.0.1", port)) as line:
            ask(line, path, "Range: bytes=0-0\r\n")
        idle = process.memory_info().rss
        speed = whole(port, path, megabytes * MB, rounds) / MB
        rate = ranges(port, path, megabytes * MB, count, rounds)
        grown = (process.memory_info().rss - idle) / MB
    click.echo(f"\n{'media host':<20}{'MB/s':>10}{'ranges/s':>10}{'memory':>12}")
    click.echo(f"{f'{megabytes} MB file':<20}{speed:>10.0f}{rate:>10.0f}{grown:>9.1f} MB")
    told = {
        "host_mb_per_s": round(speed),
        "host_ranges_per_s": round(rate),
        "host_rss_growth_mb": round(grown, 1),
    }
    met = (
        speed >= GOALS["host_mb_per_s"]
        and rate >= GOALS["host_ranges_per_s"]
        and grown <= GOALS["host_rss_growth_mb"]
    )
    return Part(told, GOALS, met)
