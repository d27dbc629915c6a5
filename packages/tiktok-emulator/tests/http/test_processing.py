"""From the last byte to a post or a failure."""

from typing import Any

import pytest

from .conftest import Caller, MakeVideo


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({}, None),
        ({"name": "a.mov"}, None),
        ({"name": "b.mp4", "codec": "libx265"}, None),
        ({"name": "a.webm", "codec": "libvpx"}, None),
        ({"name": "b.webm", "codec": "libvpx-vp9"}, None),
        ({"name": "c.mp4", "codec": "mpeg4"}, "file_format_check_failed"),
        ({"name": "a.mkv"}, "file_format_check_failed"),
        ({"name": "a.avi"}, "file_format_check_failed"),
        ({"name": "a.3gp", "codec": "mpeg4"}, "file_format_check_failed"),
        ({"rate": 10}, "frame_rate_check_failed"),
        ({"rate": 120}, "frame_rate_check_failed"),
        ({"width": 300}, "picture_size_check_failed"),
        ({"seconds": 3.0}, "duration_check_failed"),
    ],
)
async def test_what_is_in_the_file_decides(
    caller: Caller, make_video: MakeVideo, wish: dict[str, Any], reason: str | None
) -> None:
    name = wish.get("name", "")
    media_type = {"mov": "video/quicktime", "ebm": "video/webm"}.get(name[-3:], "video/mp4")
    await caller.http.patch("/_control/creators/demo", json={"max_video_post_duration_sec": 2})
    data = make_video(**wish)
    await caller.sign_in()
    begun = await caller.begin(len(data))
    answer = await caller.put(begun["upload_url"], data, headers={"Content-Type": media_type})
    assert answer.status_code == 201
    await caller.decided(begun["publish_id"])
    status = await caller.status(begun["publish_id"])
    assert status.get("fail_reason") == reason
    assert status["status"] == ("FAILED" if reason else "PUBLISH_COMPLETE")
    assert len((await caller.state())["posts"]) == (0 if reason else 1)


async def test_bytes_that_are_no_video_fail_after_a_good_upload(caller: Caller) -> None:
    await caller.sign_in()
    publish_id = await caller.post(b"this is not a video at all" * 100)
    assert await caller.status(publish_id) == {
        "status": "FAILED",
        "fail_reason": "file_format_check_failed",
        "publicaly_available_post_id": [],
        "uploaded_bytes": 2600,
    }


@pytest.mark.parametrize("part", [0.5, 0.99], ids=["half", "nearly all of it"])
async def test_a_truncated_video_fails(caller: Caller, make_video: MakeVideo, part: float) -> None:
    whole = make_video(seconds=3.0)
    await caller.sign_in()
    publish_id = await caller.post(whole[: int(len(whole) * part)])
    assert (await caller.status(publish_id))["fail_reason"] == "file_format_check_failed"


async def test_a_webm_that_says_it_is_an_mp4_fails(caller: Caller, make_video: MakeVideo) -> None:
    await caller.sign_in()
    publish_id = await caller.post(make_video(name="a.webm", codec="libvpx"))
    assert (await caller.status(publish_id))["fail_reason"] == "file_format_check_failed"


async def test_a_short_video_fails_only_where_that_is_switched_on(
    caller: Caller, video: bytes
) -> None:
    await caller.sign_in()
    await caller.settings(min_duration_check=True)
    publish_id = await caller.post(video)
    assert (await caller.status(publish_id))["fail_reason"] == "duration_check_failed"


async def test_the_post_id_is_a_bare_19_digit_number(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    publish_id = await caller.post(video)
    answer = await caller.call("status/fetch", {"publish_id": publish_id})
    [post] = (await caller.state())["posts"]
    assert len(post["post_id"]) == 19
    assert f'"publicaly_available_post_id":[{post["post_id"]}]' in answer.text


@pytest.mark.parametrize("privacy", ["SELF_ONLY", "MUTUAL_FOLLOW_FRIENDS"])
async def test_a_post_that_is_not_public_shows_no_id(
    caller: Caller, video: bytes, privacy: str
) -> None:
    await caller.sign_in()
    publish_id = await caller.post(video, privacy_level=privacy)
    await caller.control("clock", advance_s=3600)
    status = await caller.status(publish_id)
    assert status["status"] == "PUBLISH_COMPLETE"
    assert status["publicaly_available_post_id"] == []


async def test_moderation_withholds_the_id_and_not_the_state(caller: Caller, video: bytes) -> None:
    await caller.settings(moderation_seconds=300)
    await caller.sign_in()
    publish_id = await caller.post(video)
    status = await caller.status(publish_id)
    assert (status["status"], status["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    await caller.control("clock", advance_s=300)
    assert len((await caller.status(publish_id))["publicaly_available_post_id"]) == 1


async def test_an_unaudited_post_is_stored_for_its_owner_only(
    unaudited: Caller, video: bytes
) -> None:
    await unaudited.sign_in("private.pia")
    await unaudited.post(video, privacy_level="MUTUAL_FOLLOW_FRIENDS")
    [post] = (await unaudited.state())["posts"]
    assert post["privacy_level"] == "SELF_ONLY"
    assert post["requested_privacy_level"] == "MUTUAL_FOLLOW_FRIENDS"


async def test_processing_can_wait_for_reads(caller: Caller, video: bytes) -> None:
    await caller.settings(processing={"mode": "after_reads", "value": 2})
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    seen = [(await caller.status(begun["publish_id"]))["status"] for _ in range(2)]
    assert seen == ["PROCESSING_UPLOAD"] * 2
    await caller.decided(begun["publish_id"])
    assert (await caller.status(begun["publish_id"]))["status"] == "PUBLISH_COMPLETE"


async def test_processing_can_wait_for_the_clock(caller: Caller, video: bytes) -> None:
    await caller.settings(processing={"mode": "after_seconds", "value": 60})
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    await caller.control("clock", advance_s=59)
    assert (await caller.status(begun["publish_id"]))["status"] == "PROCESSING_UPLOAD"
    await caller.control("clock", advance_s=1)
    await caller.decided(begun["publish_id"])


async def test_a_consent_taken_back_in_between_fails_the_post(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.control("grants/revoke", username="demo", client_key=caller.key)
    assert (await caller.put(begun["upload_url"], video)).status_code == 201
    upload = await caller.decided(begun["publish_id"])
    assert upload["fail_reason"] == "auth_removed"


@pytest.mark.parametrize("reason", ["internal", "spam_risk", "spam_risk_text"])
async def test_a_failure_can_be_ordered_once(caller: Caller, video: bytes, reason: str) -> None:
    await caller.control("outcomes", outcome=reason)
    await caller.sign_in()
    first = await caller.post(video)
    assert (await caller.status(first))["fail_reason"] == reason
    second = await caller.post(video)
    assert (await caller.status(second))["status"] == "PUBLISH_COMPLETE"


async def test_an_upload_can_be_stuck(caller: Caller, video: bytes) -> None:
    await caller.control("outcomes", outcome="stuck")
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    await caller.post(video)
    await caller.control("clock", advance_s=7000)
    status = await caller.status(begun["publish_id"])
    assert (status["status"], status["uploaded_bytes"]) == ("PROCESSING_UPLOAD", len(video))
    # Until it is let go.
    let_go = await caller.control(f"uploads/{begun['publish_id']}/release")
    assert let_go["status"] == "PUBLISH_COMPLETE"
    assert (await caller.status(begun["publish_id"]))["status"] == "PUBLISH_COMPLETE"


async def test_a_ban_in_between_fails_the_post(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.http.patch("/_control/creators/demo", json={"banned": True})
    await caller.put(begun["upload_url"], video)
    upload = await caller.decided(begun["publish_id"])
    assert upload["fail_reason"] == "spam_risk_user_banned_from_posting"


async def test_the_daily_cap_refuses_the_next_init_for_a_day(caller: Caller, video: bytes) -> None:
    await caller.http.patch("/_control/creators/demo", json={"daily_post_cap": 1})
    await caller.sign_in()
    late = await caller.begin(len(video))
    await caller.post(video)
    refused = await caller.init(len(video))
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "spam_risk_too_many_posts"
    info = await caller.call("creator_info/query")
    assert (info.status_code, info.json()["error"]["code"]) == (200, "spam_risk_too_many_posts")
    await caller.put(late["upload_url"], video)
    assert (await caller.decided(late["publish_id"]))["fail_reason"] == "spam_risk_too_many_posts"
    await caller.control("clock", advance_s=86_400)
    await caller.sign_in()
    assert (await caller.init(len(video))).status_code == 200
