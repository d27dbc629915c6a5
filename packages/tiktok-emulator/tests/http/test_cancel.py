"""Cancelling what is being downloaded."""

import asyncio

import pytest

from tiktok_emulator import Emulator

from .conftest import Caller, Shelf


async def _hanging(caller: Caller, shelf: Shelf, video: bytes, path: str = "video/init") -> str:
    await caller.sign_in()
    await caller.localhost()
    data = (await caller.pull(path, shelf.put("hang/a.mp4", video))).json()["data"]
    await shelf.hanging.wait()
    return data["publish_id"]


@pytest.mark.parametrize("path", ["video/init", "inbox/video/init"])
async def test_a_download_under_way_is_cancelled_and_that_is_told(
    caller: Caller, shelf: Shelf, emulator: Emulator, video: bytes, path: str
) -> None:
    publish_id = await _hanging(caller, shelf, video, path)
    downloads = list(emulator.state.downloads)
    answer = await caller.call("cancel", {"publish_id": publish_id})
    assert answer.status_code == 200
    assert set(answer.json()) == {"error"}
    assert answer.json()["error"]["code"] == "ok"
    status = await caller.status(publish_id)
    assert (status["status"], status["fail_reason"]) == ("FAILED", "publish_cancelled")
    kind = "DIRECT_PUBLISH" if path == "video/init" else "INBOX_SHARE"
    content = {"publish_id": publish_id, "publish_type": kind, "reason": "publish_cancelled"}
    assert await caller.told() == [("post.publish.failed", content)]
    async with asyncio.timeout(10):
        await asyncio.gather(*downloads, return_exceptions=True)
    assert list(emulator.state.spool.iterdir()) == []


async def test_a_second_cancel_is_refused(caller: Caller, shelf: Shelf, video: bytes) -> None:
    publish_id = await _hanging(caller, shelf, video)
    await caller.call("cancel", {"publish_id": publish_id})
    answer = await caller.call("cancel", {"publish_id": publish_id})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "publish_not_cancellable")
    assert (await caller.last_request())["rule"] == "cancel.not-cancellable"


async def test_an_upload_cannot_be_cancelled(caller: Caller) -> None:
    await caller.sign_in()
    publish_id = (await caller.begin(100))["publish_id"]
    answer = await caller.call("cancel", {"publish_id": publish_id})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "publish_not_cancellable")
    assert (await caller.last_request())["rule"] == "cancel.pull-only"


async def test_what_is_processed_cannot_be_cancelled(
    caller: Caller, shelf: Shelf, video: bytes
) -> None:
    await caller.settings(processing={"mode": "after_seconds", "value": 60})
    await caller.sign_in()
    await caller.localhost()
    await caller.settings(fetch_before_answer=True)
    data = (await caller.pull("video/init", shelf.put("a.mp4", video))).json()["data"]
    answer = await caller.call("cancel", data)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "publish_not_cancellable")
    assert (await caller.status(data["publish_id"]))["status"] == "PROCESSING_DOWNLOAD"


async def test_an_unknown_id_and_that_of_another_are_refused(
    caller: Caller, shelf: Shelf, video: bytes
) -> None:
    publish_id = await _hanging(caller, shelf, video)
    unknown = await caller.call("cancel", {"publish_id": "v_pub_url~v2.1"})
    assert unknown.json()["error"]["code"] == "invalid_publish_id"
    assert (await caller.last_request())["rule"] == "cancel.invalid-publish-id"
    await caller.sign_in("private.pia")
    foreign = await caller.call("cancel", {"publish_id": publish_id})
    code = "token_not_authorized_for_specified_publish_id"
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ("video.publish", "invalid_publish_id"),
        ("video.upload", "invalid_publish_id"),
        ("user.info.basic", "scope_not_authorized"),
    ],
)
async def test_either_scope_will_do_and_one_is_needed(
    caller: Caller, scope: str, code: str
) -> None:
    await caller.sign_in(scope=scope)
    answer = await caller.call("cancel", {"publish_id": "x"})
    assert answer.json()["error"]["code"] == code


async def test_cancels_have_a_window_of_their_own(caller: Caller) -> None:
    await caller.settings(rate_limits={"cancel": 2})
    await caller.sign_in()
    await caller.control("clock", freeze=True)
    body = {"publish_id": "x"}
    assert [(await caller.call("cancel", body)).status_code for _ in range(3)] == [400, 400, 429]
    assert (await caller.last_request())["rule"] == "limits.cancel-per-minute"
    assert (await caller.call("status/fetch", body)).status_code == 400
