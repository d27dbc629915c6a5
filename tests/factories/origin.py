"""A web server on this machine that gives files as it is told to: well, badly, or not at all."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.factories.loopback import serve

Answer = Callable[["Asked"], bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. Header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Origin:
    """The server. `answers` gives the whole answer to a path, head and body."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    asked: list[Asked] = field(default_factory=list[Asked])
    # Who waits for it holds every answer back until it is set.
    go: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def gives(self, path: str, content: bytes, **headers: str) -> str:
        """Give a file under a path; its address."""
        self.answers[path] = lambda _: answer(200, content, **headers)
        return self.url + path

    def gives_parts(self, path: str, content: bytes, *, breaks_after: int, **headers: str) -> str:
        """Give a file whose first answer breaks off, and parts of it; its address."""

        def given(asked: Asked) -> bytes:
            begins = asked.headers.get("range", "").removeprefix("bytes=").removesuffix("-")
            if not begins:
                whole = answer(200, content, **headers)
                return whole[: len(whole) - len(content) + breaks_after]
            last = len(content) - 1
            told = {"content_range": f"bytes {begins}-{last}/{len(content)}"}
            return answer(206, content[int(begins) :], **told, **headers)

        self.answers[path] = given
        return self.url + path

    def leads(self, path: str, there: str, status: int = 302) -> str:
        """Redirect from a path; its address."""
        self.answers[path] = lambda _: answer(status, b"", location=there)
        return self.url + path


def answer(status: int, content: bytes, **headers: str) -> bytes:
    """An answer as it goes over the wire; underscores in names become hyphens."""
    said = {"content_length": str(len(content)), **headers}
    lines = [f"{name.replace('_', '-')}: {text}" for name, text in said.items() if text]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode("latin-1") + content


@asynccontextmanager
async def running_origin() -> AsyncGenerator[Origin]:
    """The server, until the block ends."""
    origin = Origin(0)
    origin.go.set()

    async def handle(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.partition(": ") for line in lines if line)
        asked = Asked(method, path, {name.lower(): text for name, _, text in pairs})
        origin.asked.append(asked)
        await origin.go.wait()
        given = origin.answers.get(path.partition("?")[0])
        writer.write(given(asked) if given else answer(404, b"no"))
        await writer.drain()
        writer.close()

    async with serve(handle) as served:
        origin.port = int(served.base.rpartition(":")[2])
        yield origin
