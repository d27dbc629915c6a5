"""Posts over the API: changed, deleted, tried again, and what was done about them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from postwright.connections.models import Connection
from postwright.publishing.order import Order
from postwright.publishing.states import State
from tests.factories.posting import ALONE, Caller

pytestmark = pytest.mark.slow

LATER, EVEN_LATER = "2100-01-15T10:00:00Z", "2100-02-15T10:00:00Z"


@pytest.fixture
async def pia(me: Caller) -> Connection:
    return await me.api.service.connect("private.pia")


async def change(me: Caller, post: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = await me.ask("PUT", f"/{post['_id']}", json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()["post"]


async def failed(me: Caller) -> dict[str, Any]:
    """A post that TikTok has refused; a worker is running."""
    service = me.api.service
    await service.control("POST", "outcomes", {"outcome": "frame_rate_check_failed"})
    post = await me.made(publishNow=True)
    service.start_worker()
    await service.until(post["platforms"][0]["_id"], State.FAILED)
    return await me.post(post["_id"])


async def test_what_is_sent_changes_and_the_rest_stays(me: Caller) -> None:
    post = await me.made(scheduledFor=LATER, tags=["a"])
    changed = await change(me, post, content="Better", scheduledFor=EVEN_LATER)
    assert (changed["content"], changed["tags"]) == ("Better", ["a"])
    assert changed["scheduledFor"] == "2100-02-15T10:00:00.000Z"
    publication = await me.api.service.publication(post["platforms"][0]["_id"])
    assert publication.settings["title"] == publication.caption == "Better"
    assert publication.settings["privacy_level"] == "PUBLIC_TO_EVERYONE"
    assert publication.content_version == 2
    assert (await change(me, post, metadata={"x": 1}))["metadata"] == {"x": 1}
    assert (await me.api.service.publication(publication.id)).content_version == 2


async def test_two_who_change_a_post_at_once_both_have_changed_it(me: Caller) -> None:
    for made in ({"scheduledFor": LATER}, {"isDraft": True}):
        post = await me.made(**made, content=f"Hello {made}")
        changes: list[dict[str, Any]] = [
            {"content": "Better"},
            {"title": "A title"},
            {"timezone": "Europe/Berlin"},
            {"tags": ["sun"]},
            {"metadata": {"order": 1}},
        ]
        await asyncio.gather(*(change(me, post, **each) for each in changes))
        seen = await me.post(post["_id"])
        for each in changes:
            for name, value in each.items():
                assert seen[name] == value, name
        publication = await me.api.service.publication(post["platforms"][0]["_id"])
        assert publication.caption == publication.settings["title"] == "Better"
        assert publication.timezone == "Europe/Berlin"


async def test_a_post_that_did_not_come_over_the_api_is_changed_as_well(
    me: Caller, video: Path, tmp_path: Path
) -> None:
    service = me.api.service
    chosen: dict[str, Any] = {"allow_comment": True, "is_aigc": True, "cover_timestamp_ms": 500}
    made = await service.publish(me.account, video, at=datetime(2100, 1, 15, tzinfo=UTC), **chosen)
    before = await service.publication(made.publication_id)
    changed = await change(me, {"_id": made.post_id}, content="Better", tags=["sun"])
    assert (changed["content"], changed["tags"], changed["source"]) == ("Better", ["sun"], "cli")
    assert changed["scheduledFor"] == "2100-01-15T00:00:00.000Z"
    after = await service.publication(made.publication_id)
    assert after.settings == {
        "allow_duet": False, "allow_stitch": False, "brand_content": False, "brand_organic": False,
        **before.settings, "title": "Better",
    }  # fmt: skip
    photos = [await service.add_photo(tmp_path, n) for n in (1, 2)]
    about: dict[str, Any] = {
        "privacy_level": "SELF_ONLY",
        "title": "Two",
        "description": "Text",
        "cover_index": 1,
    }
    order = Order(photos, "Text", about, publish_at=datetime(2100, 1, 16, tzinfo=UTC))
    made = await service.order(me.account, order)
    changed = await change(me, {"_id": made.post_id}, scheduledFor=EVEN_LATER, title="Both")
    assert (changed["title"], changed["content"]) == ("Both", "Text")
    assert len(changed["mediaItems"]) == 2
    after = await service.publication(made.publication_id)
    assert after.settings["title"] == "Both"
    assert {**after.settings, **about, "title": "Both"} == after.settings


async def test_a_change_is_checked_as_a_new_post_is(me: Caller) -> None:
    post = await me.made(scheduledFor=LATER)
    answer = await me.ask("PUT", f"/{post['_id']}", json={"content": "x" * 2300})
    assert (answer.status_code, answer.json()["param"]) == (400, "content")
    answer = await me.ask("PUT", f"/{post['_id']}", json={"tiktokSettings": {}})
    assert answer.json()["param"] == "tiktokSettings.contentPreviewConfirmed"
    assert (await me.post(post["_id"]))["content"] == "Hello #sunset"


async def test_a_draft_goes_out_when_it_is_said_that_it_is_none(me: Caller) -> None:
    post = await me.made(isDraft=True)
    still = await change(me, post, scheduledFor=LATER)
    assert still["status"] == "draft"
    out = await change(me, post, isDraft=False)
    assert (out["status"], out["scheduledFor"]) == ("scheduled", "2100-01-15T10:00:00.000Z")
    back = await change(me, post, isDraft=True)
    assert back["status"] == "draft"
    now = await change(me, post, publishNow=True)
    assert now["status"] == "publishing"
    assert now["scheduledFor"] < LATER
    unsaid = await me.made(isDraft=True)
    answer = await me.ask("PUT", f"/{unsaid['_id']}", json={"isDraft": False})
    assert (answer.status_code, answer.json()["param"]) == (400, "scheduledFor")


async def test_accounts_and_files_can_be_others(
    me: Caller, pia: Connection, tmp_path: Path
) -> None:
    post = await me.made(scheduledFor=LATER, tiktokSettings=ALONE)
    photos = [{"type": "image", "url": await me.photo_url(tmp_path, 1)}]
    changed = await change(
        me,
        post,
        platforms=[{"platform": "tiktok", "accountId": pia.id}],
        mediaItems=photos,
    )
    (hers,) = changed["platforms"]
    assert (hers["accountId"], hers["status"]) == (pia.id, "pending")
    assert changed["status"] == "scheduled"
    assert [each["type"] for each in changed["mediaItems"]] == ["image"]
    assert (await me.api.service.publication(hers["_id"])).kind == "photo"
    first = await me.api.service.publication(post["platforms"][0]["_id"])
    assert first.state is State.CANCELLED
    again = await change(me, post, platforms=post["platforms"])
    assert [each["accountId"] for each in again["platforms"]] == [me.account.id]
    assert again["platforms"][0]["_id"] != first.id


async def test_what_is_out_can_be_neither_changed_nor_deleted(me: Caller) -> None:
    post = await me.made(publishNow=True)
    me.api.service.start_worker()
    await me.api.service.until(post["platforms"][0]["_id"], State.PUBLISHED)
    for method, body in (("PUT", {"content": "Better"}), ("DELETE", None)):
        answer = await me.ask(method, f"/{post['_id']}", json=body)
        told = answer.json()
        assert (answer.status_code, told["code"]) == (409, "post_published")
        assert "TikTok's app" in told["details"]["why"] + told["details"]["fix"]
    assert (await change(me, post, tags=["out"]))["tags"] == ["out"]
    assert (await me.ask("POST", f"/{post['_id']}/retry")).json()["code"] == "not_failed"


async def test_what_waits_is_cancelled_and_off_the_lists_when_it_is_deleted(me: Caller) -> None:
    draft, planned = await me.made(isDraft=True), await me.made(scheduledFor=LATER)
    for post in (draft, planned):
        assert (await me.ask("DELETE", f"/{post['_id']}")).status_code == 200
        assert (await me.ask("GET", f"/{post['_id']}")).status_code == 404
        assert (await me.ask("DELETE", f"/{post['_id']}")).status_code == 404
        publication = await me.api.service.publication(post["platforms"][0]["_id"])
        assert publication.state is State.CANCELLED
    assert (await me.ask("GET", "")).json()["posts"] == []
    # What was called off is no repeat of anything.
    await me.made(scheduledFor=LATER)


async def test_what_has_failed_says_why_and_goes_out_again(me: Caller) -> None:
    post = await failed(me)
    (target,) = post["platforms"]
    assert (post["status"], target["status"]) == ("failed", "failed")
    assert target["errorCode"] == "frame_rate_check_failed"
    assert (target["errorCategory"], target["errorSource"]) == ("user_content", "user")
    assert [each["code"] for each in target["attempts"]] == ["frame_rate_check_failed"]
    assert (await change(me, post, content="Better"))["status"] == "failed"
    answer = await me.ask("POST", f"/{post['_id']}/retry")
    assert (answer.status_code, answer.json()["post"]["status"]) == (200, "publishing")
    await me.api.service.until(target["_id"], State.PUBLISHED)
    assert (await me.post(post["_id"]))["status"] == "published"


async def test_what_was_done_is_told_without_secrets(me: Caller) -> None:
    post = await failed(me)
    logs = (await me.ask("GET", f"/{post['_id']}/logs")).json()["logs"]
    assert {"video.init", "post.scheduled"} <= {each["what"] for each in logs}
    call = next(each for each in logs if each["what"] == "video.init")
    assert (call["kind"], call["code"], call["httpStatus"]) == ("call", "ok", 200)
    assert call["publicationId"] == post["platforms"][0]["_id"]
    assert [each["at"] for each in logs] == sorted((each["at"] for each in logs), reverse=True)
    assert "act." not in str(logs)
