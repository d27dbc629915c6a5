"""Send a chunk and read the answer: blocking, in one loop, one piece in memory at a time.

The body goes past the HTTP library, from where it is read to the socket: what lies between costs
more than the sending. The library writes the head, and then hears how long the body was.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Self
from urllib.parse import urlsplit

import httpcore2

from tiktok_client._operations.wire import Response, Target
from tiktok_client._source import (
    ByteSource,
    Source,
    close_source,
    is_near,
    open_source,
    read_piece,
)
from tiktok_client.models.chunks import Chunk

from .passage import Passage

__all__ = ["put_chunk", "request_headers"]

AGENT = {"User-Agent": "tiktok-client/0.1", "Accept": "application/json"}
# What is read, and then written, at once. From a disk or from memory: little enough to stay in a
# processor's cache on the way, and to lie where the piece before it lay (from 128 KiB on the C
# library may ask the system for new memory each time).
NEAR_PIECE_BYTES = 98_304
# From anything else: a read may be a request over a network, so there should be few.
PIECE_BYTES = 524_288
MAX_ANSWER_BYTES = 65_536


def put_chunk(
    pool: httpcore2.ConnectionPool,
    target: Target,
    source: Source,
    chunk: Chunk,
    passage: Passage,
    *,
    total_bytes: int,
    on_progress: Callable[[int], None] | None,
) -> Response:
    """Make one PUT. Raises SourceError, and httpcore2's errors as they are."""
    opened = open_source(source, total_bytes)
    try:
        with passage.here():
            return _exchange(pool, target, _body(opened, chunk, passage, on_progress), passage)
    finally:
        close_source(opened)


def request_headers(target: Target, **more: str) -> list[tuple[str, str]]:
    """All headers of a request: httpcore2 adds none."""
    host = {"Host": urlsplit(target.url).netloc}
    return list((host | AGENT | dict(target.headers) | more).items())


def _exchange(
    pool: httpcore2.ConnectionPool, target: Target, body: Iterable[bytes], passage: Passage
) -> Response:
    request = httpcore2.Request(
        target.method,
        target.url,
        headers=request_headers(target),
        content=body,
        extensions={"timeout": passage.timeouts(), "trace": passage.note},
    )
    answer = pool.handle_request(request)
    try:
        told = _read(answer)
    finally:
        passage.leave()
        answer.close()
    return Response(target.operation, answer.status, _headers(answer.headers), told)


class _Written(bytes):
    """No bytes, but the length of those that were written already.

    h11 asks a body for its length only, to hold it against Content-Length (its chapter on sendfile
    promises that), and what it then gives back to be written is empty.
    """

    _size: int

    def __new__(cls, size: int) -> Self:
        made = super().__new__(cls)
        made._size = size
        return made

    def __len__(self) -> int:
        return self._size


def _body(
    source: ByteSource,
    chunk: Chunk,
    passage: Passage,
    on_progress: Callable[[int], None] | None,
) -> Generator[bytes]:
    """Write the chunk when the HTTP library has written the head and asks for the body."""
    offset, end = chunk.first, chunk.last_inclusive + 1
    most = NEAR_PIECE_BYTES if is_near(source) else PIECE_BYTES
    while offset < end:
        size = min(most, end - offset)
        # Not kept in a variable: the next piece then gets the memory of this one.
        passage.write(read_piece(source, offset, size), passage.stall_s)
        offset += size
        if on_progress is not None:
            on_progress(offset)
    yield _Written(end - chunk.first)


def _read(answer: httpcore2.Response) -> bytes:
    """Read the answer to its end. No page describes a body, so a long one is not kept."""
    told = bytearray()
    for part in answer.iter_stream():
        if len(told) > MAX_ANSWER_BYTES:
            raise httpcore2.RemoteProtocolError(f"the answer is over {MAX_ANSWER_BYTES} bytes")
        told += part
    return bytes(told)


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("ascii").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
