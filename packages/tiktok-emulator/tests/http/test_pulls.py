"""Videos that the emulator fetches by itself."""

import hashlib
import re
from typing import Any

import pytest

from tiktok_emulator import Emulator

from .conftest import Caller, Shelf


async def _pulled(caller: Caller, url: str, path: str = "video/init") -> Any:
    answer = await caller.pull(path, url)
    assert answer.status_code == 200, answer.text
    return await caller.decided(answer.json()["data"]["publish_id"])


@pytest.mark.parametrize(
    ("path", "form"),
    [("video/init", r"v_pub_url~v2-1\.\d{19}"), ("inbox/video/init", r"v_inbox_url~v2\.\d{19}")],
)
async def test_an_init_gives_an_id_and_no_upload_address(
    caller: Caller, shelf: Shelf, video: bytes, path: str, form: str
) -> None:
    await caller.sign_in()
    await caller.localhost()
    data = (await caller.pull(path, shelf.put("a.mp4", video))).json()["data"]
    assert list(data) == ["publish_id"]
    assert re.fullmatch(form, data["publish_id"])


async def test_a_video_is_fetched_and_posted_as_it_lay_there(
    caller: Caller, shelf: Shelf, video: bytes
) -> None:
    await caller.sign_in()
    await caller.localhost()
    upload = await _pulled(caller, shelf.put("a.mp4", video))
    assert shelf.asked == [("GET", "/a.mp4", "")]
    [post] = (await caller.state())["posts"]
    assert post["sha256"] == hashlib.sha256(video).hexdigest()
    assert (await caller.http.get(f"/media/{post['post_id']}")).content == video
    assert await caller.status(upload["publish_id"]) == {
        "status": "PUBLISH_COMPLETE",
        "publicaly_available_post_id": [int(post["post_id"])],
        "downloaded_bytes": len(video),
    }


async def test_a_download_says_how_far_it_is(caller: Caller, shelf: Shelf, video: bytes) -> None:
    await caller.sign_in()
    await caller.localhost()
    data = (await caller.pull("video/init", shelf.put("hang/a.mp4", video))).json()["data"]
    await shelf.hanging.wait()
    status = await caller.status(data["publish_id"])
    assert status["status"] == "PROCESSING_DOWNLOAD"
    assert "uploaded_bytes" not in status
    assert status["downloaded_bytes"] <= len(video)
    [upload] = (await caller.state())["uploads"]
    assert upload["size_bytes"] in (None, len(video) + 1000)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("redirect/a.mp4", "302; redirects are not followed"),
        ("missing/a.mp4", "answered 404"),
        ("half/a.mp4", "failed"),
        ("empty.mp4", "is empty"),
    ],
)
@pytest.mark.parametrize("asks", ["get", "head_then_get", "ranges"])
async def test_what_cannot_be_fetched_fails_later(
    caller: Caller, shelf: Shelf, video: bytes, *, name: str, why: str, asks: str
) -> None:
    await caller.settings(pull_asks=asks)
    await caller.sign_in()
    await caller.localhost()
    if asks == "ranges" and name == "empty.mp4":
        why = "answered 416"
    content = b"" if name == "empty.mp4" else video
    upload = await _pulled(caller, shelf.put(name, content))
    assert upload["fail_reason"] == "video_pull_failed"
    assert why in upload["fail_why"]


async def test_a_server_that_is_not_there_fails_later(caller: Caller) -> None:
    await caller.sign_in()
    await caller.localhost()
    upload = await _pulled(caller, "http://127.0.0.1:1/a.mp4")
    assert upload["fail_reason"] == "video_pull_failed"


async def test_an_address_inside_a_private_network_is_not_fetched(
    caller: Caller, shelf: Shelf
) -> None:
    properties = [{"kind": "domain", "value": "localtest.example"}]
    await caller.http.patch(f"/_control/apps/{caller.key}", json={"properties": properties})
    await caller.sign_in()
    upload = await _pulled(caller, "https://media.localtest.example/a.mp4")
    assert upload["fail_reason"] == "video_pull_failed"
    assert shelf.asked == []


async def test_a_video_that_is_too_large_fails(caller: Caller, shelf: Shelf, video: bytes) -> None:
    await caller.settings(max_video_bytes=len(video) - 1)
    await caller.sign_in()
    await caller.localhost()
    upload = await _pulled(caller, shelf.put("a.mp4", video))
    assert upload["fail_reason"] == "video_pull_failed"
    assert "more than" in upload["fail_why"]


async def test_what_is_no_video_fails_by_its_format(caller: Caller, shelf: Shelf) -> None:
    await caller.sign_in()
    await caller.localhost()
    upload = await _pulled(caller, shelf.put("a.mp4", b"no video" * 100))
    assert upload["fail_reason"] == "file_format_check_failed"


async def test_an_hour_ends_a_download_that_hangs(
    caller: Caller, shelf: Shelf, video: bytes
) -> None:
    await caller.sign_in()
    await caller.localhost()
    data = (await caller.pull("video/init", shelf.put("hang/a.mp4", video))).json()["data"]
    await shelf.hanging.wait()
    await caller.control("clock", advance_s=3599)
    assert (await caller.status(data["publish_id"]))["status"] == "PROCESSING_DOWNLOAD"
    await caller.control("clock", advance_s=1)
    status = await caller.status(data["publish_id"])
    assert (status["status"], status["fail_reason"]) == ("FAILED", "video_pull_failed")
    [event] = await caller.told()
    assert event[0] == "post.publish.failed"
    assert event[1]["reason"] == "video_pull_failed"


async def test_ranges_are_asked_for_one_after_the_other(
    caller: Caller, shelf: Shelf, long_video: bytes
) -> None:
    await caller.settings(pull_asks="ranges")
    await caller.sign_in()
    await caller.localhost()
    upload = await _pulled(caller, shelf.put("a.mp4", long_video))
    assert upload["state"] == "published"
    assert [span for _, _, span in shelf.asked] == ["0-8388607", "8388608-16777215"]


async def test_a_head_can_come_first(caller: Caller, shelf: Shelf, video: bytes) -> None:
    await caller.settings(pull_asks="head_then_get")
    await caller.sign_in()
    await caller.localhost()
    await _pulled(caller, shelf.put("a.mp4", video))
    assert [method for method, _, _ in shelf.asked] == ["HEAD", "GET"]


async def test_an_init_can_wait_for_its_download(
    caller: Caller, shelf: Shelf, video: bytes
) -> None:
    await caller.settings(fetch_before_answer=True)
    await caller.sign_in()
    await caller.localhost()
    await caller.pull("video/init", shelf.put("a.mp4", video))
    [upload] = (await caller.state())["uploads"]
    assert upload["received_bytes"] == len(video)


async def test_one_init_can_be_ordered_to_fetch_first(
    caller: Caller, shelf: Shelf, video: bytes
) -> None:
    await caller.control("faults", operation="video.init", kind="fetch_first")
    await caller.sign_in()
    await caller.localhost()
    await caller.pull("video/init", shelf.put("a.mp4", video))
    [upload] = (await caller.state())["uploads"]
    assert upload["received_bytes"] == len(video)


async def test_a_download_can_be_ordered_to_fail(
    caller: Caller, shelf: Shelf, video: bytes
) -> None:
    await caller.control("faults", operation="pull", kind="error")
    await caller.sign_in()
    await caller.localhost()
    url = shelf.put("a.mp4", video)
    assert (await _pulled(caller, url))["fail_reason"] == "video_pull_failed"
    assert (await _pulled(caller, url))["fail_reason"] is None


async def test_a_slow_download_can_be_watched(caller: Caller, shelf: Shelf, video: bytes) -> None:
    await caller.settings(pull_bytes_per_second=1)
    await caller.sign_in()
    await caller.localhost()
    data = (await caller.pull("video/init", shelf.put("a.mp4", video))).json()["data"]
    assert (await caller.status(data["publish_id"]))["status"] == "PROCESSING_DOWNLOAD"
    await caller.settings(pull_bytes_per_second=None)
    assert (await caller.decided(data["publish_id"]))["state"] == "published"


@pytest.mark.parametrize("path", ["video/init", "inbox/video/init"])
@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://example.com/a.mp4", "pull.init.unverified"),
        ("http://example.com/a.mp4", "pull.init.https-only"),
        ("https://127.0.0.1/a.mp4", "pull.init.no-ip"),
        ("http://localhost:9/a.mp4", "pull.init.https-only"),
    ],
)
async def test_an_address_of_others_is_refused_at_init(
    caller: Caller, path: str, url: str, rule: str
) -> None:
    await caller.sign_in()
    answer = await caller.pull(path, url)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "url_ownership_unverified")
    assert (await caller.last_request())["rule"] == rule
    assert (await caller.state())["uploads"] == []


async def test_a_host_can_have_a_stand_in_and_ownership_counts_all_the_same(
    caller: Caller, shelf: Shelf, video: bytes
) -> None:
    shelf.put("videos/a.mp4", video)
    await caller.settings(pull_stand_ins={"media.example.com": shelf.base_url})
    await caller.sign_in()
    url = "https://media.example.com/videos/a.mp4?sig=5"
    assert (await caller.pull("video/init", url)).status_code == 403
    properties = [{"kind": "prefix", "value": "https://media.example.com/videos/"}]
    await caller.http.patch(f"/_control/apps/{caller.key}", json={"properties": properties})
    shelf.files["/videos/a.mp4?sig=5"] = video
    assert (await _pulled(caller, url))["state"] == "published"


async def test_a_consent_taken_back_ends_a_pull(caller: Caller, shelf: Shelf, video: bytes) -> None:
    await caller.settings(pull_bytes_per_second=1)
    await caller.sign_in()
    await caller.localhost()
    data = (await caller.pull("video/init", shelf.put("a.mp4", video))).json()["data"]
    await caller.control("grants/revoke", username="demo", client_key=caller.key)
    await caller.settings(pull_bytes_per_second=None)
    assert (await caller.decided(data["publish_id"]))["fail_reason"] == "auth_removed"


async def test_a_reset_ends_downloads_and_leaves_no_file(
    caller: Caller, shelf: Shelf, emulator: Emulator, video: bytes
) -> None:
    await caller.sign_in()
    await caller.localhost()
    await caller.pull("video/init", shelf.put("hang/a.mp4", video))
    await shelf.hanging.wait()
    downloads = list(emulator.state.downloads)
    await caller.control("reset")
    for task in downloads:
        while not task.done():
            await caller.state()
    assert (await caller.state())["uploads"] == []
    assert list(emulator.state.spool.iterdir()) == []
