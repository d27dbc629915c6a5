"""Posts over the API: made, refused, drafts, times, repeats."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from postwright.posts.models import Post
from postwright.publishing.models import Publication
from postwright.publishing.states import State
from postwright.workspaces.models import Scope
from tests.factories.api import Api
from tests.factories.posting import ALONE, TIKTOK, Caller

pytestmark = pytest.mark.slow

LATER = "2100-01-15T10:00:00Z"


async def stored(api: Api) -> int:
    async with api.service.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Post)) or 0


async def settings_of(me: Caller, post: dict[str, Any]) -> dict[str, Any]:
    async with me.api.service.database.transaction() as session:
        publication = await session.get_one(Publication, post["platforms"][0]["_id"])
        return publication.settings


async def test_a_post_for_now_is_answered_at_once_with_how_it_stands(me: Caller) -> None:
    post = await me.made(publishNow=True, tags=["sun"], metadata={"order": 1})
    assert (post["status"], post["content"], post["tags"]) == (
        "publishing",
        "Hello #sunset",
        ["sun"],
    )
    assert (post["metadata"], post["source"]) == ({"order": 1}, "api")
    assert post["mediaItems"][0]["url"] == me.video_url
    (target,) = post["platforms"]
    assert (target["status"], target["accountId"]) == ("pending", me.account.id)
    assert (target["username"], target["mode"]) == ("demo", "direct")
    assert post["scheduledFor"] == target["scheduledFor"] is not None
    assert await settings_of(me, post) == {
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "title": "Hello #sunset",
        "allow_comment": True,
        "allow_duet": True,
        "allow_stitch": True,
        "cover_timestamp_ms": None,
        "brand_content": False,
        "brand_organic": False,
        "is_aigc": False,
    }
    seen = await me.post(post["_id"])
    assert {**seen, "updatedAt": ""} == {**post, "updatedAt": ""}


async def test_a_consent_or_a_privacy_that_is_missing_is_named(me: Caller) -> None:
    for missing, param in (
        ("content_preview_confirmed", "tiktokSettings.contentPreviewConfirmed"),
        ("express_consent_given", "tiktokSettings.expressConsentGiven"),
        ("privacy_level", "tiktokSettings.privacyLevel"),
    ):
        settings = {name: value for name, value in TIKTOK.items() if name != missing}
        answer = await me.create(publishNow=True, tiktokSettings=settings)
        told = answer.json()
        assert (answer.status_code, told["code"], told["param"]) == (400, "post_unfit", param)
        assert [each["param"] for each in told["details"]["findings"]] == [param]
    assert await stored(me.api) == 0


async def test_a_privacy_that_the_creator_has_not_got_is_refused(me: Caller) -> None:
    settings = {**TIKTOK, "privacy_level": "FOLLOWER_OF_CREATOR"}
    answer = await me.create(publishNow=True, tiktokSettings=settings)
    assert answer.status_code == 400
    assert answer.json()["param"] == "tiktokSettings.privacy_level"
    assert "PUBLIC_TO_EVERYONE" in answer.json()["details"]["findings"][0]["limit"]


async def test_what_a_target_says_for_itself_wins(me: Caller, tmp_path: Path) -> None:
    pia = await me.api.service.connect("private.pia")
    photos = [{"type": "image", "url": await me.photo_url(tmp_path, n)} for n in (1, 2)]
    own = {
        "platform": "tiktok",
        "accountId": pia.id,
        "customContent": "For her",
        "customMedia": photos,
        "scheduledFor": LATER,
        "platformSpecificData": {
            "tiktokSettings": {"privacyLevel": "SELF_ONLY"},
            "allowDuet": False,
            "allowStitch": False,
        },
    }
    his = {"platform": "tiktok", "accountId": me.account.id}
    post = await me.made(publishNow=True, title="Two photos", platforms=[own, his])
    by_account = {each["accountId"]: each for each in post["platforms"]}
    hers = by_account[pia.id]
    assert hers["scheduledFor"] == "2100-01-15T10:00:00.000Z"
    assert (hers["customContent"], len(hers["customMedia"])) == ("For her", 2)
    assert hers["platformSpecificData"] == own["platformSpecificData"]
    async with me.api.service.database.transaction() as session:
        made = await session.get_one(Publication, hers["_id"])
        assert (made.kind, made.caption) == ("photo", "For her")
        assert made.settings["privacy_level"] == "SELF_ONLY"
        assert (made.settings["title"], made.settings["description"]) == ("Two photos", "For her")
    assert by_account[me.account.id]["customMedia"] is None


WRONG: list[tuple[dict[str, Any], int, str, str]] = [
    ({"platforms": [{"platform": "tiktok", "accountId": "conn_000000000000"}]},
     404, "unknown_account", "platforms[0].accountId"),
    ({"mediaItems": [{"url": "http://x/v1/media/media_000000000000/a.mp4"}]},
     404, "unknown_media", "mediaItems[0].url"),
    ({"mediaItems": [{"url": "file:///etc/passwd"}]},
     400, "address_refused", "mediaItems[0].url"),
    ({"mediaItems": []}, 400, "invalid_request", "mediaItems"),
    ({"platforms": []}, 400, "invalid_request", "platforms"),
    ({"scheduledFor": "soon"}, 400, "invalid_request", "scheduledFor"),
    ({"publishNow": None, "scheduledFor": "2020-01-01T00:00:00Z"},
     400, "schedule_in_the_past", "scheduledFor"),
    ({"timezone": "Mars/Base"}, 400, "invalid_request", "timezone"),
    ({"dryRun": True}, 400, "invalid_request", "dryRun"),
    ({"requiresApproval": True}, 400, "invalid_request", "requiresApproval"),
    ({"content": "x" * 2300}, 400, "post_unfit", "content"),
    ({"platforms": "all"}, 400, "invalid_request", "platforms"),
]  # fmt: skip


async def test_what_is_wrong_is_refused_with_its_field(me: Caller) -> None:
    for changes, *wanted in WRONG:
        answer = await me.create(**{"publishNow": True, **changes})
        told = answer.json()
        assert [answer.status_code, told["code"], told["param"]] == wanted, answer.text
    assert await stored(me.api) == 0


async def test_an_account_or_a_file_of_others_is_not_there(me: Caller) -> None:
    stranger = await me.api.key(workspace_id=await me.api.other_workspace())
    answer = await me.ask("POST", "", json=me.body(publishNow=True), key=stranger)
    assert (answer.status_code, answer.json()["param"]) == (404, "platforms[0].accountId")
    made = await me.api.ask("POST", "/v1/profiles", me.key, json={"name": "Elsewhere"})
    bound = await me.api.key(Scope.PUBLISH, profile_ids=[made.json()["profile"]["_id"]])
    answer = await me.ask("POST", "", json=me.body(publishNow=True), key=bound)
    assert (answer.status_code, answer.json()["param"]) == (404, "platforms[0].accountId")
    within = await me.api.key(Scope.PUBLISH, profile_ids=[me.account.profile_id])
    answer = await me.ask("POST", "", json=me.body(publishNow=True), key=within)
    # The account is within its reach, and the file is not: another key brought it.
    assert (answer.status_code, answer.json()["param"]) == (404, "mediaItems[0].url")


async def test_without_a_time_it_is_a_draft_that_may_be_unfinished(me: Caller) -> None:
    post = await me.made(tiktokSettings=None, mediaItems=None)
    assert (post["status"], post["scheduledFor"]) == ("draft", None)
    (target,) = post["platforms"]
    assert (target["status"], target["scheduledFor"]) == ("pending", None)
    assert [(each["rule"], each["param"]) for each in target["preflight"]] == [
        ("posting.init.privacy-mismatch", "privacyLevel")
    ]
    empty = await me.made(isDraft=True, platforms=None, scheduledFor=LATER)
    assert (empty["status"], empty["platforms"]) == ("draft", [])
    assert empty["scheduledFor"] == "2100-01-15T10:00:00.000Z"


async def test_a_local_time_is_read_in_its_zone(me: Caller) -> None:
    post = await me.made(scheduledFor="2100-07-01 12:00", timezone="Europe/Berlin")
    assert post["scheduledFor"] == "2100-07-01T10:00:00.000Z"
    assert (post["timezone"], post["status"]) == ("Europe/Berlin", "scheduled")
    small = await me.made(scheduledFor="2100-07-01t10:00:00z", content="RFC 3339, too")
    assert small["scheduledFor"] == "2100-07-01T10:00:00.000Z"


async def test_the_same_again_within_a_day_is_refused_unless_it_is_meant(me: Caller) -> None:
    first = await me.made(publishNow=True)
    again = await me.create(publishNow=True)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate_content")
    assert again.json()["details"]["existingPostId"] == first["_id"]
    other = {**TIKTOK, "allow_comment": False}
    assert (await me.create(publishNow=True, tiktokSettings=other)).status_code == 409
    await me.made(publishNow=True, content="Other")
    await me.made(scheduledFor=LATER)
    await me.made(isDraft=True)
    await me.made(publishNow=True, metadata={"allowDuplicate": True})


async def test_what_means_nothing_is_told(me: Caller) -> None:
    settings = {**ALONE, "locationId": "1"}
    answer = await me.create(
        publishNow=True, tiktokSettings=settings, crosspostingEnabled=True, mood="good"
    )
    assert answer.json()["warnings"] == [
        "mood is not known and was ignored.",
        "locationId means nothing to TikTok, and was ignored.",
    ]


async def test_targets_are_told_in_the_order_in_which_they_were_named(me: Caller) -> None:
    pia = await me.api.service.connect("private.pia")
    for ids in ([me.account.id, pia.id], [pia.id, me.account.id]):
        platforms = [{"platform": "tiktok", "accountId": each} for each in ids]
        post = await me.made(platforms=platforms, isDraft=True, content=ids[0])
        assert [each["accountId"] for each in post["platforms"]] == ids
        assert [each["accountId"] for each in (await me.post(post["_id"]))["platforms"]] == ids


async def test_calls_to_the_network_name_the_request_that_they_are_made_for(me: Caller) -> None:
    made = await me.ask("POST", "", json=me.body(publishNow=True), headers={"X-Request-Id": "mine"})
    post = made.json()["post"]
    service = me.api.service
    service.start_worker()
    await service.until(post["platforms"][0]["_id"], State.PUBLISHED)
    logs = (await me.ask("GET", f"/{post['_id']}/logs")).json()["logs"]
    assert {each["what"] for each in logs} >= {"video.init", "upload", "post.scheduled"}
    assert {each["requestId"] for each in logs} == {"mine"}
    async with service.database.transaction() as session:
        # What was asked for the creator before the post was made is of the same request.
        ids = await session.execute(text("SELECT operation, request_id FROM calls ORDER BY id"))
        assert ("creator_info", "mine") in [tuple(row) for row in ids]
