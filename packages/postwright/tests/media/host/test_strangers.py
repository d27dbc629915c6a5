"""Clients that are slow, many, greedy, or gone."""

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import psutil
import pytest

from postwright.media.host.app import Limits
from postwright.media.host.serving import REQUEST_BYTES
from tests.factories.mediahost import Site, noise, running_site

pytestmark = pytest.mark.slow

BIG = noise(12_000_000)


class Line:
    """A connection by hand, closed at the end."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def __aenter__(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self.site.port)
        return reader, self.writer

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What still comes until the other side closes."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def test_whoever_says_nothing_or_too_slowly_is_dropped(
    database_url: str, tmp_path: Path
) -> None:
    async with running_site(database_url, tmp_path, request_s=0.5) as site:
        async with Line(site) as (silent, _), Line(site) as (reader, writer):

            async def drip() -> None:
                for letter in b"GET / HTTP/1.1\r\nX: " + b"y" * 200:
                    writer.write(bytes([letter]))
                    await asyncio.sleep(0.05)

            dripping = asyncio.ensure_future(drip())
            async with asyncio.timeout(5):
                assert await ended(silent) == b""
                assert await ended(reader) == b""
            dripping.cancel()
        assert (await site.ask("/healthz")).status_code == 200


async def test_a_body_that_never_ends_is_cut_off(database_url: str, tmp_path: Path) -> None:
    async with running_site(database_url, tmp_path, request_s=0.5) as site:
        async with Line(site) as (reader, writer), asyncio.timeout(5):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n1")
            said = await ended(reader)
        assert said.startswith(b"HTTP/1.1 200") or said == b""


async def test_a_head_that_is_too_long_is_cut_off(site: Site) -> None:
    async with Line(site) as (reader, writer), asyncio.timeout(5):
        writer.write(b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * (REQUEST_BYTES * 4))
        assert await ended(reader) == b""
    assert (await site.ask("/healthz")).status_code == 200


async def test_more_connections_than_there_may_be_are_told_to_come_again(
    database_url: str, tmp_path: Path
) -> None:
    async with running_site(database_url, tmp_path, connections=5) as site:
        async with AsyncExitStack() as held, asyncio.timeout(5):
            for _ in range(5):
                _, writer = await held.enter_async_context(Line(site))
                writer.write(b"GET /healthz HTTP/1.1\r\n")
            reader, _ = await held.enter_async_context(Line(site))
            said = await ended(reader)
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After" in said


async def test_a_speed_that_is_set_is_kept_by_all_requests_of_an_address_together(
    database_url: str, tmp_path: Path
) -> None:
    content = noise(2_000_000)
    async with running_site(
        database_url, tmp_path, limits=Limits(bytes_per_second=4_000_000)
    ) as site:
        path = await site.of(content)
        began = time.monotonic()
        answers = await asyncio.gather(*(site.ask(path) for _ in range(3)))
        took = time.monotonic() - began
        assert [answer.content for answer in answers] == [content] * 3
        # 6 MB at 4 MB/s, but for the last block, which nobody waits behind.
        assert 1.2 < took < 4


async def test_requests_of_one_address_beyond_its_number_wait_and_are_served(
    database_url: str, tmp_path: Path
) -> None:
    async with running_site(
        database_url, tmp_path, limits=Limits(requests_per_address=2, downloads=3)
    ) as site:
        path = await site.of(BIG)
        answers = await asyncio.gather(*(site.ask(path) for _ in range(6)))
        assert [answer.content == BIG for answer in answers] == [True] * 6


async def test_whoever_leaves_in_the_middle_leaves_nothing_behind(site: Site) -> None:
    path = await site.of(BIG)
    process = psutil.Process()
    assert len((await site.ask(path)).content) == len(BIG)
    before = len(asyncio.all_tasks())
    files = process.num_fds()
    for _ in range(20):
        async with Line(site) as (reader, writer):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.abort()
    async with asyncio.timeout(10):
        while len(asyncio.all_tasks()) > before or process.num_fds() > files:
            await asyncio.sleep(0.05)
    assert (await site.ask(path)).content == BIG


async def test_a_reader_who_takes_its_time_gets_all_and_holds_up_nobody(site: Site) -> None:
    path = await site.of(BIG)
    async with Line(site) as (reader, writer):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        got = await reader.readexactly(1000)
        assert (await site.ask(path)).content == BIG
        assert got + await reader.read() == BIG


async def test_nothing_that_is_logged_holds_a_signature(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    path = await site.of(noise(5000))
    await site.ask(path)
    await site.ask(f"{path}x")
    await site.store.delete(site.workspace_id, "0" * 64)
    signature = path.split("/")[3]
    ours = [record for record in caplog.records if not record.name.startswith("httpx2")]
    assert any("first byte" in record.getMessage() for record in ours)
    assert [record for record in ours if signature in record.getMessage()] == []
