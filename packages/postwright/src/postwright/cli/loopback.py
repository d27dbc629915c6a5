"""Listens on this machine for the browser that comes back from TikTok's consent page."""

import asyncio
import errno
import html
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from string import Template
from urllib.parse import parse_qs, urlsplit

from postwright.errors import AppError, BadInput, Misconfigured

_REDIRECT = re.compile(r"http://(127\.0\.0\.1|localhost):(\*|\d{1,5})(/[^?#]*)")
_MOST_BYTES = 16_384
_PATIENCE_S = 10.0


class PortTaken(BadInput):
    """Something else listens on the port."""

    code = "port_taken"


@dataclass(frozen=True, slots=True)
class Page:
    """What the person reads in the browser."""

    title: str
    why: str = ""
    fix: str = ""
    status: str = "200 OK"

    def render(self) -> bytes:
        """The page."""
        template = resources.files("postwright.cli").joinpath("pages/callback.html")
        text = Template(template.read_text("utf-8")).substitute(
            title=html.escape(self.title), why=html.escape(self.why), fix=html.escape(self.fix)
        )
        body = text.encode()
        head = (
            f"HTTP/1.1 {self.status}\r\nContent-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\nCache-Control: no-store\r\n"
            "Referrer-Policy: no-referrer\r\n\r\n"
        )
        return head.encode() + body


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where the browser comes back to. `port` is None where any will do."""

    host: str
    port: int | None
    path: str

    @classmethod
    def parse(cls, uri: str, *, port: int | None) -> "Redirect":
        """Read the registered address; `port` is the one that was asked for.

        Raises:
            Misconfigured: this machine cannot listen there.
            BadInput: the registered address names another port.
        """
        found = _REDIRECT.fullmatch(uri)
        if found is None:
            raise Misconfigured(
                f"This machine cannot listen at {uri}.",
                why="The redirect of a desktop app is http://127.0.0.1 or http://localhost with a "
                "port, or * for any port, and a path.",
                fix="Register one at TikTok and set POSTWRIGHT_TIKTOK__REDIRECT_URI to it.",
            )
        fixed = None if found[2] == "*" else int(found[2])
        if port is not None and fixed is not None and port != fixed:
            raise BadInput(
                f"The app's redirect names port {fixed}, not {port}.",
                why=f"POSTWRIGHT_TIKTOK__REDIRECT_URI is {uri}.",
                fix="Leave --port out, or register a redirect with * as its port.",
            )
        return cls(found[1], fixed if port is None else port, found[3])


class Loopback:
    """Waits for one browser: the one that brings the state that was given out.

    Any other is told so and waited past: a stray request must not use up a consent.
    """

    def __init__(self, redirect: Redirect, port: int) -> None:
        self.redirect_uri = f"http://{redirect.host}:{port}{redirect.path}"
        self._path = redirect.path
        self._state = ""
        self._arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._page: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._told = asyncio.Event()

    def expect(self, state: str) -> None:
        """From now on, let the browser in that brings this state."""
        self._state = state

    async def arrived(self) -> str:
        """The whole address with which the browser came back."""
        return await self._arrived

    async def tell(self, page: Page) -> None:
        """Show the person how it went; returns when the browser has it, or has gone."""
        if not self._page.done():
            self._page.set_result(page)
        if self._arrived.done():
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    await self._told.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        ours = False
        try:
            async with asyncio.timeout(_PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
            target = _target(head)
            ours = self._is_ours(target)
            if ours:
                page = await self._page
            else:
                page = _not_ours(target, self._path)
            writer.write(page.render())
            async with asyncio.timeout(_PATIENCE_S):
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a browser that changes its mind is no business of ours
        finally:
            writer.close()
            if ours:
                self._told.set()

    def _is_ours(self, target: str) -> bool:
        parts = urlsplit(target)
        states = parse_qs(parts.query).get("state", [])
        if parts.path != self._path or not self._state or states != [self._state]:
            return False
        if not self._arrived.done():
            self._arrived.set_result(f"{self.redirect_uri}?{parts.query}")
        return True


def _target(head: bytes) -> str:
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    return words[1] if len(words) == 3 and words[0] == "GET" else ""


def _not_ours(target: str, path: str) -> Page:
    if urlsplit(target).path == path:
        return Page(
            "This is not the consent that is being waited for.",
            "It may be an old tab.",
            "Close it, and use the address that the command has printed.",
            status="400 Bad Request",
        )
    return Page("Nothing is here.", status="404 Not Found")


@asynccontextmanager
async def listening(redirect: Redirect) -> AsyncGenerator[Loopback]:
    """Listen until the block ends.

    Raises:
        PortTaken: something else listens on the port.
    """
    waiting: list[Loopback] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await waiting[0].serve(reader, writer)

    try:
        server = await asyncio.start_server(
            serve, "127.0.0.1", redirect.port or 0, limit=_MOST_BYTES
        )
    except OSError as error:
        raise port_taken(redirect.port or 0, error) from None
    async with server:
        waiting.append(Loopback(redirect, server.sockets[0].getsockname()[1]))
        yield waiting[0]


def port_taken(port: int, error: OSError) -> AppError:
    """What to say when a port cannot be had."""
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"Port {port} is taken.",
            why="Another program on this machine listens there.",
            fix="Stop it, or choose another port; without --port any free one is taken.",
        )
    return PortTaken(
        f"Port {port} cannot be listened on.",
        why=error.strerror or str(error),
        fix="Choose another port; without --port any free one is taken.",
    )
