"""Send requests and read answers. The only module that knows the HTTP library.

It talks to that library's transport rather than to its client: so redirects are never followed, no
cookie is kept, no netrc is read, and no address with a secret in its query reaches a log.
"""

import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpcore2
import httpx2
from anyio import fail_after
from anyio.to_thread import run_sync

from tiktok_client._operations.wire import Request, Response, Target
from tiktok_client._record import CallWatch, OnCall
from tiktok_client._source import ByteSource, Source, close_source, open_source, read_piece
from tiktok_client.errors import ConnectFailed, TimedOut, TransportError
from tiktok_client.models.chunks import Chunk

from .pool import open_pool

__all__ = ["AsyncTransport"]

T = TypeVar("T")
# A piece is one write, and the stall timeout is for a whole one: so it fits a slow line, and grows
# only as long as the line takes one in no time, where each write costs more than its bytes.
PIECE_BYTES = 1_048_576
LARGEST_PIECE_BYTES = 4_194_304
QUICK_S = 0.1
MAX_ANSWER_BYTES = 4_194_304
AGENT = {"User-Agent": "tiktok-client/0.1", "Accept": "application/json"}


class AsyncTransport:
    """A connection pool, shared by any number of clients. Close it, or use it as a context manager.

    `timeout_s` bounds a call from its start to its last byte, `upload_timeout_s` one PUT;
    `stall_timeout_s` bounds each wait inside a PUT, so that a dead connection is noticed early.
    `proxy` is an http(s) address that all requests go through; no environment variable is read.
    `on_call` is told about every request, after it.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 30.0,
        connect_timeout_s: float = 10.0,
        upload_timeout_s: float = 900.0,
        stall_timeout_s: float = 60.0,
        max_connections: int = 100,
        verify: ssl.SSLContext | bool = True,
        proxy: str | None = None,
        on_call: OnCall | None = None,
    ) -> None:
        self.timeout_s = timeout_s
        self.connect_timeout_s = connect_timeout_s
        self.upload_timeout_s = upload_timeout_s
        self.stall_timeout_s = stall_timeout_s
        self.on_call = on_call
        tls = httpx2.create_ssl_context(verify=verify, trust_env=False)
        self._http = _OwnPool(open_pool(tls=tls, proxy=proxy, max_connections=max_connections))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def call(
        self, request: Request, read: Callable[[Response], T], *, timeout_s: float | None = None
    ) -> T:
        """Make one request and return what `read` makes of the answer.

        Raises TransportError without a usable answer, and whatever `read` raises.
        """
        limit_s = self.timeout_s if timeout_s is None else timeout_s
        http = httpx2.Request(
            request.method, request.url, headers=AGENT | dict(request.headers), content=request.body
        )
        return await self._tell(request, http, read, limit_s, limit_s)

    async def put(
        self,
        target: Target,
        source: Source,
        chunk: Chunk,
        read: Callable[[Response], T],
        *,
        total_bytes: int,
        timeout_s: float | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> T:
        """Stream one chunk from its source, 1 to 4 MiB at a time; return what `read` makes of it.

        `on_progress` gets the offset in the file up to which bytes were handed to the network.
        Raises SourceError, TransportError, and whatever `read` raises.
        """
        limit_s = self.upload_timeout_s if timeout_s is None else timeout_s
        opened = await run_sync(open_source, source, total_bytes)
        try:
            pieces = _Pieces(opened, chunk, time.monotonic() + limit_s, on_progress)
            # Given a stream, httpx2 adds no header of its own: no Transfer-Encoding, but no Host
            # either.
            host = {"Host": httpx2.URL(target.url).netloc.decode("ascii")}
            headers = host | AGENT | dict(target.headers)
            http = httpx2.Request(target.method, target.url, headers=headers, stream=pieces)
            stall_s = min(limit_s, self.stall_timeout_s)
            return await self._tell(target, http, read, limit_s, stall_s)
        finally:
            await run_sync(close_source, opened)

    async def _tell(
        self,
        target: Target,
        http: httpx2.Request,
        read: Callable[[Response], T],
        limit_s: float,
        stall_s: float,
    ) -> T:
        watch = CallWatch(target)
        failure: BaseException | None = None
        try:
            watch.answer = await self._send(target, http, limit_s, stall_s)
            result = read(watch.answer)
            watch.log_id = getattr(result, "log_id", None)
        except BaseException as error:
            failure = error
            raise
        else:
            return result
        finally:
            watch.tell(self.on_call, failure)

    async def _send(
        self, target: Target, http: httpx2.Request, limit_s: float, stall_s: float
    ) -> Response:
        departure, deadline = _Departure(), time.monotonic() + limit_s
        connect_s = min(limit_s, self.connect_timeout_s)
        timeout = httpx2.Timeout(stall_s, connect=connect_s, pool=connect_s)
        http.extensions = {"timeout": timeout.as_dict(), "trace": departure.trace}
        try:
            with fail_after(limit_s):
                answer = await self._http.handle_async_request(http)
                try:
                    body = await _read_body(answer, deadline)
                finally:
                    await answer.aclose()
        except (TimeoutError, httpx2.TimeoutException) as error:
            if not departure.sent:
                text = f"no connection within {connect_s:g} s"
            elif time.monotonic() < deadline:
                text = f"silence for {stall_s:g} s"
            else:
                text = f"no answer within {limit_s:g} s"
            raise TimedOut(text, operation=target.operation, sent=departure.sent) from error
        except (httpx2.ConnectError, httpx2.ProxyError) as error:
            kind = TransportError if departure.sent else ConnectFailed
            text = f"no connection: {error}"
            raise kind(text, operation=target.operation, sent=departure.sent) from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            text = f"the connection broke: {error}"
            raise TransportError(text, operation=target.operation, sent=departure.sent) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(target.operation, answer.status_code, headers, body)


async def _read_body(answer: httpx2.Response, deadline: float) -> bytes:
    """Read the whole answer, up to a size that no answer of TikTok's comes near."""
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > MAX_ANSWER_BYTES:
            raise httpx2.DecodingError(f"the answer is over {MAX_ANSWER_BYTES} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)


class _OwnPool(httpx2.AsyncHTTPTransport):
    """httpx2's transport on a pool that we made: its own takes no network backend."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool) -> None:  # no super(): it makes a pool
        self._pool = pool


class _Departure:
    """Knows whether the first byte of a request may have left."""

    def __init__(self) -> None:
        self.sent = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.sent = True


class _Pieces(httpx2.AsyncByteStream):
    """A chunk as a request body, one piece in memory at a time."""

    def __init__(
        self,
        source: ByteSource,
        chunk: Chunk,
        deadline: float,
        on_progress: Callable[[int], None] | None,
    ) -> None:
        self._source = source
        self._chunk = chunk
        self._deadline = deadline
        self._on_progress = on_progress

    async def __aiter__(self) -> AsyncIterator[bytes]:
        offset, end = self._chunk.first, self._chunk.last_inclusive + 1
        piece_bytes = PIECE_BYTES
        while offset < end:
            began = time.monotonic()
            if began > self._deadline:
                raise TimeoutError
            size = min(piece_bytes, end - offset)
            yield await run_sync(read_piece, self._source, offset, size)
            offset += size
            if self._on_progress is not None:
                self._on_progress(offset)
            quick = time.monotonic() - began < QUICK_S
            piece_bytes = min(2 * piece_bytes, LARGEST_PIECE_BYTES) if quick else PIECE_BYTES
