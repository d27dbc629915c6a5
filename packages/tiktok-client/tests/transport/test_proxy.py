"""All requests go through the proxy that is set, and through no other."""

import asyncio
import base64
import hashlib
import re
import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from tests.factories.certificates import certificate
from tests.factories.loopback import MIB, reply, serve
from tiktok_client import AsyncTikTok, AsyncTransport, Chunk, Endpoints, TikTok, Transport

OK = b'{"data":{"status":"FAILED"},"error":{"code":"ok","message":"","log_id":""}}'
ELSEWHERE = Endpoints.at("http://tiktok.invalid:8700")


async def proxied(*, waits: bool) -> list[bytes]:
    """Ask for a status through a proxy; return the heads that the proxy read."""
    heads: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(OK) + OK)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        proxy = f"http://me:p%40ss@127.0.0.1:{server.sockets[0].getsockname()[1]}"
        if waits:
            async with AsyncTransport(proxy=proxy) as transport:
                client = AsyncTikTok(token="act.t", endpoints=ELSEWHERE, transport=transport)
                assert (await client.posting.status("p")).raw_state == "FAILED"
        else:
            with Transport(proxy=proxy) as transport:
                blocking = TikTok(token="act.t", endpoints=ELSEWHERE, transport=transport)
                told = await asyncio.to_thread(blocking.posting.status, "p")
                assert told.raw_state == "FAILED"
    return heads


@pytest.mark.parametrize("waits", [True, False])
async def test_a_proxy_gets_the_request_and_its_password(*, waits: bool) -> None:
    [head] = await proxied(waits=waits)
    assert head.startswith(b"POST http://tiktok.invalid:8700/v2/post/publish/status/fetch/ HTTP")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"me:p@ss") in head


async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until it ends."""
    with suppress(ConnectionError, ssl.SSLError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
    """Be a proxy: with a tunnel if it is asked for, else by repeating the head."""
    found = re.match(rb"(?:CONNECT |PUT http://)([^:]+):(\d+)", head)
    assert found is not None
    ahead, behind = await asyncio.open_connection(found[1].decode(), int(found[2]))
    if head.startswith(b"CONNECT"):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    else:
        behind.write(head)
    try:
        await asyncio.gather(relay(reader, behind), relay(ahead, writer))
    finally:
        behind.transport.abort()


@pytest.mark.parametrize("proxy_over_tls", [False, True])
@pytest.mark.parametrize("over_tls", [False, True])
async def test_an_upload_arrives_through_a_proxy(
    tmp_path: Path, *, over_tls: bool, proxy_over_tls: bool
) -> None:
    content = hashlib.shake_256(b"video").digest(MIB + 12_345)
    arrived: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        arrived.append(await reader.readexactly(len(content)))
        writer.write(reply("201 Created"))

    server, trusted = certificate(tmp_path)
    client = ssl.create_default_context(cafile=trusted)
    async with (
        serve(take, server if over_tls else None) as served,
        serve(pass_on, server if proxy_over_tls else None) as before,
    ):
        base, proxy = (one.base.replace("127.0.0.1", "localhost") for one in (served, before))
        async with AsyncTransport(proxy=proxy, verify=client) as transport:
            posting = AsyncTikTok(endpoints=Endpoints.at(base), transport=transport).posting
            chunk = Chunk(0, 0, len(content) - 1, is_last=True)
            receipt = await posting.upload_chunk(
                f"{base}/upload", content, chunk, total_bytes=len(content)
            )
    assert receipt.complete
    assert arrived == [content]
    assert before.heads[0].startswith(b"CONNECT" if over_tls else b"PUT http://")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "127.0.0.1:3128", "http://"])
def test_a_proxy_that_is_no_http_address_is_refused(proxy: str) -> None:
    with pytest.raises(ValueError, match="a proxy is an address like"):
        Transport(proxy=proxy)
