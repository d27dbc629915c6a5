"""Chunks: in order, whole, once."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from .conftest import Caller

CHUNK = 5_500_000


async def test_one_chunk_becomes_one_post(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(video))
    answer = await caller.put(begun["upload_url"], video)
    assert answer.status_code == 201
    assert answer.headers["content-range"] == f"bytes 0-{len(video)}/{len(video)}"
    await caller.decided(begun["publish_id"])
    [post] = (await caller.state())["posts"]
    assert post["sha256"] == hashlib.sha256(video).hexdigest()
    assert post["publish_id"] == begun["publish_id"]
    status = await caller.status(begun["publish_id"])
    assert status["status"] == "PUBLISH_COMPLETE"
    assert status["publicaly_available_post_id"] == [int(post["post_id"])]


async def test_two_chunks_in_order_are_206_then_201(caller: Caller, long_video: bytes) -> None:
    await caller.sign_in()
    size = len(long_video)
    begun = await caller.begin(size, chunk=CHUNK, count=2)
    url = begun["upload_url"]
    first = await caller.put(url, long_video[:CHUNK], 0, size)
    assert (first.status_code, first.headers["content-range"]) == (206, f"bytes 0-{CHUNK}/{size}")
    assert (await caller.status(begun["publish_id"]))["uploaded_bytes"] == CHUNK
    last = await caller.put(url, long_video[CHUNK:], CHUNK, size)
    assert (last.status_code, last.headers["content-range"]) == (201, f"bytes 0-{size}/{size}")
    upload = await caller.decided(begun["publish_id"])
    assert upload["state"] == "published"
    [post] = (await caller.state())["posts"]
    assert post["sha256"] == hashlib.sha256(long_video).hexdigest()


async def test_a_chunk_out_of_order_is_416_and_stores_nothing(
    caller: Caller, long_video: bytes
) -> None:
    await caller.sign_in()
    size = len(long_video)
    begun = await caller.begin(size, chunk=CHUNK, count=2)
    answer = await caller.put(begun["upload_url"], long_video[CHUNK:], CHUNK, size)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes 0-0/{size}")
    assert (await caller.status(begun["publish_id"]))["uploaded_bytes"] == 0


async def test_a_content_range_off_by_one_is_refused(caller: Caller, long_video: bytes) -> None:
    await caller.sign_in()
    size = len(long_video)
    url = (await caller.begin(size, chunk=CHUNK, count=2))["upload_url"]
    piece = long_video[:CHUNK]
    shifted = await caller.put(url, piece, headers={"Content-Range": f"bytes 1-{CHUNK}/{size}"})
    assert shifted.status_code == 416
    longer = await caller.put(url, piece, headers={"Content-Range": f"bytes 0-{CHUNK}/{size}"})
    assert longer.status_code == 400
    short = await caller.put(url, piece[:-1], 0, size)
    assert short.status_code == 416
    assert (await caller.put(url, piece, 0, size)).status_code == 206


async def test_a_resent_chunk_is_416_with_what_is_stored(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    url = (await caller.begin(len(video)))["upload_url"]
    assert (await caller.put(url, video)).status_code == 201
    again = await caller.put(url, video)
    assert again.status_code == 416
    assert again.headers["content-range"] == f"bytes 0-{len(video)}/{len(video)}"
    await asyncio.gather(*(caller.put(url, video) for _ in range(5)))
    await caller.post(video)
    assert len((await caller.state())["posts"]) == 2


async def test_a_resent_chunk_can_be_accepted_without_counting_twice(
    caller: Caller, video: bytes
) -> None:
    await caller.settings(resent_chunk="accept_again")
    await caller.sign_in()
    begun = await caller.begin(len(video))
    statuses = [(await caller.put(begun["upload_url"], video)).status_code for _ in range(3)]
    assert statuses == [201, 201, 201]
    await caller.decided(begun["publish_id"])
    assert len((await caller.state())["posts"]) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Type", "application/octet-stream"),
        ("Content-Range", "bytes 0-9"),
        ("Content-Range", "bytes 0-99/101"),
    ],
)
async def test_bad_headers_are_400(caller: Caller, name: str, value: str) -> None:
    await caller.sign_in()
    url = (await caller.begin(100))["upload_url"]
    answer = await caller.put(url, b"x" * 100, headers={name: value})
    assert answer.status_code == 400
    assert (await caller.last_request())["why"]


async def test_a_body_without_a_length_is_400(caller: Caller) -> None:
    await caller.sign_in()
    url = (await caller.begin(100))["upload_url"]

    async def body() -> AsyncIterator[bytes]:
        yield b"x" * 100

    headers = {"Content-Type": "video/mp4", "Content-Range": "bytes 0-99/100"}
    assert (await caller.http.put(url, content=body(), headers=headers)).status_code == 400


async def test_an_address_is_403_after_an_hour(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.control("clock", advance_s=3600)
    assert (await caller.put(begun["upload_url"], video)).status_code == 403
    assert (await caller.status(begun["publish_id"]))["status"] == "PROCESSING_UPLOAD"


async def test_an_unknown_address_is_404(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    url = (await caller.begin(len(video)))["upload_url"]
    assert (await caller.put(url[:-1], video)).status_code == 404
    assert (await caller.put("/upload", video)).status_code == 404


async def test_the_range_can_be_told_as_a_last_index(caller: Caller, long_video: bytes) -> None:
    await caller.settings(content_range_counts="last_index")
    await caller.sign_in()
    size = len(long_video)
    url = (await caller.begin(size, chunk=CHUNK, count=2))["upload_url"]
    answer = await caller.put(url, long_video[:CHUNK], 0, size)
    assert answer.headers["content-range"] == f"bytes 0-{CHUNK - 1}/{size}"


async def _send_half(url: str, data: bytes, total: int) -> asyncio.StreamWriter:
    """Open a connection, announce a whole chunk and send half of it."""
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Type: video/mp4\r\nContent-Length: {len(data)}\r\n"
        f"Content-Range: bytes 0-{len(data) - 1}/{total}\r\n\r\n"
    )
    writer.write(head.encode() + data[: len(data) // 2])
    await writer.drain()
    return writer


async def _why(caller: Caller, word: str) -> dict[str, Any]:
    """Wait for a request in the log whose reason has a word in it."""
    async with asyncio.timeout(10):
        while True:
            log = (await caller.http.get("/_control/requests")).json()["requests"]
            for entry in log:
                if word in (entry["why"] or ""):
                    return entry


async def test_a_chunk_that_breaks_off_leaves_no_trace(caller: Caller, long_video: bytes) -> None:
    await caller.sign_in()
    size = len(long_video)
    begun = await caller.begin(size, chunk=CHUNK, count=2)
    writer = await _send_half(begun["upload_url"], long_video[:CHUNK], size)
    writer.close()
    await writer.wait_closed()
    assert (await _why(caller, "broke"))["operation"] == "upload"
    assert (await caller.status(begun["publish_id"]))["uploaded_bytes"] == 0
    assert (await caller.put(begun["upload_url"], long_video[:CHUNK], 0, size)).status_code == 206
    await caller.put(begun["upload_url"], long_video[CHUNK:], CHUNK, size)
    await caller.decided(begun["publish_id"])
    [post] = (await caller.state())["posts"]
    assert post["sha256"] == hashlib.sha256(long_video).hexdigest()


async def test_a_newer_request_takes_a_hanging_chunk_over(
    caller: Caller, long_video: bytes
) -> None:
    await caller.sign_in()
    size = len(long_video)
    begun = await caller.begin(size, chunk=CHUNK, count=2)
    wrong = bytes(CHUNK)
    hanging = await _send_half(begun["upload_url"], wrong, size)
    answer = await caller.put(begun["upload_url"], long_video[:CHUNK], 0, size)
    assert answer.status_code == 206
    hanging.write(wrong[len(wrong) // 2 :])
    await hanging.drain()
    entry = await _why(caller, "took over")
    assert entry["status"] == 416
    hanging.close()
    await caller.put(begun["upload_url"], long_video[CHUNK:], CHUNK, size)
    await caller.decided(begun["publish_id"])
    [post] = (await caller.state())["posts"]
    assert post["sha256"] == hashlib.sha256(long_video).hexdigest()


async def test_a_hundred_racing_requests_make_one_post(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(video))
    limits = httpx2.Limits(max_connections=20)
    async with httpx2.AsyncClient(verify=False, limits=limits) as http:
        headers = {
            "Content-Type": "video/mp4",
            "Content-Range": f"bytes 0-{len(video) - 1}/{len(video)}",
        }
        puts = [http.put(begun["upload_url"], content=video, headers=headers) for _ in range(100)]
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*puts))
    assert statuses == [201] + [416] * 99
    await caller.decided(begun["publish_id"])
    assert len((await caller.state())["posts"]) == 1


async def test_a_spool_that_refuses_the_bytes_is_500_and_nothing_is_stored(
    caller: Caller, video: bytes, emulator: Any
) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(video))
    emulator.state.spool.rmdir()
    assert (await caller.put(begun["upload_url"], video)).status_code == 500
    assert "spool" in (await caller.last_request())["why"]
    assert (await caller.status(begun["publish_id"]))["uploaded_bytes"] == 0
    emulator.state.spool.mkdir()
    assert (await caller.put(begun["upload_url"], video)).status_code == 201


@pytest.mark.slow
async def test_a_throttled_intake_takes_its_time(caller: Caller, video: bytes) -> None:
    data = video + (1_000_000).to_bytes(4, "big") + b"free" + bytes(999_992)
    await caller.settings(intake_bytes_per_second=1_000_000)
    await caller.sign_in()
    url = (await caller.begin(len(data)))["upload_url"]
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert (await caller.put(url, data)).status_code == 201
    assert loop.time() - started > 0.9
