"""Word of a post that is followed from afar."""

import asyncio
from collections.abc import AsyncGenerator

import httpx2
from pydantic import SecretStr

from postwright.cli.elsewhere.watching import watching
from postwright.remote.address import Address
from postwright.remote.client import Remote
from postwright.remote.transport import Transport

# Less than what it waits for where nothing is told.
SOON_S = 10


async def test_what_is_told_of_the_post_is_heard_and_the_rest_is_not() -> None:
    others, own = asyncio.Event(), asyncio.Event()

    async def stream() -> AsyncGenerator[bytes]:
        yield b"id: 1-0\nevent: ready\ndata: {}\n\n"
        await others.wait()
        yield b'id: 1-1\nevent: x\ndata: {"publicationId": "pub_2"}\n\n'
        await own.wait()
        yield b'id: 1-2\nevent: x\ndata: {"publicationId": "pub_1"}\n\n'
        await asyncio.Event().wait()

    def server(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=stream())

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(server)) as http:
        address = Address.parse("https://post.example.com")
        remote = Remote(Transport(address, SecretStr("pw_x"), http))
        async with watching(remote, "pub_1") as watch:
            await asyncio.wait_for(watch.changed(is_moving=False), SOON_S)
            others.set()
            waiting = asyncio.create_task(watch.changed(is_moving=False))
            done, _ = await asyncio.wait({waiting}, timeout=0.1)
            assert not done
            own.set()
            await asyncio.wait_for(waiting, SOON_S)
