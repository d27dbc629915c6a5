"""Forms, read as they come."""

import asyncio

import pytest
from fastapi import Request
from starlette.types import Message

from postwright.api.bodies import Form
from postwright.api.errors import BodyTooLarge

HEAD = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
END = b"\r\n--x--\r\n"


def form(*pieces: bytes, most_bytes: int = 10_000_000) -> Form:
    left = list(pieces)

    async def receive() -> Message:
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    return Form(Request({"type": "http", "headers": headers}, receive), most_bytes=most_bytes)


async def files(given: Form) -> list[bytes]:
    return [b"".join([piece async for piece in pieces]) async for _, pieces in given.files()]


@pytest.mark.parametrize("step", [1, 7, 32 * 1024, 1 << 20])
async def test_a_file_is_what_was_sent_in_whatever_pieces_it_came(step: int) -> None:
    content = bytes(range(256)) * 20 + b"\r\n--\r\n--y\r" * 100
    whole = HEAD + content + b"\r\n" + HEAD + b"" + END
    pieces = [whole[at : at + step] for at in range(0, len(whole), step)]
    assert await files(form(*pieces)) == [content, b""]


async def test_a_form_that_takes_long_to_read_holds_up_nobody() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    waiting = asyncio.ensure_future(others())
    content = b"\r\n" * 500_000
    assert await files(form(HEAD + content + END)) == [content]
    waiting.cancel()
    assert turns > 20


async def test_what_comes_beyond_the_bound_is_not_read() -> None:
    pieces = [HEAD, *[bytes(1000)] * 10]
    with pytest.raises(BodyTooLarge):
        await files(form(*pieces, most_bytes=5000))
