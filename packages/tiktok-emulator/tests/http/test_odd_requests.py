"""Legal HTTP that few clients send, bodies that break off, sizes beyond sense."""

import asyncio
import json
from urllib.parse import urlencode

import httpx2
import pytest

from tiktok_emulator import Emulator

from .conftest import Caller

FORM = "application/x-www-form-urlencoded"


async def _connect(emulator: Emulator) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = httpx2.URL(emulator.base_url)
    return await asyncio.open_connection(url.host, url.port)


async def _broken_off(
    emulator: Emulator, path: str, body: bytes, content_type: str, token: str = ""
) -> None:
    """Send a body that is announced longer than it is, then leave."""
    reader, writer = await _connect(emulator)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body) + 1}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    writer.write_eof()
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_a_refresh_that_breaks_off_does_not_rotate(
    caller: Caller, emulator: Emulator
) -> None:
    grant = await caller.sign_in()
    form = {
        "client_key": caller.key,
        "client_secret": caller.secret,
        "grant_type": "refresh_token",
        "refresh_token": grant["refresh_token"],
    }
    await _broken_off(emulator, "/v2/oauth/token/", urlencode(form).encode() + b"&", FORM)
    entry = await caller.last_request()
    assert (entry["path"], entry["status"]) == ("/v2/oauth/token/", None)
    assert "before the request was whole" in entry["why"]
    assert "access_token" in (await caller.refresh(grant["refresh_token"])).json()


async def test_an_init_that_breaks_off_opens_nothing(caller: Caller, emulator: Emulator) -> None:
    await caller.sign_in()
    body = {
        "post_info": {"privacy_level": "SELF_ONLY"},
        "source_info": {
            "source": "FILE_UPLOAD",
            "video_size": 10,
            "chunk_size": 10,
            "total_chunk_count": 1,
        },
    }
    await _broken_off(
        emulator,
        "/v2/post/publish/video/init/",
        json.dumps(body).encode(),
        "application/json",
        caller.token,
    )
    assert (await caller.last_request())["status"] is None
    assert (await caller.state())["uploads"] == []


async def test_a_target_with_scheme_and_host_is_the_same_path(
    caller: Caller, emulator: Emulator
) -> None:
    await caller.sign_in()
    reader, writer = await _connect(emulator)
    target = f"{emulator.base_url}/v2/post/publish/creator_info/query/"
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.token}\r\n"
    writer.write(f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"creator_username":"demo"' in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_the_root_has_no_other_method(caller: Caller, method: str) -> None:
    assert (await caller.http.request(method, "/")).status_code == 404


async def test_a_port_of_thousands_of_digits_is_no_registered_address(caller: Caller) -> None:
    answer = await caller.authorize(redirect_uri=f"http://127.0.0.1:{'1' * 5000}/callback/")
    assert answer.status_code == 400
    assert (await caller.last_request())["rule"] == "oauth.redirect.exact"


async def test_a_form_of_thousands_of_fields_is_still_a_form(caller: Caller) -> None:
    padding = {f"field{number}": "x" for number in range(3000)}
    answer = await caller.exchange(await caller.code(), **padding)
    assert "access_token" in answer.json()


async def test_a_form_beyond_the_limit_is_refused_in_the_shape_of_oauth(caller: Caller) -> None:
    form = {"padding": "x" * 2_000_000, "client_key": caller.key}
    answer = await caller.http.post("/v2/oauth/token/", data=form)
    assert (answer.status_code, answer.json()["error"]) == (200, "invalid_request")


async def test_a_consent_form_in_another_encoding_is_told_on_the_page(caller: Caller) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    answer = await caller.http.post("/v2/auth/authorize/", content=b"--x", headers=headers)
    assert answer.status_code == 400
    assert "Something went wrong" in answer.text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
async def test_json_is_utf_8_without_a_mark(caller: Caller, encoding: str) -> None:
    await caller.sign_in()
    answer = await caller.http.post(
        "/v2/post/publish/status/fetch/",
        content='{"publish_id": "x"}'.encode(encoding),
        headers={"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"},
    )
    assert answer.json()["error"]["code"] == "invalid_params"


async def test_json_has_no_nan(caller: Caller) -> None:
    await caller.sign_in()
    answer = await caller.http.post(
        "/v2/post/publish/status/fetch/",
        content=b'{"publish_id": "x", "more": NaN}',
        headers={"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"},
    )
    assert answer.json()["error"]["code"] == "invalid_params"


async def test_a_revoked_upload_stays_revoked_after_a_new_consent(
    caller: Caller, video: bytes
) -> None:
    await caller.control("clock", freeze=True)
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.control("grants/revoke", username="demo", client_key=caller.key)
    await caller.sign_in()
    assert (await caller.put(begun["upload_url"], video)).status_code == 201
    upload = await caller.decided(begun["publish_id"])
    assert upload["fail_reason"] == "auth_removed"
