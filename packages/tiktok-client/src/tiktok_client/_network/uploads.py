"""Send a chunk and read the answer: blocking, in one loop, one piece in memory at a time."""

from collections.abc import Callable, Generator, Iterable
from urllib.parse import urlsplit

import httpcore2

from tiktok_client._operations.wire import Response, Target
from tiktok_client._source import ByteSource, Source, close_source, open_source, read_piece
from tiktok_client.models.chunks import Chunk

from .passage import Passage

__all__ = ["put_chunk", "request_headers"]

AGENT = {"User-Agent": "tiktok-client/0.1", "Accept": "application/json"}
# What is read, and then written, at once: little enough to stay in a processor's cache on the way,
# and enough that what happens between two pieces does not count.
PIECE_BYTES = 524_288
# Two pieces are alive while one follows the other. The C library gives memory back to the system as
# soon as twice its largest block so far is free, and every page of it costs a fault to get again:
# one larger block, never touched, lets it keep them.
LARGER_BYTES = 4 * PIECE_BYTES
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
            return _exchange(pool, target, _pieces(opened, chunk, on_progress), passage)
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


def _pieces(
    source: ByteSource, chunk: Chunk, on_progress: Callable[[int], None] | None
) -> Generator[bytes]:
    offset, end = chunk.first, chunk.last_inclusive + 1
    bytes(LARGER_BYTES)
    while offset < end:
        size = min(PIECE_BYTES, end - offset)
        yield read_piece(source, offset, size)
        offset += size
        if on_progress is not None:
            on_progress(offset)


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
