"""Drafts in the inbox, and what their people do with them and with posts."""

import re
from typing import Any

import pytest

from .conftest import Caller

SOURCE = {"source": "FILE_UPLOAD", "video_size": 100, "chunk_size": 100, "total_chunk_count": 1}


async def _begin(caller: Caller, size: int = 100, **body: Any) -> Any:
    source = SOURCE | {"video_size": size, "chunk_size": size}
    return await caller.call("inbox/video/init", {"source_info": source} | body)


async def _draft(caller: Caller, video: bytes) -> str:
    data = (await _begin(caller, len(video))).json()["data"]
    assert (await caller.put(data["upload_url"], video)).status_code == 201
    await caller.decided(data["publish_id"])
    return data["publish_id"]


async def _finish(caller: Caller, publish_id: str, **order: Any) -> Any:
    return await caller.http.post(f"/_control/drafts/{publish_id}/finish", json=order)


async def test_a_draft_lands_in_the_inbox_and_that_is_told(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    publish_id = await _draft(caller, video)
    assert re.fullmatch(r"v_inbox_file~v2\.\d{19}", publish_id)
    assert await caller.status(publish_id) == {
        "status": "SEND_TO_USER_INBOX",
        "publicaly_available_post_id": [],
        "uploaded_bytes": len(video),
    }
    assert (await caller.state())["posts"] == []
    assert await caller.told() == [
        (
            "post.publish.inbox_delivered",
            {"publish_id": publish_id, "publish_type": "INBOX_SHARE"},
        )
    ]


async def test_a_person_can_post_a_draft_more_than_once(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    publish_id = await _draft(caller, video)
    posts = [(await _finish(caller, publish_id, title=f"take {n}")).json() for n in range(2)]
    assert [post["title"] for post in posts] == ["take 0", "take 1"]
    assert {post["privacy_level"] for post in posts} == {"PUBLIC_TO_EVERYONE"}
    status = await caller.status(publish_id)
    assert status["status"] == "PUBLISH_COMPLETE"
    ids = [int(post["post_id"]) for post in posts]
    assert status["publicaly_available_post_id"] == ids
    events = [event for event, _ in await caller.told()]
    assert events == [
        "post.publish.inbox_delivered",
        *["post.publish.complete", "post.publish.publicly_available"] * 2,
    ]


async def test_a_draft_that_is_not_there_cannot_be_finished(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    assert (await _finish(caller, "v_inbox_file~v2.1")).status_code == 404
    begun = (await _begin(caller)).json()["data"]["publish_id"]
    assert (await _finish(caller, begun)).status_code == 400
    direct = await caller.post(video)
    assert (await _finish(caller, direct)).status_code == 400


async def test_a_private_account_cannot_finish_a_draft_for_everyone(
    caller: Caller, video: bytes
) -> None:
    await caller.sign_in("private.pia")
    publish_id = await _draft(caller, video)
    answer = await _finish(caller, publish_id, privacy_level="PUBLIC_TO_EVERYONE")
    assert answer.status_code == 400
    post = (await _finish(caller, publish_id)).json()
    assert post["privacy_level"] == "FOLLOWER_OF_CREATOR"
    assert (await caller.status(publish_id))["publicaly_available_post_id"] == []


async def test_post_info_is_ignored_and_the_log_says_so(caller: Caller) -> None:
    await caller.sign_in()
    answer = await _begin(caller, post_info={"privacy_level": 5, "title": "x" * 9999})
    assert answer.status_code == 200
    last = await caller.last_request()
    assert (last["status"], last["code"]) == (200, "ok")
    assert "post_info is ignored" in last["why"]
    await caller.settings(warn_of_ignored=False)
    await _begin(caller, post_info={})
    assert (await caller.last_request())["why"] is None


async def test_a_draft_needs_video_upload(caller: Caller) -> None:
    await caller.sign_in(scope="user.info.basic,video.publish")
    answer = await _begin(caller)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "scope_not_authorized")


async def test_drafts_have_a_window_of_their_own(caller: Caller) -> None:
    await caller.http.patch("/_control/creators/demo", json={"pending_share_cap": 100})
    await caller.sign_in()
    await caller.control("clock", freeze=True)
    assert [(await _begin(caller)).status_code for _ in range(7)] == [200] * 6 + [429]
    assert (await caller.last_request())["rule"] == "limits.inbox-init-per-minute"
    assert (await caller.init(100)).status_code == 200


async def test_the_sixth_unfinished_draft_of_a_day_is_refused(caller: Caller, video: bytes) -> None:
    await caller.control("clock", freeze=True)
    await caller.sign_in()
    first = await _draft(caller, video)
    for _ in range(4):
        assert (await _begin(caller)).status_code == 200
    await caller.control("clock", advance_s=60)
    refused = await _begin(caller)
    code = "spam_risk_too_many_pending_share"
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, code)
    assert (await caller.init(100)).status_code == 200
    await _finish(caller, first)
    assert (await _begin(caller)).status_code == 200
    assert (await _begin(caller)).status_code == 403
    await caller.control("clock", advance_s=86_400)
    await caller.sign_in()
    assert (await _begin(caller)).status_code == 200


async def test_photo_drafts_count_as_pending_too(caller: Caller) -> None:
    await caller.http.patch("/_control/creators/demo", json={"pending_share_cap": 1})
    await caller.sign_in()
    await caller.localhost()
    assert (await _begin(caller)).status_code == 200
    answer = await caller.photos("http://127.0.0.1:1/a.jpg", mode="MEDIA_UPLOAD")
    assert answer.json()["error"]["code"] == "spam_risk_too_many_pending_share"


async def test_a_draft_that_failed_is_not_pending(caller: Caller) -> None:
    await caller.http.patch("/_control/creators/demo", json={"pending_share_cap": 1})
    await caller.sign_in()
    data = (await _begin(caller, 10)).json()["data"]
    await caller.put(data["upload_url"], b"0123456789")
    await caller.decided(data["publish_id"])
    assert (await _begin(caller)).status_code == 200


async def test_audit_caps_and_daily_posts_do_not_concern_drafts(unaudited: Caller) -> None:
    await unaudited.http.patch("/_control/creators/demo", json={"daily_post_cap": 0})
    await unaudited.http.patch(f"/_control/apps/{unaudited.key}", json={"active_user_cap": 1})
    await unaudited.sign_in("private.pia")
    assert (await unaudited.init(100, privacy_level="SELF_ONLY")).status_code == 200
    await unaudited.sign_in("demo")
    assert (await _begin(unaudited)).status_code == 200


async def test_a_draft_uses_up_no_active_user_and_no_daily_post(
    unaudited: Caller, video: bytes
) -> None:
    await unaudited.http.patch("/_control/creators/private.pia", json={"daily_post_cap": 1})
    await unaudited.http.patch(f"/_control/apps/{unaudited.key}", json={"active_user_cap": 1})
    await unaudited.sign_in("demo")
    await _draft(unaudited, video)
    await unaudited.sign_in("private.pia")
    publish_id = await _draft(unaudited, video)
    await _finish(unaudited, publish_id)
    assert (await unaudited.init(100, privacy_level="SELF_ONLY")).status_code == 200


async def test_a_banned_creator_gets_no_drafts(caller: Caller) -> None:
    await caller.sign_in("banned.ben")
    answer = await _begin(caller)
    code = "spam_risk_user_banned_from_posting"
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)


@pytest.mark.parametrize(("seconds", "reason"), [(3.0, None), (601.0, "duration_check_failed")])
async def test_a_draft_may_last_ten_minutes_whatever_its_creator_may_post(
    caller: Caller, make_video: Any, seconds: float, reason: str | None
) -> None:
    await caller.http.patch("/_control/creators/demo", json={"max_video_post_duration_sec": 2})
    await caller.sign_in()
    data = make_video(seconds=seconds, rate=24) if seconds > 600 else make_video(seconds=seconds)
    publish_id = await _draft(caller, data)
    assert (await caller.status(publish_id)).get("fail_reason") == reason


async def test_a_post_can_be_hidden_shown_and_deleted_and_each_is_told(
    caller: Caller, video: bytes
) -> None:
    await caller.settings(moderation_seconds=60)
    await caller.sign_in()
    publish_id = await caller.post(video)
    [post] = (await caller.state())["posts"]
    path = f"/_control/posts/{post['post_id']}"

    async def ids() -> list[int]:
        return (await caller.status(publish_id))["publicaly_available_post_id"]

    await caller.control("clock", advance_s=60)
    assert await ids() == [int(post["post_id"])]
    await caller.http.post(path, json={"privacy_level": "SELF_ONLY"})
    assert await ids() == []
    await caller.http.post(path, json={"privacy_level": "PUBLIC_TO_EVERYONE"})
    assert await ids() == []
    await caller.control("clock", advance_s=60)
    assert len(await ids()) == 1
    deleted = (await caller.http.post(path, json={"deleted": True})).json()
    assert deleted["deleted_at"] is not None
    assert await ids() == []
    told = await caller.told()
    assert [event.removeprefix("post.publish.") for event, _ in told] == [
        "complete",
        "publicly_available",
        "no_longer_publicaly_available",
        "publicly_available",
        "no_longer_publicaly_available",
    ]
    assert told[1][1] == {
        "publish_id": publish_id,
        "publish_type": "DIRECT_PUBLISH",
        "post_id": post["post_id"],
    }
    again = await caller.http.post(path, json={"privacy_level": "SELF_ONLY"})
    assert again.status_code == 400


async def test_public_posts_follow_their_account_and_each_switch_is_told(
    caller: Caller, video: bytes
) -> None:
    await caller.sign_in()
    publish_id = await caller.post(video)
    await caller.post(video, privacy_level="SELF_ONLY")

    async def ids_once_private(*, private: bool) -> int:
        await caller.http.patch("/_control/creators/demo", json={"private": private})
        return len((await caller.status(publish_id))["publicaly_available_post_id"])

    assert await ids_once_private(private=True) == 0
    assert await ids_once_private(private=True) == 0
    assert await ids_once_private(private=False) == 1
    told = [event.removeprefix("post.publish.") for event, _ in await caller.told()]
    assert told == [
        "complete",
        "publicly_available",
        "complete",
        "no_longer_publicaly_available",
        "publicly_available",
    ]


async def test_what_is_posted_when_the_account_became_private_meanwhile_is_not_public(
    caller: Caller, video: bytes
) -> None:
    await caller.settings(processing={"mode": "after_seconds", "value": 60})
    await caller.sign_in()
    opened = (await caller.init(len(video))).json()["data"]
    assert (await caller.put(opened["upload_url"], video)).status_code == 201
    await caller.http.patch("/_control/creators/demo", json={"private": True})
    await caller.settings(processing={"mode": "immediate"})
    await caller.decided(opened["publish_id"])
    ended = await caller.status(opened["publish_id"])
    assert (ended["status"], ended["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    await caller.control("seed", creators=[{"username": "demo", "private": False}])
    assert len((await caller.status(opened["publish_id"]))["publicaly_available_post_id"]) == 1


async def test_a_post_hidden_in_moderation_is_never_announced(caller: Caller, video: bytes) -> None:
    await caller.settings(moderation_seconds=60)
    await caller.sign_in()
    await caller.post(video)
    [post] = (await caller.state())["posts"]
    await caller.http.post(
        f"/_control/posts/{post['post_id']}", json={"privacy_level": "SELF_ONLY"}
    )
    await caller.control("clock", advance_s=3600)
    assert [event for event, _ in await caller.told()] == ["post.publish.complete"]


async def test_what_an_unaudited_app_posted_stays_private_until_the_audit(
    unaudited: Caller, video: bytes
) -> None:
    await unaudited.sign_in("private.pia")
    await unaudited.post(video, privacy_level="SELF_ONLY")
    [post] = (await unaudited.state())["posts"]
    path = f"/_control/posts/{post['post_id']}"
    order = {"privacy_level": "FOLLOWER_OF_CREATOR"}
    assert (await unaudited.http.post(path, json=order)).status_code == 400
    await unaudited.http.patch(f"/_control/apps/{unaudited.key}", json={"audited": True})
    assert (await unaudited.http.post(path, json=order)).status_code == 200


@pytest.mark.parametrize("order", [{}, {"deleted": True, "privacy_level": "SELF_ONLY"}])
async def test_an_order_for_a_post_says_one_thing(
    caller: Caller, video: bytes, order: dict[str, Any]
) -> None:
    await caller.sign_in()
    await caller.post(video)
    [post] = (await caller.state())["posts"]
    answer = await caller.http.post(f"/_control/posts/{post['post_id']}", json=order)
    assert answer.status_code == 400
    assert (await caller.http.post("/_control/posts/5", json=order | {"x": 1})).status_code == 400
    assert (await caller.http.post("/_control/posts/5", json={"deleted": True})).status_code == 404
