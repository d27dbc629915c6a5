"""Addresses that files are sent to, in the hands of people who mean no good, or do it wrong."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from PIL import Image

from tests.factories.api import Api
from tests.factories.uploading import half_put, kept, media, presigned, put

pytestmark = pytest.mark.slow


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    file = tmp_path / "Lisbon 1.jpg"
    Image.new("RGB", (720, 960), (40, 90, 200)).save(file)
    return file.read_bytes()


async def test_another_file_of_the_same_size_is_not_taken_for_the_one_that_came(
    api: Api, content: bytes
) -> None:
    key = await api.key()
    told = await presigned(api, key)
    assert (await put(api, told["uploadUrl"], content)).status_code == 200
    for other in (content[:-1] + b"\0", content + b"\0", b""):
        answer = await put(api, told["uploadUrl"], other)
        assert (answer.status_code, answer.json()["code"]) == (409, "upload_used")
    again = await put(api, told["uploadUrl"], content, expect="100-continue")
    assert (again.status_code, again.json()["media"]["size"]) == (200, len(content))


# What a body says of itself, and what is answered.
CODED = [
    ({"content_range": "bytes 0-999/2000"}, 400, "invalid_request"),
    ({"content_range": "bytes */*"}, 400, "invalid_request"),
    ({"content_encoding": "gzip"}, 415, "media_type_unsupported"),
    ({"content_encoding": "aws-chunked"}, 415, "media_type_unsupported"),
]


async def test_a_body_that_is_not_the_file_itself_is_refused_and_the_address_stays_good(
    api: Api, content: bytes
) -> None:
    key = await api.key()
    told = await presigned(api, key)
    form = {"files": ("a.jpg", content, "image/jpeg")}
    for headers, status, code in CODED:
        answer = await put(api, told["uploadUrl"], content, **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        said = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = await api.ask("POST", "/v1/media", key, files=form, headers=said)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await media(api, key, told["key"]))["state"] == "waiting"
    taken = await put(api, told["uploadUrl"], content, content_encoding="identity")
    assert taken.status_code == 200


async def test_an_address_ends_with_the_key_that_asked_for_it(api: Api, content: bytes) -> None:
    admin, key = await api.key(), await api.key()
    told, received = await presigned(api, key), await presigned(api, key)
    await put(api, received["uploadUrl"], content)
    listed = (await api.ask("GET", "/v1/api-keys", key)).json()["apiKeys"]
    mine = next(each["id"] for each in listed if each["keyPreview"].startswith(key[:8]))
    assert (await api.ask("DELETE", f"/v1/api-keys/{mine}", admin)).status_code == 200
    for each in (told, received):
        answer = await put(api, each["uploadUrl"], content)
        assert (answer.status_code, answer.json()["code"]) == (409, "upload_expired")
        assert "revoked" in answer.json()["details"]["why"]


async def test_one_address_keeps_no_more_than_two_places(api: Api, content: bytes) -> None:
    key = await api.key()
    told = await presigned(api, key)
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(half_put(told["uploadUrl"], content[:100], 9000))
        async with asyncio.timeout(20):
            while len(kept(api)) < 2:
                await asyncio.sleep(0.02)
        third = await put(api, told["uploadUrl"], content)
        assert (third.status_code, third.json()["code"]) == (429, "rate_limited")
        assert third.headers["Retry-After"] == "5"
        other = await presigned(api, key)
        assert (await put(api, other["uploadUrl"], content)).status_code == 200
    async with asyncio.timeout(20):
        while (await put(api, told["uploadUrl"], content)).status_code == 429:
            await asyncio.sleep(0.02)
    assert (await media(api, key, told["key"]))["state"] == "ready"


async def test_a_form_of_parts_without_end_is_refused_soon(api: Api) -> None:
    parts = b"--x\r\n\r\n\r\n" * 101 + b"--x--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await api.ask("POST", "/v1/media", await api.key(), content=parts, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert "100 parts" in answer.json()["error"]


async def test_only_a_put_is_answered_at_an_address_and_nothing_is_used_up_by_others(
    api: Api, content: bytes
) -> None:
    key = await api.key()
    told = await presigned(api, key)
    for method in ("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"):
        answer = await api.http.request(method, told["uploadUrl"], content=b"")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "PUT"), method
    assert (await put(api, told["uploadUrl"], content)).status_code == 200
