# Generated from _async/transport.py by tools/unasync.py. Edit that file.
"""Send requests and read answers. The only module that knows the HTTP library.

It talks to that library's transport rather than to its client: so redirects are never followed, no
cookie is kept, no netrc is read, and no address with a secret in its query reaches a log.
"""

import ssl
import time
from collections import Counter
from collections.abc import Iterator, Callable, Generator, Mapping
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeVar

import httpcore2
import httpx2
from tiktok_client._blocking import fail_after

from tiktok_client._network.passage import Passage
from tiktok_client._network.uploads import put_chunk, request_headers
from tiktok_client._operations.wire import Request, Response, Target
from tiktok_client._record import CallWatch, OnCall, Unknowns
from tiktok_client._source import Source
from tiktok_client._sync.pool import open_pool as open_blocking_pool
from tiktok_client._blocking import in_thread
from tiktok_client.errors import ConnectFailed, TimedOut, TransportError
from tiktok_client.models.calls import Unknown
from tiktok_client.models.chunks import Chunk

from .pool import open_pool

__all__ = ["Transport"]

T = TypeVar("T")
MAX_ANSWER_BYTES = 4_194_304
BROKEN = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
    httpx2.DecodingError,
)


def _only(verify: ssl.SSLContext | bool) -> ssl.SSLContext:  # noqa: FBT001  # httpx' own words
    return httpx2.create_ssl_context(verify=verify, trust_env=False)


@cache
def _everybody() -> ssl.SSLContext:
    """Whom a machine trusts is read once: it takes as long as a call does."""
    return _only(verify=True)


class Transport:
    """A connection pool, shared by any number of clients. Close it, or use it as a context manager.

    `timeout_s` bounds a call from its start to its last byte, `upload_timeout_s` one PUT;
    `stall_timeout_s` bounds each wait inside a PUT, so that a dead connection is noticed early.
    `proxy` is an http(s) address that all requests go through; no environment variable is read.
    `verify` says whom to trust: TikTok's hosts, and a proxy that speaks TLS.
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
        self._unknowns = Unknowns()
        tls = _everybody() if verify is True else _only(verify)
        self._pool = open_pool(tls=tls, proxy=proxy, max_connections=max_connections)
        # Uploads go to other hosts than calls, so nothing is lost by a pool of their own.
        self._uploads = open_blocking_pool(tls=tls, proxy=proxy, max_connections=max_connections)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def unknown(self) -> Counter[Unknown]:
        """What TikTok's answers had so far that this version does not know, and how often.

        Nothing is lost by it: codes are in `APIError.code`, fields in `raw`. It tells when it is
        time to look at TikTok's pages, or for a newer version.
        """
        return self._unknowns.counts()

    def close(self) -> None:
        """Close every connection."""
        self._uploads.close()
        self._pool.close()

    def call(
        self, request: Request, read: Callable[[Response], T], *, timeout_s: float | None = None
    ) -> T:
        """Make one request and return what `read` makes of the answer.

        Raises TransportError without a usable answer, and whatever `read` raises.
        """
        limit_s = self.timeout_s if timeout_s is None else timeout_s
        passage = Passage(limit_s=limit_s, stall_s=limit_s, connect_s=self.connect_timeout_s)
        return self._tell(request, passage, lambda: self._send(request, passage), read)

    def put(
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
        """Stream one chunk from its source, piece by piece; return what `read` makes of it.

        A piece of a path, of bytes or of a gathered stream has 96 KiB, of any other source 512 KiB.
        `on_progress` gets the offset in the file up to which bytes were handed to the network; when
        the event loop is busy it hears the newest one only.
        Raises SourceError, TransportError, and whatever `read` raises.
        """
        passage = Passage(
            limit_s=self.upload_timeout_s if timeout_s is None else timeout_s,
            stall_s=self.stall_timeout_s,
            connect_s=self.connect_timeout_s,
        )

        def work(tell: Callable[[int], None] | None) -> Response:
            return put_chunk(
                self._uploads,
                target,
                source,
                chunk,
                passage,
                total_bytes=total_bytes,
                on_progress=tell,
            )

        return self._tell(target, passage, lambda: in_thread(work, passage.stop, on_progress), read)

    def _tell(
        self,
        target: Target,
        passage: Passage,
        send: Callable[[], Response],
        read: Callable[[Response], T],
    ) -> T:
        watch = CallWatch(target)
        failure: BaseException | None = None
        try:
            with _told_as_ours(target.operation, passage), fail_after(passage.limit_s):
                watch.answer = send()
            result = read(watch.answer)
            watch.log_id = getattr(result, "log_id", None)
        except BaseException as error:
            failure = error
            raise
        else:
            return result
        finally:
            watch.tell(self.on_call, failure, self._unknowns)

    def _send(self, request: Request, passage: Passage) -> Response:
        def trace(event: str, info: Mapping[str, Any]) -> None:
            passage.note(event, info)

        asked = httpcore2.Request(
            request.method,
            request.url,
            headers=request_headers(request, **{"Content-Length": str(len(request.body))}),
            content=request.body,
            extensions={"timeout": passage.timeouts(), "trace": trace},
        )
        with passage.here():
            answer = self._pool.handle_request(asked)
            try:
                return _read(request.operation, answer, passage.deadline)
            finally:
                answer.close()


class _Body(httpx2.SyncByteStream):
    """The body of an answer, for httpx2 to decode."""

    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        for part in self._answer.iter_stream():
            yield part


def _read(operation: str, answer: httpcore2.Response, deadline: float) -> Response:
    """Read the whole answer, up to a size that no answer of TikTok's comes near."""
    decoded = httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer))
    body = bytearray()
    for part in decoded.iter_bytes():
        body += part
        if len(body) > MAX_ANSWER_BYTES:
            raise httpx2.DecodingError(f"the answer is over {MAX_ANSWER_BYTES} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError
    headers = {name.lower(): value for name, value in decoded.headers.items()}
    return Response(operation, answer.status, headers, bytes(body))


@contextmanager
def _told_as_ours(operation: str, passage: Passage) -> Generator[None]:
    """Turn what the network and the HTTP library raise into errors of ours."""
    try:
        yield
    except (TimeoutError, httpcore2.TimeoutException) as error:
        if not passage.sent:
            text = f"no connection within {passage.connect_s:g} s"
        elif time.monotonic() < passage.deadline:
            text = f"silence for {passage.stall_s:g} s"
        else:
            text = f"no answer within {passage.limit_s:g} s"
        raise TimedOut(text, operation=operation, sent=passage.sent) from error
    except (httpcore2.ConnectError, httpcore2.ProxyError) as error:
        kind = TransportError if passage.sent else ConnectFailed
        text = f"no connection: {str(error) or type(error).__name__}"
        raise kind(text, operation=operation, sent=passage.sent) from error
    except BROKEN as error:
        text = f"the connection broke: {str(error) or type(error).__name__}"
        raise TransportError(text, operation=operation, sent=passage.sent) from error
