"""A server may say `100 Continue` and the like before it answers, and may want a chunk again."""

import asyncio
import re

import pytest

from tests.factories.loopback import MIB, reply, serve, whole_body
from tiktok_client import AsyncTikTok, AsyncTransport, Endpoints, UploadError, plan_chunks
from tiktok_client._network.interim import is_interim, without_interim

from .calling import OK, Caller

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n"
REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"


async def test_interim_answers_in_the_middle_of_an_upload_do_not_end_it(caller: Caller) -> None:
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        for part in (CONTINUE, EARLY, CONTINUE[:9], CONTINUE[9:15], CONTINUE[15:], CONTINUE * 3):
            writer.write(part)
            await writer.drain()
            await reader.readexactly(MIB)
        writer.write(EARLY + reply("201 Created"))

    async with serve(take) as served:
        receipt = await caller.put(served.base, bytes(6 * MIB))
    assert receipt.complete


async def test_a_refusal_after_an_interim_answer_is_read_early(caller: Caller) -> None:
    async def refuse(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        writer.write(CONTINUE + EARLY[:20])
        await reader.readexactly(100_000)
        writer.write(EARLY[20:] + REFUSED)
        await writer.drain()
        await asyncio.Event().wait()

    async with serve(refuse) as served:
        with pytest.raises(UploadError, match="expired"):
            await caller.put(served.base, bytes(40 * MIB))


async def test_interim_answers_before_the_answer_to_a_call_are_passed_over(caller: Caller) -> None:
    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        writer.write(CONTINUE + EARLY + OK)

    async with serve(answer) as served:
        assert (await caller.status(served.base)).raw_state == "PROCESSING_UPLOAD"


@pytest.mark.parametrize(
    ("heard", "left", "may_be_interim"),
    [
        (CONTINUE, b"", True),
        (EARLY + CONTINUE, b"", True),
        (CONTINUE.replace(b"\r", b""), b"", True),
        (CONTINUE + REFUSED, REFUSED, False),
        (EARLY[:-2], EARLY[:-2], True),
        (b"HTTP/1.0 1", b"HTTP/1.0 1", True),
        (b"HT", b"HT", True),
        (b"HTTP/1.1 101 Switching\r\n\r\n", b"HTTP/1.1 101 Switching\r\n\r\n", False),
        (b"HTTP/1.1 2", b"HTTP/1.1 2", False),
        (b"nonsense", b"nonsense", False),
    ],
)
def test_only_what_is_or_may_become_an_interim_answer_is_waited_out(
    heard: bytes, left: bytes, *, may_be_interim: bool
) -> None:
    assert without_interim(heard) == left
    assert is_interim(left) is may_be_interim


async def test_a_server_that_takes_a_chunk_and_wants_it_again_for_ever_is_left() -> None:
    async def forget(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        at_start = re.search(rb"(?i)content-range: bytes 0-", head)
        range_ = f"Content-Range: bytes 0-0/{15 * MIB}\r\n"
        writer.write(reply("206 Partial Content") if at_start else reply("416 No", headers=range_))

    plan = plan_chunks(15 * MIB, 5 * MIB)
    async with serve(forget) as served, AsyncTransport() as transport:
        posting = AsyncTikTok(endpoints=Endpoints.at(served.base), transport=transport).posting
        with pytest.raises(UploadError, match="out_of_step: chunk 1"):
            await posting.upload(f"{served.base}/upload", bytes(15 * MIB), plan, pause_s=0)
    assert len(served.heads) == 6  # three times there and back


async def test_a_start_outside_the_file_is_refused() -> None:
    async with AsyncTikTok() as tiktok:
        for start in (-1, 101):
            with pytest.raises(ValueError, match="outside a file of 100 bytes"):
                await tiktok.posting.upload("https://x", bytes(100), plan_chunks(100), start=start)
