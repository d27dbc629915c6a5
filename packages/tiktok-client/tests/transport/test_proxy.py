"""All requests go through the proxy that is set, and through no other."""

import asyncio
import base64
from contextlib import suppress

import pytest

from tiktok_client import AsyncTikTok, AsyncTransport, Endpoints, TikTok, Transport

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


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "127.0.0.1:3128", "http://"])
def test_a_proxy_that_is_no_http_address_is_refused(proxy: str) -> None:
    with pytest.raises(ValueError, match="a proxy is an address like"):
        Transport(proxy=proxy)
