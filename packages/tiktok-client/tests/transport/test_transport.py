"""A server does exactly what a test says; the client meets it in both kinds."""

import asyncio
import datetime as dt
import logging
import socket
import ssl
import struct
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest

from tests.factories.certificates import certificate
from tests.factories.loopback import MIB, reply, serve, whole_body
from tiktok_client import (
    Advice,
    AsyncTikTok,
    AsyncTransport,
    CallRecord,
    Chunk,
    ConnectFailed,
    Endpoints,
    ResponseError,
    ServerFault,
    SourceError,
    TimedOut,
    TransportError,
    UploadError,
    UploadRefusal,
)

from .calling import OK, Caller


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


async def test_over_tls_session_tickets_are_not_taken_for_an_answer(
    caller: Caller, tmp_path: Path
) -> None:
    server, trusted = certificate(tmp_path)
    client = ssl.create_default_context(cafile=trusted)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(reply("201 Created"))

    async with serve(take, server) as served:
        base = served.base.replace("127.0.0.1", "localhost")
        receipt = await caller.put(base, b"x" * 5 * MIB, verify=client)
    assert receipt.complete


async def test_over_tls_an_early_answer_is_read_too(caller: Caller, tmp_path: Path) -> None:
    server, trusted = certificate(tmp_path)
    client = ssl.create_default_context(cafile=trusted)
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


async def test_a_kept_connection_is_used_again_until_the_other_side_closes_it() -> None:
    """A call on one that is closed would leave open whether it was made."""
    connections: list[asyncio.StreamWriter] = []

    async def answers(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        if writer not in connections:
            connections.append(writer)
        writer.write(OK)

    async with serve(answers) as served, AsyncTransport() as transport:
        at = Endpoints.at(served.base)
        client = AsyncTikTok(token="act.s3cret", endpoints=at, transport=transport)
        await client.posting.status("p1")
        await client.posting.status("p1")
        assert len(connections) == 1
        connections[0].close()
        await connections[0].wait_closed()
        await client.posting.status("p1")
    assert len(connections) == 2


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
    assert peak_bytes < 4 * MIB
    steps = [later - early for early, later in pairwise([0, *progress])]
    assert min(steps) > 0
    assert sum(steps) == size


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
