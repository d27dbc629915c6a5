"""A server does exactly what a test says; the client meets it in both kinds."""

import asyncio
import datetime as dt
import logging
import re
import socket
import ssl
import struct
import tracemalloc
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tiktok_client import (
    Advice,
    AsyncTikTok,
    AsyncTransport,
    CallRecord,
    Chunk,
    ChunkReceipt,
    ConnectFailed,
    Endpoints,
    PublishStatus,
    ResponseError,
    ServerFault,
    SourceError,
    TikTok,
    TimedOut,
    Transport,
    TransportError,
    UploadError,
    UploadRefusal,
)

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


@dataclass
class Served:
    """Where a server is, and the heads of the requests it has read."""

    base: str
    heads: list[bytes] = field(default_factory=list[bytes])


@asynccontextmanager
async def serve(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Served]:
    """Listen on loopback; for every request read its head, then do as told."""

    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections[task] = writer
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                served.heads.append(head)
                await behaviour(reader, writer, head)
                if writer.is_closing():
                    return

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    served = Served(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
    try:
        yield served
    finally:
        server.close()
        for task, writer in connections.items():
            task.cancel()
            writer.transport.abort()
        if connections:
            await asyncio.wait(connections)
        await server.wait_closed()


async def whole_body(reader: asyncio.StreamReader, head: bytes) -> int:
    """Read the body; return its length."""
    found = re.search(rb"(?i)content-length: (\d+)", head)
    left = length = int(found.group(1)) if found else 0
    while left:
        left -= len(await reader.read(min(65_536, left)) or b"x" * left)
    return length


def reply(status: str, body: bytes = b"", headers: str = "") -> bytes:
    """An answer as bytes."""
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Caller:
    """One call at a time through the async or the sync client, told the same way."""

    def __init__(self, *, waits: bool) -> None:
        self.waits = waits
        self.records: list[CallRecord] = []

    async def status(self, base: str, timeout_s: float = 20.0) -> PublishStatus:
        """Ask for a status."""
        at = Endpoints.at(base)
        if self.waits:
            async with AsyncTransport(
                on_call=self.records.append, timeout_s=timeout_s
            ) as transport:
                client = AsyncTikTok(token="act.s3cret", endpoints=at, transport=transport)
                return await client.posting.status("p1")

        def call() -> PublishStatus:
            with Transport(on_call=self.records.append, timeout_s=timeout_s) as transport:
                client = TikTok(token="act.s3cret", endpoints=at, transport=transport)
                return client.posting.status("p1")

        return await asyncio.to_thread(call)

    async def put(
        self,
        base: str,
        content: bytes,
        *,
        verify: ssl.SSLContext | bool = True,
        stall_timeout_s: float = 20.0,
        upload_timeout_s: float = 20.0,
    ) -> ChunkReceipt:
        """Send bytes as one chunk."""
        chunk = Chunk(0, 0, len(content) - 1, is_last=True)
        at, url, size = Endpoints.at(base), f"{base}/upload?upload_token=s3cret", len(content)
        if self.waits:
            async with AsyncTransport(
                on_call=self.records.append,
                verify=verify,
                stall_timeout_s=stall_timeout_s,
                upload_timeout_s=upload_timeout_s,
            ) as transport:
                posting = AsyncTikTok(endpoints=at, transport=transport).posting
                return await posting.upload_chunk(url, content, chunk, total_bytes=size)

        def call() -> ChunkReceipt:
            with Transport(
                on_call=self.records.append,
                verify=verify,
                stall_timeout_s=stall_timeout_s,
                upload_timeout_s=upload_timeout_s,
            ) as transport:
                posting = TikTok(endpoints=at, transport=transport).posting
                return posting.upload_chunk(url, content, chunk, total_bytes=size)

        return await asyncio.to_thread(call)


@pytest.fixture(params=["async", "sync"])
def caller(request: pytest.FixtureRequest) -> Caller:
    """The client, in both kinds."""
    return Caller(waits=request.param == "async")


OK = reply(
    "200 OK",
    b'{"data":{"status":"PROCESSING_UPLOAD"},"error":{"code":"ok","message":"","log_id":"L1"}}',
)
MIB = 1_048_576


async def test_a_put_declares_its_length_and_is_never_cut_in_transfer_chunks(
    caller: Caller,
) -> None:
    lengths: list[int] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        lengths.append(await whole_body(reader, head))
        writer.write(reply("201 Created", headers="Content-Range: bytes 0-2500000/2500000\r\n"))

    async with serve(take) as served:
        receipt = await caller.put(served.base, b"x" * 2_500_000)
    assert (receipt.status, receipt.complete, receipt.received) == (201, True, 2_500_000)
    assert lengths == [2_500_000]
    head = served.heads[0].decode().lower()
    assert head.startswith("put /upload?upload_token=s3cret http/1.1\r\n")
    assert "content-length: 2500000" in head
    assert "content-range: bytes 0-2499999/2500000" in head
    assert "transfer-encoding" not in head
    assert "authorization" not in head


async def answers_early(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
) -> None:
    await reader.read(100_000)
    writer.write(reply("403 Forbidden", b"gone"))
    await writer.drain()
    await asyncio.Event().wait()


async def test_an_early_answer_is_read_although_nobody_reads_the_rest(caller: Caller) -> None:
    async with serve(answers_early) as served:
        with pytest.raises(UploadError) as caught:
            await caller.put(served.base, b"x" * 40 * MIB)
    assert caught.value.kind is UploadRefusal.EXPIRED


async def test_an_early_answer_is_read_although_the_connection_is_reset(caller: Caller) -> None:
    async def reset(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await reader.read(100_000)
        writer.write(reply("403 Forbidden", b"gone"))
        await writer.drain()
        # Unread data and zero linger: the kernel sends a reset, not a polite end.
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with serve(reset) as served:
        with pytest.raises(UploadError) as caught:
            await caller.put(served.base, b"x" * 40 * MIB)
    assert caught.value.kind is UploadRefusal.EXPIRED


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's context that trust each other, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cafile=str(pem))
    return server, client


async def test_over_tls_session_tickets_are_not_taken_for_an_answer(
    caller: Caller, tmp_path: Path
) -> None:
    server, client = certificate(tmp_path)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(reply("201 Created"))

    async with serve(take, server) as served:
        base = served.base.replace("127.0.0.1", "localhost")
        receipt = await caller.put(base, b"x" * 5 * MIB, verify=client)
    assert receipt.complete


async def test_over_tls_an_early_answer_is_read_too(caller: Caller, tmp_path: Path) -> None:
    server, client = certificate(tmp_path)
    async with serve(answers_early, server) as served:
        base = served.base.replace("127.0.0.1", "localhost")
        with pytest.raises(UploadError) as caught:
            await caller.put(base, b"x" * 40 * MIB, verify=client)
    assert caught.value.kind is UploadRefusal.EXPIRED


async def test_a_refused_connection_is_certain_not_to_have_sent_anything(caller: Caller) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectFailed) as caught:
            await caller.status(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert caught.value.sent is False
    assert caught.value.advice is Advice.RETRY


async def test_a_certificate_that_is_not_trusted_stops_before_anything_is_sent(
    caller: Caller, tmp_path: Path
) -> None:
    server, _ = certificate(tmp_path)
    async with serve(answers_early, server) as served:
        with pytest.raises(TransportError) as caught:
            await caller.put(served.base.replace("127.0.0.1", "localhost"), b"x")
    assert caught.value.sent is False
    assert not served.heads


async def test_a_connection_that_is_dropped_without_an_answer_leaves_the_outcome_open(
    caller: Caller,
) -> None:
    async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.transport.abort()

    async with serve(drop) as served:
        with pytest.raises(TransportError) as caught:
            await caller.status(served.base)
        assert caught.value.sent is True
        with pytest.raises(TransportError) as caught:
            await caller.put(served.base, b"x" * MIB)
    assert caught.value.sent is True
    assert caught.value.advice is Advice.ASK_STATUS


async def test_a_truncated_answer_leaves_the_outcome_open(caller: Caller) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(OK[:-20])
        await writer.drain()
        writer.close()

    async with serve(cut) as served:
        with pytest.raises(TransportError) as caught:
            await caller.status(served.base)
    assert caught.value.sent is True


async def test_a_call_ends_when_its_time_is_over(caller: Caller) -> None:
    async def silence(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)

    async with serve(silence) as served:
        with pytest.raises(TimedOut) as caught:
            await caller.status(served.base, timeout_s=0.3)
    assert caught.value.sent is True
    assert caller.records[0].error == "TimedOut"
    assert caller.records[0].elapsed_ms >= 250


async def test_an_upload_that_stalls_ends_before_its_full_time(caller: Caller) -> None:
    async def stall(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await asyncio.Event().wait()

    async with serve(stall) as served:
        with pytest.raises(TimedOut):
            await caller.put(served.base, b"x" * 40 * MIB, stall_timeout_s=0.3)
    assert caller.records[0].elapsed_ms < 10_000


async def test_an_upload_that_trickles_ends_when_its_time_is_over(caller: Caller) -> None:
    async def trickle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        for _ in range(1_000):
            await reader.read(65_536)
            await asyncio.sleep(0.05)

    async with serve(trickle) as served:
        with pytest.raises(TimedOut) as caught:
            await caller.put(served.base, b"x" * 64 * MIB, upload_timeout_s=0.5)
    assert caught.value.sent is True
    assert caller.records[0].elapsed_ms < 10_000


async def test_a_redirect_is_not_followed(caller: Caller) -> None:
    async def away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(reply("302 Found", headers="Location: /elsewhere\r\n"))

    async with serve(away) as served:
        with pytest.raises(ResponseError) as caught:
            await caller.status(served.base)
        assert caught.value.status == 302
        with pytest.raises(UploadError) as refused:
            await caller.put(served.base, b"x")
        assert refused.value.status == 302
    assert len(served.heads) == 2


async def test_an_answer_without_end_is_cut_off(caller: Caller) -> None:
    async def flood(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 8 * MIB)
        await writer.drain()

    async with serve(flood) as served:
        with pytest.raises(TransportError, match="over 4194304 bytes"):
            await caller.status(served.base)


async def test_each_call_is_told_without_its_secrets(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        writer.write(reply("502 Bad Gateway", b"<html>") if b"PUT" in head else OK)

    async with serve(answer) as served:
        with caplog.at_level(logging.DEBUG):
            await caller.status(served.base)
            with pytest.raises(UploadError):
                await caller.put(served.base, b"x")
    asked, sent = caller.records
    assert (asked.operation, asked.method, asked.status) == ("status", "POST", 200)
    assert (asked.code, asked.log_id, asked.error) == ("ok", "L1", None)
    assert asked.url_without_query == f"{served.base}/v2/post/publish/status/fetch/"
    assert (sent.status, sent.code, sent.error) == (502, None, "UploadError")
    assert sent.url_without_query == f"{served.base}/upload"
    assert asked.started_at.utcoffset() == dt.timedelta(0)
    assert "s3cret" not in caplog.text + repr(caller.records)


async def test_a_listener_that_fails_does_not_lose_the_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        writer.write(OK)

    def broken(_: CallRecord) -> None:
        raise KeyError("ledger")

    async with serve(answer) as served, AsyncTransport(on_call=broken) as transport:
        client = AsyncTikTok(token="t", endpoints=Endpoints.at(served.base), transport=transport)
        assert (await client.posting.status("p")).log_id == "L1"
    assert "on_call failed for status" in caplog.text


async def test_a_gateways_page_is_a_server_fault(caller: Caller) -> None:
    async def gateway(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        writer.write(reply("504 Gateway Timeout", b"<html>"))

    async with serve(gateway) as served:
        with pytest.raises(ServerFault) as caught:
            await caller.status(served.base)
    assert caught.value.advice is Advice.RETRY


async def test_a_file_is_streamed_with_flat_memory(tmp_path: Path) -> None:
    size = 60 * MIB
    video = tmp_path / "video.mp4"
    with video.open("wb") as file:
        file.truncate(size)
    progress: list[int] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(reply("201 Created"))

    async with serve(take) as served, AsyncTransport() as transport:
        posting = AsyncTikTok(endpoints=Endpoints.at(served.base), transport=transport).posting
        chunk = Chunk(0, 0, size - 1, is_last=True)
        tracemalloc.start()
        try:
            await posting.upload_chunk(
                f"{served.base}/upload",
                video,
                chunk,
                total_bytes=size,
                on_progress=progress.append,
            )
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak_bytes < 12 * MIB  # two pieces of 4 MiB while one follows the other
    steps = [later - early for early, later in pairwise([0, *progress])]
    assert (steps[0], sum(steps)) == (MIB, size)
    assert set(steps) <= {MIB, 2 * MIB, 3 * MIB, 4 * MIB}


async def test_a_file_that_is_not_as_planned_is_not_sent(tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(b"x" * 10)
    chunk = Chunk(0, 0, 11, is_last=True)
    async with serve(answers_early) as served, AsyncTransport() as transport:
        posting = AsyncTikTok(endpoints=Endpoints.at(served.base), transport=transport).posting
        for path, size in ((video, 12), (tmp_path / "gone.mp4", 12)):
            with pytest.raises(SourceError) as caught:
                await posting.upload_chunk(f"{served.base}/upload", path, chunk, total_bytes=size)
            assert caught.value.advice is Advice.FIX_INPUT
    assert not served.heads
