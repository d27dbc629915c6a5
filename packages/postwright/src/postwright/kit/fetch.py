"""One HTTP request, no redirect followed, all of the answer to be looked at; or taken as it comes.

By hand, for what a client would smooth over: where a redirect leads, how the length was told, when
the certificate ends, and which machine it really connects to.
"""

import asyncio
import ssl
import time
from base64 import b64encode
from collections import deque
from collections.abc import AsyncGenerator, Collection, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import httptools

from postwright.kit.reach import Networks, NotPublic, public_address

_MOST_BYTES = 1 << 20
# Of what is not the body: heads, the frames of chunks (of which there may be more the longer the
# body is), and what comes after the last one.
_MOST_AROUND_BYTES, _AROUND_EACH_BYTE = 1 << 18, 8
_READ_BYTES = 1 << 18
# Of a body that is taken as it comes, in the longest time that nothing may come.
_LEAST_BYTES = 30 * 1024
_INFORMS = range(100, 200)
_PORTS = {"http": 80, "https": 443}


class FetchFailed(Exception):
    """No answer; the message says why, in a sentence."""


class NotTrusted(FetchFailed):
    """The certificate is not good for this host."""


class NotAllowed(FetchFailed):
    """It is not in the public network, and nothing was sent."""


@dataclass(slots=True)
class Fetched:
    """An answer. Headers are in small letters."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    certificate_ends_at: datetime | None = None
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """How to get out.

    Attributes:
        proxy: address of an HTTP proxy, or empty.
        connect_to: `host:port` in place of others.
        authorities: certificates to trust; None: those of this machine.
        public_only: go to machines of the public network only: for addresses that others chose.
            Which machine is decided here, once. A proxy decides for itself; then only names and
            addresses that are known here to lead elsewhere are refused.
        tells_proxy: give a proxy the machine that was decided on here, not the name.
        allowed: networks that count as public.
        own_ports: of this machine's own public addresses; None: all.
    """

    proxy: str = ""
    connect_to: Mapping[str, str] = field(default_factory=dict[str, str])
    authorities: Path | None = None
    public_only: bool = False
    tells_proxy: bool = False
    allowed: Networks = ()
    own_ports: Collection[int] | None = None

    async def to_public(self, host: str, port: int) -> str:
        return await public_address(host, port, allowed=self.allowed, own_ports=self.own_ports)


async def fetch(
    url: str,
    line: Line,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    timeout_s: float = 8,
) -> Fetched:
    """One request.

    Raises:
        FetchFailed: no connection, no answer, or too late.
        NotTrusted: its certificate is not good.
        NotAllowed: the line goes to the public network only, and it is not there.
    """
    began = time.monotonic()
    try:
        with _troubles():
            async with asyncio.timeout(timeout_s):
                fetched = await _fetch(urlsplit(url), line, method, headers or {}, body)
    except TimeoutError:
        raise FetchFailed(f"It did not answer within {timeout_s:.0f} s.") from None
    fetched.elapsed_s = time.monotonic() - began
    return fetched


@contextmanager
def _troubles() -> Generator[None]:
    """What goes wrong on the way, in words."""
    try:
        yield
    except TimeoutError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(f"Its certificate is not good: {error.verify_message}.") from None
    except ssl.SSLError as error:
        raise FetchFailed(f"It does not speak TLS as it should ({error.reason}).") from None
    except OSError as error:
        raise FetchFailed(f"No connection: {error.strerror or error}.") from None
    except httptools.HttpParserError:
        raise FetchFailed("What answers there does not speak HTTP.") from None
    except UnicodeError:
        raise FetchFailed("This is no host name.") from None
    except ValueError:  # of a port that is no number, or too large
        raise FetchFailed("This is no address that could be asked.") from None
    except NotPublic as error:
        raise NotAllowed(f"{error}.") from None


async def _fetch(
    parts: SplitResult, line: Line, method: str, headers: Mapping[str, str], body: bytes
) -> Fetched:
    async with _asked(parts, line, method, headers, body) as (reader, writer):
        answer = _Answer()
        parser = httptools.HttpResponseParser(answer)
        while not answer.is_over and (piece := await reader.read(65_536)):
            answer.take(parser, piece)
            if method == "HEAD" and answer.has_head:
                break
        if not answer.has_head:
            raise FetchFailed("It closed the connection without an answer.")
        fetched = Fetched(parser.get_status_code(), answer.headers, bytes(answer.body))
        fetched.certificate_ends_at = _ends_at(writer)
        return fetched


@asynccontextmanager
async def _asked(
    parts: SplitResult, line: Line, method: str, headers: Mapping[str, str], body: bytes
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which the request was sent."""
    async with _connected(parts, line) as (reader, writer):
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        said = {
            "Host": parts.netloc.rpartition("@")[2],
            "User-Agent": "postwright",
            "Accept": "*/*",
            "Connection": "close",
            **({"Content-Length": str(len(body))} if method == "POST" else {}),
            **headers,
        }
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in said.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        await writer.drain()
        yield reader, writer


class Streamed:
    """An answer whose body is taken as it comes. Headers are in small letters."""

    def __init__(self, reader: asyncio.StreamReader, idle_s: float) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._reader = reader
        self._idle_s = idle_s
        self._answer = _Pieces()
        self._parser = httptools.HttpResponseParser(self._answer)
        self._waited_s, self._came_bytes = 0.0, 0

    async def read_head(self) -> None:
        """Wait for the head.

        Raises:
            FetchFailed: it does not come.
        """
        while not self._answer.has_head or self._parser.get_status_code() in _INFORMS:
            if not await self._more():
                raise FetchFailed("It closed the connection without an answer.")
        self.status, self.headers = self._parser.get_status_code(), self._answer.headers

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The body, in pieces of some KiB.

        Raises:
            FetchFailed: it broke off, or next to nothing came for too long.
        """
        answer = self._answer
        while True:
            while answer.waiting:
                yield answer.waiting.popleft()
            if answer.is_over:
                return
            if not await self._more():
                break
        if "content-length" in self.headers or "transfer-encoding" in self.headers:
            raise FetchFailed("It closed the connection before it had sent all.")

    async def _more(self) -> bool:
        """Read on; False at the end of the connection."""
        began = time.monotonic()
        with _troubles():
            try:
                async with asyncio.timeout(self._idle_s):
                    piece = await self._reader.read(_READ_BYTES)
            except TimeoutError:
                raise FetchFailed(f"Nothing came for {self._idle_s:.0f} s.") from None
            self._answer.take(self._parser, piece)
        self._look_at_speed(time.monotonic() - began, len(piece))
        return bool(piece)

    def _look_at_speed(self, waited_s: float, came_bytes: int) -> None:
        """Leave whoever sends a byte now and then, which would keep others waiting for hours."""
        self._waited_s += waited_s
        self._came_bytes += came_bytes
        if self._waited_s < self._idle_s:
            return
        if self._came_bytes < _LEAST_BYTES and not self._answer.is_over:
            raise FetchFailed(f"Next to nothing came for {self._idle_s:.0f} s.")
        self._waited_s, self._came_bytes = 0.0, 0


@asynccontextmanager
async def stream(
    url: str, line: Line, *, headers: Mapping[str, str] | None = None, idle_s: float = 30
) -> AsyncGenerator[Streamed]:
    """One GET, whose answer is taken piece by piece until the block ends.

    Args:
        url: what to get.
        line: how to get out.
        headers: said besides the usual ones.
        idle_s: longest time without anything coming, for the connection as well.

    Raises:
        FetchFailed, NotTrusted, NotAllowed: as `fetch` does.
    """
    asked = _asked(urlsplit(url), line, "GET", headers or {}, b"")
    with _troubles():
        try:
            async with asyncio.timeout(idle_s):
                reader, writer = await asked.__aenter__()
        except TimeoutError:
            raise FetchFailed(f"It did not answer within {idle_s:.0f} s.") from None
    try:
        streamed = Streamed(reader, idle_s)
        await streamed.read_head()
        yield streamed
    finally:
        writer.transport.abort()  # it may be in the middle of gigabytes
        await asked.__aexit__(None, None, None)


class _Answer:
    """Collects what the parser tells."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.has_head = False
        self.is_over = False
        self._came = self._of_body = self._since_body = 0

    def take(self, parser: httptools.HttpResponseParser, piece: bytes) -> None:
        """Give the parser what came.

        Raises:
            FetchFailed: there is no end to what is not the body.
        """
        self._came += len(piece)
        before = self._of_body
        parser.feed_data(piece)
        self._since_body = self._since_body + len(piece) if self._of_body == before else 0
        around = self._came - self._of_body
        is_much = around > _MOST_AROUND_BYTES + _AROUND_EACH_BYTE * self._of_body
        if is_much or self._since_body > _MOST_AROUND_BYTES:
            raise FetchFailed("It sends headers without end.")

    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.decode("latin-1").lower()
        told = self.headers.get(key)
        text = value.decode("latin-1")
        self.headers[key] = text if told is None else f"{told}, {text}"

    def on_headers_complete(self) -> None:
        self.has_head = True

    def on_body(self, body: bytes) -> None:
        self.body += body
        self._of_body += len(body)
        self.is_over = self.is_over or len(self.body) > _MOST_BYTES

    def on_message_complete(self) -> None:
        self.is_over = True


class _Pieces(_Answer):
    """Keeps what came of the body until somebody takes it."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = deque[bytes]()

    def on_message_begin(self) -> None:
        """What came before only informed of this one."""
        self.headers, self.has_head, self.is_over = {}, False, False

    def on_body(self, body: bytes) -> None:
        self.waiting.append(body)
        self._of_body += len(body)


@asynccontextmanager
async def _connected(
    parts: SplitResult, line: Line
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    context = await asyncio.to_thread(_context, line) if parts.scheme == "https" else None
    if line.proxy:
        where = await _behind_proxy(host, port, line) if line.public_only else host
        reader, writer = await _through_proxy(urlsplit(line.proxy), where, port)
        if context is not None:
            await writer.start_tls(context, server_hostname=host)
    else:
        there = line.connect_to.get(f"{host}:{port}", "")
        where, _, number = there.rpartition(":")
        if line.public_only:
            where = await line.to_public(where or host, int(number or port))
        reader, writer = await asyncio.open_connection(
            where or host,
            int(number or port),
            ssl=context,
            server_hostname=host if context is not None else None,
        )
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


async def _behind_proxy(host: str, port: int, line: Line) -> str:
    """What a proxy is told to connect to."""
    try:
        address = await line.to_public(host, port)
    except OSError:
        if line.tells_proxy:
            raise
        return host  # it may be known behind the proxy only
    return address if line.tells_proxy else host


async def _through_proxy(
    proxy: SplitResult, host: str, port: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(proxy.hostname, proxy.port or 3128)
    there = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {there} HTTP/1.1", f"Host: {there}"]
    if proxy.username:
        name = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {b64encode(name.encode()).decode()}")
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    await writer.drain()
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        head = b""
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        writer.close()
        told = status[0].decode("latin-1") if status else "nothing"
        raise FetchFailed(f"The proxy {proxy.hostname} did not lead there, it said {told}.")
    return reader, writer


def _context(line: Line) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=None if line.authorities is None else line.authorities)


def _ends_at(writer: asyncio.StreamWriter) -> datetime | None:
    certificate = writer.get_extra_info("peercert")
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
