"""Sends requests to a service and reads its answers: the one module here that knows HTTP.

What is asked is asked again where that is safe: a POST or PATCH carries an Idempotency-Key, so that
one whose answer was lost is answered again rather than done again. Redirects are never followed, no
cookie is kept, and the key is in no message, log or repr.
"""

import asyncio
import secrets
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, SecretStr, ValidationError

from postwright.errors import AppError, Misconfigured
from postwright.remote.address import Address
from postwright.remote.refusals import OF_PROXIES, AnswerLost, Refused, Unreachable, refusal, shown

M = TypeVar("M", bound=BaseModel)
Progress = Callable[[int], None]

_TRIES = 4
_CALL = httpx2.Timeout(60.0, connect=10.0)
# A large file is looked into before it is answered.
_UPLOAD = httpx2.Timeout(60.0, connect=10.0, read=900.0)
_STREAM = httpx2.Timeout(60.0, connect=10.0)
_LATER = frozenset({429, 503})


class BadKey(Misconfigured):
    """What is given as an API key cannot be one."""

    code = "bad_api_key"


class BadCertificates(Misconfigured):
    """The certificates that are to be trusted cannot be read."""

    code = "bad_certificates"


class _Again(Exception):
    """It may be asked again, after so many seconds; or this is its error."""

    def __init__(self, error: AppError, after_s: float | None = None) -> None:
        super().__init__()
        self.error = error
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes to send. `open` gives them from their beginning, each time."""

    size_bytes: int
    content_type: str
    open: Callable[[], AsyncIterator[bytes]]


@dataclass(slots=True)
class Transport:
    """Requests to one service. Its `http` is closed by who opened it.

    A call that takes longer than `patience_s` is not tried again.
    """

    address: Address
    key: SecretStr
    http: httpx2.AsyncClient = field(repr=False)
    patience_s: float = 60.0

    async def ask(
        self,
        shape: type[M],
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: BaseModel | None = None,
    ) -> M:
        """Ask for something, again where that is safe and helps; its answer.

        Args:
            shape: of the answer.
            method: GET, POST, PUT, PATCH or DELETE.
            path: below `/v1`; ids in it have to be quoted.
            query: its parameters; None is left out.
            body: what is sent as JSON; what was not set of it is left out.

        Raises:
            Refused: the service does not do it.
            Unreachable: there is no service, or it does not answer as one.
            AnswerLost: it was asked, and nobody knows what it did.
        """
        headers = {"Authorization": f"Bearer {self.key.get_secret_value()}"}
        if method in {"POST", "PATCH"}:
            headers["Idempotency-Key"] = f"cli-{secrets.token_urlsafe(18)}"
        content = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = body.model_dump_json(by_alias=True, exclude_unset=True).encode()
        request = self.http.build_request(
            method,
            f"{self.address.base}/v1{path}",
            params={name: value for name, value in (query or {}).items() if value is not None},
            headers=headers,
            content=content,
            timeout=_CALL,
        )

        async def once() -> M:
            # What is deleted twice is not found the second time: nobody could tell.
            return _read(shape, await self._sent(request, repeats=method != "DELETE"))

        return await _patiently(once, self.patience_s, counts_work=True)

    async def put(
        self, shape: type[M], url: str, content: Content, on_progress: Progress | None = None
    ) -> M:
        """Send bytes to an address that the service gave; begun anew when it breaks off.

        The key is not sent along: the address is signed.

        Raises:
            InClear, Refused, Unreachable: as `ask` does.
            OSError: the bytes cannot be read.
        """
        self.address.refuse_clear(url)

        async def once() -> M:
            request = self.http.build_request(
                "PUT",
                url,
                headers={
                    "Content-Type": content.content_type,
                    "Content-Length": str(content.size_bytes),
                },
                content=_counted(content.open(), on_progress),
                timeout=_UPLOAD,
            )
            return _read(shape, await self._sent(request, repeats=True))

        return await _patiently(once, self.patience_s, counts_work=False)

    @asynccontextmanager
    async def stream(self, path: str, after: str | None) -> AsyncGenerator[AsyncIterator[str]]:
        """The lines of a stream of events, from an event's id on, for as long as it lasts.

        Raises:
            Refused, Unreachable: as `ask` does.
        """
        headers = {
            "Authorization": f"Bearer {self.key.get_secret_value()}",
            "Accept": "text/event-stream",
            **({} if after is None else {"Last-Event-ID": after}),
        }
        url = f"{self.address.base}/v1{path}"
        try:
            async with self.http.stream("GET", url, headers=headers, timeout=_STREAM) as answer:
                if answer.status_code != 200:
                    raise _failure(answer, await answer.aread())
                yield answer.aiter_lines()
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise self._unreachable(error) from None
        finally:
            self.http.cookies.clear()

    async def _sent(self, request: httpx2.Request, *, repeats: bool) -> httpx2.Response:
        try:
            answer = await self.http.send(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            if _is_untrusted(error):
                raise self._untrusted(error) from None
            if isinstance(error, httpx2.ConnectTimeout):
                # Nobody was there for so long: who waits for a command has waited enough.
                raise self._unreachable(error) from None
            raise _Again(self._unreachable(error)) from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            if request.method == "GET":
                raise _Again(self._unreachable(error)) from None
            lost = AnswerLost(
                f"The answer of the service at {self.address.base} was lost.",
                why=_why(error),
                fix="What was asked may have been done: look before you ask again.",
            )
            if not repeats:
                raise lost from None
            raise _Again(lost) from None
        finally:
            self.http.cookies.clear()
        if answer.status_code < 300:
            return answer
        failure = _failure(answer, answer.content)
        # A 502 of the service's own says that TikTok did not answer, which it has tried already.
        is_a_proxys = answer.status_code in OF_PROXIES and not isinstance(failure, Refused)
        if is_a_proxys or answer.status_code in _LATER:
            raise _Again(failure, _seconds(answer.headers.get("retry-after", "")))
        raise failure

    def _unreachable(self, error: Exception) -> Unreachable:
        return Unreachable(
            f"The service at {self.address.base} does not answer.",
            why=_why(error),
            fix="See that the address is right, and that `postwright web` or `postwright up` runs "
            "there.",
        )

    def _untrusted(self, error: Exception) -> Unreachable:
        return Unreachable(
            f"The service at {self.address.base} is not asked: nobody vouches for its certificate.",
            why=_why(error),
            fix="If its certificate comes from an authority of your own, name a file with that "
            "one's certificate in SSL_CERT_FILE.",
        )


@asynccontextmanager
async def opened(address: Address, key: SecretStr) -> AsyncGenerator[Transport]:
    """A transport to a service, until the block ends.

    Raises:
        BadKey: no header can hold the key.
        BadCertificates: those that SSL_CERT_FILE or SSL_CERT_DIR name cannot be read.
    """
    given = SecretStr(key.get_secret_value().strip())
    text = given.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise BadKey(
            "What is given as API key is none.",
            why="It has characters in it that no key has; what it is, is not shown here.",
            fix="Copy it anew, as `postwright api-keys create` has shown it.",
        )
    async with httpx2.AsyncClient(
        verify=_trusted(), trust_env=False, follow_redirects=False
    ) as http:
        yield Transport(address, given, http)


def _trusted() -> ssl.SSLContext:
    try:
        return httpx2.create_ssl_context()
    except OSError as error:  # an SSLError is one, too
        raise BadCertificates(
            "The certificates that are to be trusted cannot be read.",
            why=f"What SSL_CERT_FILE or SSL_CERT_DIR names: {error.strerror or error}.",
            fix="Have SSL_CERT_FILE name a file with certificates in PEM, or unset it.",
        ) from None


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether it was the certificate that was not good enough, however deep that is said."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


async def _patiently(
    once: Callable[[], Awaitable[M]], patience_s: float, *, counts_work: bool
) -> M:
    """Try it a few times, as far apart as the service says, for so long at most.

    What is long by itself, like an upload, `counts_work` not: only the waiting is counted.
    """
    began, worked_s = time.monotonic(), 0.0
    for tried in range(1, _TRIES + 1):
        begun = time.monotonic()
        try:
            return await once()
        except _Again as again:
            now = time.monotonic()
            worked_s += now - begun
            pause_s = 0.5 * 2 ** (tried - 1) if again.after_s is None else again.after_s
            spent_s = now - began - (0.0 if counts_work else worked_s)
            if tried == _TRIES or spent_s + pause_s > patience_s:
                raise again.error from None
            await asyncio.sleep(pause_s)
    raise AssertionError


def _failure(answer: httpx2.Response, body: bytes) -> AppError:
    if answer.status_code < 400:
        return Unreachable(
            f"The service's address leads elsewhere: it answered with {answer.status_code}.",
            why=f"It names {shown(answer.headers.get('location', 'nothing'))}, and a key is not "
            "sent after that.",
            fix="Give the address that it leads to, if that is the service's.",
        )
    return refusal(answer.status_code, body, answer.headers.get("x-request-id", ""))


def _read(shape: type[M], answer: httpx2.Response) -> M:
    try:
        return shape.model_validate_json(answer.content)
    except ValidationError:
        raise Unreachable(
            "The service's answer cannot be read.",
            why="It is not what this version of Postwright expects.",
            fix="Use the same version here and there.",
        ) from None


async def _counted(
    pieces: AsyncIterator[bytes], on_progress: Progress | None
) -> AsyncGenerator[bytes]:
    done = 0
    if on_progress is not None:
        on_progress(0)
    async for piece in pieces:
        yield piece
        done += len(piece)
        if on_progress is not None:
            on_progress(done)


def _seconds(said: str) -> float | None:
    with suppress(ValueError):
        return max(0.0, float(said))
    return None


def _why(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "It took too long."
    said = str(error).rstrip(".")
    return f"{said}." if said else "The connection broke."
