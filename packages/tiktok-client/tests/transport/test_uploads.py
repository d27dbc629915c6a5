"""A PUT runs in a thread of its own under the async client; nobody should be able to tell."""

import asyncio
import hashlib
import re
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories.certificates import certificate
from tests.factories.loopback import MIB, reply, serve, whole_body
from tiktok_client import (
    AsyncTikTok,
    AsyncTransport,
    ByteSource,
    CallRecord,
    Chunk,
    Endpoints,
    TimedOut,
    UploadError,
    _waiting,
)

from .calling import Caller


class Posting:
    """One chunk through the async client."""

    def __init__(self, base: str, transport: AsyncTransport) -> None:
        self._posting = AsyncTikTok(endpoints=Endpoints.at(base), transport=transport).posting
        self._url = f"{base}/upload?upload_token=s3cret"

    async def send(
        self,
        source: bytes | ByteSource,
        size: int,
        on_progress: Callable[[int], None] | None = None,
        timeout_s: float | None = None,
    ) -> None:
        """Send all of it at once."""
        await self._posting.upload_chunk(
            self._url,
            source,
            Chunk(0, 0, size - 1, is_last=True),
            total_bytes=size,
            on_progress=on_progress,
            timeout_s=timeout_s,
        )


def noise(size: int) -> bytes:
    """Bytes that are nowhere the same."""
    return hashlib.shake_256(b"video").digest(size)


@pytest.mark.parametrize("over_tls", [False, True])
async def test_the_bytes_arrive_as_they_are(
    caller: Caller, tmp_path: Path, *, over_tls: bool
) -> None:
    arrived = hashlib.sha256()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        found = re.search(rb"(?i)content-length: (\d+)", head)
        left = int(found.group(1)) if found else 0
        while left:
            piece = await reader.readexactly(min(left, 65_536))
            arrived.update(piece)
            left -= len(piece)
        writer.write(reply("201 Created"))

    server, trusted = certificate(tmp_path)
    client = ssl.create_default_context(cafile=trusted)
    content = noise(3 * MIB + 12_345)
    async with serve(take, server if over_tls else None) as served:
        base = served.base.replace("127.0.0.1", "localhost")
        receipt = await caller.put(base, content, verify=client)
    assert receipt.complete
    assert arrived.digest() == hashlib.sha256(content).digest()


async def test_the_next_chunk_goes_over_the_same_connection() -> None:
    connections: set[object] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        connections.add(writer)
        await whole_body(reader, head)
        writer.write(reply("201 Created"))

    async with serve(take) as served, AsyncTransport() as transport:
        posting = Posting(served.base, transport)
        for _ in range(3):
            await posting.send(bytes(MIB + 1), MIB + 1)
    assert len(served.heads) == 3
    assert len(connections) == 1


class Sizes:
    """A source of one's own that remembers how much it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def read(self, offset: int, size: int, /) -> bytes:
        self.asked.append((offset, size))
        return bytes(size)


async def test_a_source_of_ones_own_is_asked_for_few_large_pieces() -> None:
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(reply("201 Created"))

    source = Sizes()
    async with serve(take) as served, AsyncTransport() as transport:
        await Posting(served.base, transport).send(source, MIB + 1)
    assert source.asked == [(0, MIB // 2), (MIB // 2, MIB // 2), (MIB, 1)]


async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
    await asyncio.Event().wait()


class Endless:
    """A source that tells when it was first read, and how often."""

    def __init__(self) -> None:
        self.reads = 0
        self.began = threading.Event()
        self.threads: set[int] = set()

    def read(self, offset: int, size: int, /) -> bytes:
        self.reads += 1
        self.threads.add(threading.get_ident())
        self.began.set()
        return bytes(size)


async def test_a_cancelled_upload_ends_at_once_and_sends_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_waiting, "STOP_S", 3600)  # it does not end by giving the thread up
    records: list[CallRecord] = []
    async with serve(stall) as served, AsyncTransport(on_call=records.append) as transport:
        source, posting = Endless(), Posting(served.base, transport)
        sending = asyncio.ensure_future(posting.send(source, 2_000 * MIB))
        await asyncio.to_thread(source.began.wait)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(30):
                await sending
        reads = source.reads
        with pytest.raises(TimedOut):  # time goes by
            await posting.send(b"x", 1, timeout_s=0.1)
        assert source.reads == reads
    assert [record.error for record in records] == ["CancelledError", "TimedOut"]
    assert source.threads
    assert threading.get_ident() not in source.threads


async def test_a_timeout_of_the_caller_ends_an_upload_too() -> None:
    async with serve(stall) as served, AsyncTransport() as transport:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await Posting(served.base, transport).send(Endless(), 2_000 * MIB)


async def test_progress_is_told_in_the_callers_thread_and_ends_with_the_end() -> None:
    told: list[tuple[int, int]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(reply("201 Created"))

    async with serve(take) as served, AsyncTransport() as transport:
        await Posting(served.base, transport).send(
            bytes(5 * MIB),
            5 * MIB,
            on_progress=lambda sent: told.append((threading.get_ident(), sent)),
        )
    assert {thread for thread, _ in told} == {threading.get_ident()}
    assert told[-1][1] == 5 * MIB
    assert [sent for _, sent in told] == sorted({sent for _, sent in told})


async def test_a_listener_that_fails_stops_the_upload_and_is_heard() -> None:
    def broken(_: int) -> None:
        raise KeyError("bar")

    async with serve(stall) as served, AsyncTransport() as transport:
        with pytest.raises(KeyError, match="bar"):
            await Posting(served.base, transport).send(Endless(), 2_000 * MIB, on_progress=broken)


async def test_many_uploads_leave_the_threads_that_others_need() -> None:
    arrived = asyncio.Event()
    count = 0

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        nonlocal count
        count += 1
        if count == 60:
            arrived.set()
        await arrived.wait()
        await whole_body(reader, head)
        writer.write(reply("403 Forbidden"))

    async with serve(wait) as served, AsyncTransport() as transport:
        posting = Posting(served.base, transport)
        ended = await asyncio.gather(
            *(posting.send(b"x" * 10, 10) for _ in range(60)), return_exceptions=True
        )
    assert {type(one) for one in ended} == {UploadError}


async def test_an_answer_that_trickles_ends_when_the_time_is_over(caller: Caller) -> None:
    async def trickle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        writer.write(b"HTTP/1.1 200 OK\r\nX-Wait: ")
        while True:  # until the client has gone
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serve(trickle) as served:
        with pytest.raises(TimedOut) as caught:
            await caller.status(served.base, timeout_s=0.3)
        assert caught.value.sent is True
        with pytest.raises(TimedOut):
            await caller.put(served.base, b"x", upload_timeout_s=0.3)
    assert [record.error for record in caller.records] == ["TimedOut", "TimedOut"]
