"""Posts whose files are somewhere else: they wait for the fetch, and go on or fail with it."""

from pathlib import Path

import pytest

from postwright.publishing.states import State
from tests.factories.origin import Origin
from tests.factories.posting import Caller

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("may_fetch")]


async def test_a_post_waits_for_its_file_and_goes_out(
    me: Caller, origin: Origin, video: Path
) -> None:
    url = origin.gives("/sunset.mp4", video.read_bytes())
    answer = await me.create(publishNow=True, mediaItems=[{"url": f"{url}?secret=1"}])
    assert answer.status_code == 201, answer.text
    assert "secret" not in answer.text
    post = answer.json()["post"]
    (target,), (item,) = post["platforms"], post["mediaItems"]
    assert (target["status"], target["holdReason"]) == ("held", "media_coming")
    assert (item["state"], item["type"], item["filename"]) == ("fetching", "video", "sunset.mp4")
    # The same address again is the same content.
    again = await me.create(publishNow=True, mediaItems=[{"url": f"{url}?secret=1"}])
    assert again.json()["code"] == "duplicate_content"
    me.api.service.start_worker()
    await me.api.service.until(target["_id"], State.PUBLISHED)
    out = await me.post(post["_id"])
    assert (out["status"], out["mediaItems"][0]["state"]) == ("published", "ready")
    assert len(origin.asked) == 1


async def test_a_post_fails_with_the_fetch_and_goes_out_with_another_file(
    me: Caller, origin: Origin
) -> None:
    url = origin.gives("/page.mp4", b"<!DOCTYPE html><title>Log in</title>")
    post = await me.made(publishNow=True, mediaItems=[{"url": url}])
    target_id = post["platforms"][0]["_id"]
    me.api.service.start_worker()
    await me.api.service.until(target_id, State.FAILED)
    seen = await me.post(post["_id"])
    assert (seen["status"], seen["mediaItems"][0]["state"]) == ("failed", "failed")
    assert seen["platforms"][0]["errorCode"] == "address_failed"
    answer = await me.ask("POST", f"/{post['_id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "files_missing")
    mended = {"mediaItems": [{"url": me.video_url}]}
    assert (await me.ask("PUT", f"/{post['_id']}", json=mended)).status_code == 200
    assert (await me.ask("POST", f"/{post['_id']}/retry")).status_code == 200
    await me.api.service.until(target_id, State.PUBLISHED)


async def test_a_time_that_changes_does_not_send_a_post_without_its_file(
    me: Caller, origin: Origin, video: Path
) -> None:
    url = origin.gives("/sunset.mp4", video.read_bytes())
    post = await me.made(scheduledFor="2100-01-15T10:00:00Z", mediaItems=[{"url": url}])
    changed = await me.ask("PUT", f"/{post['_id']}", json={"publishNow": True})
    (target,) = changed.json()["post"]["platforms"]
    assert (target["status"], target["holdReason"]) == ("held", "media_coming")
    me.api.service.start_worker()
    await me.api.service.until(target["_id"], State.PUBLISHED)


async def test_what_is_no_video_ends_a_post_of_a_video(
    me: Caller, origin: Origin, tmp_path: Path
) -> None:
    await me.photo_url(tmp_path, 1)
    url = origin.gives("/a.mp4", (tmp_path / "photo-1.jpg").read_bytes())
    post = await me.made(publishNow=True, mediaItems=[{"url": url}])
    me.api.service.start_worker()
    failed = await me.api.service.until(post["platforms"][0]["_id"], State.FAILED)
    assert failed.end_code == "media_kind"


async def test_a_post_names_no_file_of_a_private_network(me: Caller) -> None:
    for number, host in enumerate(("10.0.0.1", "0xc0a80101", "[fd00::1]")):
        items = [{"url": "https://example.com/a.mp4"}] * number + [{"url": f"http://{host}/a.mp4"}]
        answer = await me.create(publishNow=True, mediaItems=items)
        told = answer.json()
        expected = (400, "address_refused", f"mediaItems[{number}].url")
        assert (answer.status_code, told["code"], told["param"]) == expected
