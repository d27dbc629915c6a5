"""PUTs that no good client makes."""

from collections.abc import AsyncIterator, Mapping

import pytest

from tests.contract.desk import MIB, Desk, assert_refused
from tools.coverage import Row

Rows = Mapping[str, Row]
SIZE = 15 * MIB
CHUNK = SIZE // 2


@pytest.mark.parametrize("missing", ["Content-Type", "Content-Range"])
@pytest.mark.spec("upload.put.headers", "upload.put.bad-headers-400")
async def test_a_missing_header_is_refused(desk: Desk, rows: Rows, missing: str) -> None:
    upload, _ = await desk.opened(await desk.connected(), 100)
    answer = await desk.put(upload.upload_url, bytes(100), "bytes 0-99/100", without=missing)
    assert_refused(answer, rows["upload.put.headers"])


@pytest.mark.spec("upload.put.headers")
async def test_a_body_without_a_length_is_refused(desk: Desk, rows: Rows) -> None:
    upload, _ = await desk.opened(await desk.connected(), 100)

    async def pieces() -> AsyncIterator[bytes]:
        yield bytes(100)

    headers = {"Content-Type": "video/mp4", "Content-Range": "bytes 0-99/100"}
    answer = await desk.http.put(upload.upload_url, content=pieces(), headers=headers)
    assert_refused(answer, rows["upload.put.headers"])


@pytest.mark.parametrize(
    "told",
    [
        "bytes 0-98/100",
        "bytes 0-100/101",
        "bytes 0-99/99",
        "bytes=0-99/100",
        "0-99/100",
        "bytes */100",
    ],
)
@pytest.mark.spec("upload.put.bad-headers-400")
async def test_a_range_that_is_not_the_bodys_is_refused(desk: Desk, rows: Rows, told: str) -> None:
    upload, _ = await desk.opened(await desk.connected(), 100)
    answer = await desk.put(upload.upload_url, bytes(100), told)
    assert_refused(answer, rows["upload.put.bad-headers-400"])


@pytest.mark.parametrize(
    "content_type", ["video/x-msvideo", "application/octet-stream", "image/png"]
)
@pytest.mark.spec("upload.put.content-type")
async def test_another_content_type_is_refused(desk: Desk, rows: Rows, content_type: str) -> None:
    upload, _ = await desk.opened(await desk.connected(), 100)
    answer = await desk.put(
        upload.upload_url, bytes(100), "bytes 0-99/100", Content_Type=content_type
    )
    assert_refused(answer, rows["upload.put.content-type"])


@pytest.mark.parametrize("content_type", ["video/mp4", "video/quicktime", "video/webm"])
@pytest.mark.spec("upload.put.content-type")
async def test_each_content_type_of_the_page_is_taken(
    desk: Desk, rows: Rows, content_type: str
) -> None:
    assert content_type in rows["upload.put.content-type"]["values"]
    upload, _ = await desk.opened(await desk.connected(), 100)
    answer = await desk.put(
        upload.upload_url, bytes(100), "bytes 0-99/100", Content_Type=content_type
    )
    assert answer.status_code == 201


@pytest.mark.spec("upload.put.sequential", "upload.put.range-416")
async def test_a_chunk_out_of_order_is_refused(desk: Desk, rows: Rows) -> None:
    upload, plan = await desk.opened(await desk.connected(), SIZE)
    last = plan.chunk(1)
    told = f"bytes {last.first}-{last.last_inclusive}/{SIZE}"
    answer = await desk.put(upload.upload_url, bytes(last.size_bytes), told)
    assert_refused(answer, rows["upload.put.sequential"])
    assert answer.headers["content-range"] == f"bytes 0-0/{SIZE}"
    assert (await desk.last_request())["rule"] == "upload.put.sequential"


@pytest.mark.parametrize(("first", "last"), [(1, CHUNK), (0, CHUNK - 2), (0, CHUNK)])
@pytest.mark.spec("upload.put.range-416")
async def test_a_range_off_by_one_is_refused(desk: Desk, rows: Rows, first: int, last: int) -> None:
    upload, plan = await desk.opened(await desk.connected(), SIZE)
    assert plan.chunk_bytes == CHUNK
    told = f"bytes {first}-{last}/{SIZE}"
    answer = await desk.put(upload.upload_url, bytes(last - first + 1), told)
    assert_refused(answer, rows["upload.put.range-416"])


@pytest.mark.spec("upload.put.sequential")
async def test_the_same_chunk_twice_is_refused_and_the_counter_told(desk: Desk, rows: Rows) -> None:
    upload, _ = await desk.opened(await desk.connected(), SIZE)
    told = f"bytes 0-{CHUNK - 1}/{SIZE}"
    assert (await desk.put(upload.upload_url, bytes(CHUNK), told)).status_code == 206
    answer = await desk.put(upload.upload_url, bytes(CHUNK), told)
    assert_refused(answer, rows["upload.put.sequential"])
    assert answer.headers["content-range"] == f"bytes 0-{CHUNK}/{SIZE}"


@pytest.mark.spec("upload.put.last-chunk-size")
async def test_a_short_tail_chunk_is_refused(desk: Desk, rows: Rows) -> None:
    size = SIZE + 7
    upload, plan = await desk.opened(await desk.connected(), size)
    first, last = plan.chunk(0), plan.chunk(1)
    told = f"bytes {first.first}-{first.last_inclusive}/{size}"
    assert (await desk.put(upload.upload_url, bytes(first.size_bytes), told)).status_code == 206
    told = f"bytes {last.first}-{last.last_inclusive - 1}/{size}"
    answer = await desk.put(upload.upload_url, bytes(last.size_bytes - 1), told)
    assert_refused(answer, rows["upload.put.last-chunk-size"])


@pytest.mark.spec("upload.put.expired-403")
async def test_an_address_older_than_an_hour_is_refused(desk: Desk, rows: Rows) -> None:
    upload, _ = await desk.opened(await desk.connected(), 100)
    await desk.advance(3600)
    answer = await desk.put(upload.upload_url, bytes(100), "bytes 0-99/100")
    assert_refused(answer, rows["upload.put.expired-403"])


@pytest.mark.spec("upload.put.unknown-404")
async def test_another_token_is_refused(desk: Desk, rows: Rows) -> None:
    upload, _ = await desk.opened(await desk.connected(), 100)
    answer = await desk.put(upload.upload_url[:-4] + "0000", bytes(100), "bytes 0-99/100")
    assert_refused(answer, rows["upload.put.unknown-404"])


@pytest.mark.spec("upload.put.no-auth")
async def test_a_put_needs_no_token_and_outlives_it(desk: Desk) -> None:
    client = await desk.connected()
    await desk.settings(upload_url_s=100_000)
    upload, _ = await desk.opened(client, 100)
    await desk.advance(7200)
    answer = await desk.put(upload.upload_url, bytes(100), "bytes 0-99/100")
    assert answer.status_code == 201
