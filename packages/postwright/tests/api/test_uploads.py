"""Files that are sent to the API, also by people who mean no good, or do it wrong."""

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from postwright.api.media import uploads
from tests.factories.api import Api
from tests.factories.uploading import half_put, kept, media, presigned, put

pytestmark = pytest.mark.slow


@pytest.fixture
def content(photo: Path) -> bytes:
    return photo.read_bytes()


async def test_an_upload_that_is_repeated_after_its_answer_gets_it_again_and_another_file_none(
    api: Api, content: bytes
) -> None:
    key = await api.key()
    told = await presigned(api, key)
    first = await put(api, told["uploadUrl"], content)
    again = await put(api, told["uploadUrl"], content, expect="100-continue")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    for other in (content[:-1] + b"\0", content + b"\0", b""):
        answer = await put(api, told["uploadUrl"], other)
        assert (answer.status_code, answer.json()["code"]) == (409, "upload_used")


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


async def test_an_upload_that_breaks_off_leaves_nothing_and_can_be_repeated(
    api: Api, content: bytes
) -> None:
    key = await api.key()
    told = await presigned(api, key, size=len(content))
    async with asyncio.timeout(20):
        async with half_put(told["uploadUrl"], content[:3000], len(content)):
            while not kept(api):
                await asyncio.sleep(0.02)
        while kept(api):
            await asyncio.sleep(0.02)
    assert (await media(api, key, told["key"]))["state"] == "waiting"
    assert (await put(api, told["uploadUrl"], content)).status_code == 200


# What was announced, what is sent (None: a photo), how it is declared, and what is answered.
MISFITS: list[tuple[dict[str, Any], bytes | None, dict[str, str], int, str]] = [
    ({"size": 10}, b"123456789", {}, 400, "media_size"),
    ({"size": 10}, b"12345678901", {}, 400, "media_size"),
    ({}, b"GIF89a", {"content_type": "video/mp4"}, 415, "media_type"),
    ({}, os.urandom(3000), {}, 400, "media_unreadable"),
    ({"contentType": "video/mp4"}, None, {}, 415, "media_type"),
]


async def test_what_does_not_fit_what_was_announced_is_refused(api: Api, content: bytes) -> None:
    key = await api.key()
    for changes, other, headers, status, code in MISFITS:
        told = await presigned(api, key, **changes)
        sent = content if other is None else other
        answer = await put(api, told["uploadUrl"], sent, **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert kept(api) == []


async def test_an_address_that_was_changed_is_none(api: Api, content: bytes) -> None:
    key = await api.key()
    url = (await presigned(api, key))["uploadUrl"]
    other = (await presigned(api, key))["uploadUrl"]
    for wrong in (
        url[:-1],
        url + "x",
        url.replace(url.split("/")[-3], other.split("/")[-3]),
        url.replace(url.split("/")[-2], "A" * 36),
    ):
        answer = await put(api, wrong, content)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_upload")


NOT_TAKEN: list[tuple[dict[str, Any], int]] = [
    ({"filename": "a.pdf", "contentType": "application/pdf"}, 415),
    ({"filename": "a.mp4", "contentType": "video/mp4", "size": 5 * 1024**3 + 1}, 413),
    ({"filename": "a.mp4", "contentType": "video/mp4", "size": 0}, 400),
    ({"contentType": "video/mp4"}, 400),
]
A_SONG = (
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp3"\r\n'
    b"Content-Type: audio/mpeg\r\n\r\nabc\r\n--x--\r\n"
)
# Type of the body, the body, and what is answered.
NO_FORMS: list[tuple[str, bytes, int]] = [
    ("application/json", b"{}", 415),
    ("multipart/form-data", b"", 415),
    ("multipart/form-data; boundary=x", b"", 400),
    ("multipart/form-data; boundary=x", b"--x--\r\n", 400),
    ("multipart/form-data; boundary=x", b"damaged", 400),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\nabc',
        400,
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nabc\r\n--x--\r\n',
        400,
    ),
    (
        "multipart/form-data; boundary=x",
        A_SONG,
        415,
    ),
]


async def test_what_cannot_be_taken_gets_no_address(api: Api) -> None:
    key = await api.key()
    for body, status in NOT_TAKEN:
        answer = await api.ask("POST", "/v1/media/presign", key, json=body)
        assert answer.status_code == status, body


async def test_a_form_without_a_file_that_is_taken_is_refused(api: Api) -> None:
    key = await api.key()
    for kind, body, status in NO_FORMS:
        headers = {"content-type": kind}
        answer = await api.ask("POST", "/v1/media", key, content=body, headers=headers)
        assert answer.status_code == status, answer.text
    assert kept(api) == []


async def test_a_form_that_is_too_large_is_told_where_to_go(
    api: Api, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "FORM_BYTES", 2000)
    form = {"files": ("a.jpg", content, "image/jpeg")}
    answer = await api.ask("POST", "/v1/media", await api.key(), files=form)
    assert answer.status_code == 413
    assert "presign" in answer.json()["details"]["fix"]
    assert kept(api) == []
