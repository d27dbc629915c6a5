"""Bodies of requests: bounded, but where the app takes them and bounds them itself."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from postwright.media.host.serving import REQUEST_BYTES, answering, listening

BIG = REQUEST_BYTES * 20


@dataclass
class Eater:
    """An app that eats bodies when it is told to, and says how many bytes they had."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    eaten: list[int] = field(default_factory=list[int])
    names: set[bytes] = field(default_factory=set[bytes])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/v1/no":
            await PlainTextResponse("no", 401)(scope, receive, send)
            return
        await self.go.wait()
        count = 0
        async for piece in Request(scope, receive).stream():
            count += len(piece)
            self.eaten.append(count)
        self.names = {name for name, _ in scope["headers"]}
        await PlainTextResponse(str(count))(scope, receive, send)


@asynccontextmanager
async def serving(app: Eater, *, bound_s: float = 0.4, bound_bytes: int = 1) -> AsyncGenerator[int]:
    with listening("127.0.0.1", 0) as listener:
        async with answering(
            app,
            listener,
            request_s=bound_s,
            stall_s=bound_s,
            stall_bytes=bound_bytes,
            takes_bodies=lambda path: path.startswith("/v1/"),
        ):
            yield listener.getsockname()[1]


def head(path: str, size: int) -> bytes:
    return f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()


async def said(port: int, *pieces: bytes, pause_s: float = 0) -> bytes:
    """What is answered to these pieces, until the other side closes or has answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)
        async with asyncio.timeout(10):
            return await reader.read(200)
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_a_large_body_is_taken_only_where_the_app_bounds_it() -> None:
    app = Eater()
    app.go.set()
    async with serving(app) as port:
        assert (await said(port, head("/v1/x", BIG), bytes(BIG))).endswith(str(BIG).encode())
        assert await said(port, head("/m/x", BIG), bytes(BIG)) == b""


async def test_a_body_may_take_its_time_as_long_as_something_comes() -> None:
    app = Eater()
    app.go.set()
    async with serving(app) as port:
        drops = [b"x"] * 6
        took = await said(port, head("/v1/x", 6), *drops, pause_s=0.15)
        assert took.endswith(b"6")
        assert app.eaten[-1] == 6


async def test_a_body_of_which_nothing_comes_is_dropped() -> None:
    app = Eater()
    app.go.set()
    async with serving(app) as port:
        assert await said(port, head("/v1/x", 100), b"x") == b""


async def test_a_body_of_which_next_to_nothing_comes_is_dropped() -> None:
    app = Eater()
    app.go.set()
    async with serving(app, bound_s=0.2, bound_bytes=1000) as port:
        assert await said(port, head("/v1/x", 200), *[b"x"] * 100, pause_s=0.02) == b""
        assert app.eaten[-1] < 100
        enough = [bytes(500)] * 20
        took = await said(port, head("/v1/x", 10_000), *enough, pause_s=0.02)
        assert took.endswith(b"10000")


async def test_what_comes_after_a_body_is_no_header_and_has_an_end() -> None:
    app = Eater()
    app.go.set()
    chunked = b"PUT /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
    async with serving(app) as port:
        assert (await said(port, chunked, b"X-Late: 1\r\n\r\n")).endswith(b"1")
        assert app.names == {b"host", b"transfer-encoding"}
        for endless in (b"a: b\r\n" * 200_000, b"a: " + b"b" * 1_200_000):
            assert await said(port, chunked, endless, b"\r\n\r\n") == b""


async def test_a_body_in_chunks_of_one_byte_is_a_body() -> None:
    app = Eater()
    app.go.set()
    chunked = b"PUT /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving(app) as port:
        chunks = b"1\r\nx\r\n" * 150_000 + b"0\r\n\r\n"
        assert (await said(port, chunked, chunks)).endswith(b"150000")


async def test_a_body_that_waits_for_the_app_is_not_dropped() -> None:
    app = Eater()
    async with serving(app, bound_s=0.1) as port:
        asking = asyncio.ensure_future(said(port, head("/v1/x", BIG), bytes(BIG)))
        done, _ = await asyncio.wait({asking}, timeout=0.5)
        assert not done
        app.go.set()
        assert (await asking).endswith(str(BIG).encode())


async def test_a_body_that_is_sent_on_after_its_answer_is_dropped_soon() -> None:
    async with serving(Eater()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head("/v1/no", 1 << 40))
        with suppress(ConnectionError):  # not OSError: the time that is over would be one, too
            async with asyncio.timeout(10):
                while not reader.at_eof():
                    writer.write(b"x")
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.02):
                            await reader.read(1)
        writer.close()


@pytest.mark.parametrize("path", ["/v1/x", "/m/x"])
async def test_a_head_that_is_too_long_is_dropped_everywhere(path: str) -> None:
    app = Eater()
    app.go.set()
    long = (
        f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nA: {'a' * REQUEST_BYTES}\r\n\r\nx"
    )
    async with serving(app) as port:
        assert (await said(port, long.encode())).partition(b"\r\n")[0] in {
            b"",
            b"HTTP/1.1 400 Bad Request",
        }
        assert app.eaten == []
