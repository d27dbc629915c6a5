"""Drafts, photos and pulls, allowed and refused; also against the real TikTok with --live."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.desk import PUBLISH, assert_refused, init_body
from tests.contract.live import Account
from tiktok_client import PhotoPost, PrivacyLevel, PublishState, plan_chunks
from tools.coverage import Row

Rows = Mapping[str, Row]
INBOX, PHOTOS = "/inbox/video/init/", "/content/init/"
UNVERIFIED = "https://unverified.example.com/media/1.jpg"


def photos(count: int = 1, **changes: Any) -> dict[str, Any]:
    """A photo post for oneself whose addresses nobody has verified; `changes` go into the body."""
    return {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "post_info": {"privacy_level": "SELF_ONLY"},
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": [UNVERIFIED] * count,
            "photo_cover_index": 0,
        },
    } | changes


def pull(url: str) -> dict[str, Any]:
    """The body of a draft that is fetched from here."""
    return {"source_info": {"source": "PULL_FROM_URL", "video_url": url}}


@pytest.mark.live(inits=1, drafts=1)
@pytest.mark.spec("inbox.video.init", "inbox.video.init.ids", "status.send-to-user-inbox")
async def test_a_video_lands_in_the_inbox(account: Account, rows: Rows, video: bytes) -> None:
    posting = account.client().posting
    plan = plan_chunks(len(video))
    upload = await posting.init_inbox_video(plan)
    assert upload.publish_id.startswith(rows["inbox.video.init.ids"]["upload"])
    await posting.upload(upload.upload_url, video, plan)
    status = await account.decided(upload.publish_id)
    assert status.raw_state == rows["status.send-to-user-inbox"]["status"]
    assert status.state is PublishState.SEND_TO_USER_INBOX


@pytest.mark.live(inits=1, drafts=1)
@pytest.mark.spec("inbox.video.init.no-post-info")
async def test_a_draft_takes_no_notice_of_post_info(account: Account) -> None:
    body = init_body(100, 100, 1, privacy_level="CLOSE_FRIENDS", title=7)
    answer = await account.init(body, path=INBOX)
    assert answer.json()["error"]["code"] == "ok"


@pytest.mark.live(inits=1)
@pytest.mark.spec("inbox.video.init.plan")
async def test_a_draft_obeys_the_plan_of_a_post(account: Account, rows: Rows) -> None:
    answer = await account.init(init_body(66_259_900, 64_000_000, 2), path=INBOX)
    assert_refused(answer, rows["posting.init.chunk-count"])


@pytest.mark.live(inits=1)
@pytest.mark.spec("cancel.pull-only", "error.publish_not_cancellable")
async def test_an_upload_cannot_be_cancelled(account: Account, rows: Rows) -> None:
    opened = (await account.init(init_body(100, 100, 1))).json()["data"]
    body = {"publish_id": opened["publish_id"]}
    answer = await account.raw("cancel", "POST", f"{PUBLISH}/cancel/", json=body)
    assert_refused(answer, rows["cancel.pull-only"])


@pytest.mark.live
@pytest.mark.spec("cancel.invalid-publish-id")
async def test_what_never_was_cannot_be_cancelled(account: Account, rows: Rows) -> None:
    body = {"publish_id": "v_pub_url~v2-1.1"}
    answer = await account.raw("cancel", "POST", f"{PUBLISH}/cancel/", json=body)
    assert_refused(answer, rows["cancel.invalid-publish-id"])


@pytest.mark.parametrize(
    ("url", "row"),
    [
        ("https://unverified.example.com/v.mp4", "pull.init.unverified"),
        ("http://unverified.example.com/v.mp4", "pull.init.https-only"),
        ("https://198.51.100.7/v.mp4", "pull.init.no-ip"),
    ],
)
@pytest.mark.live(inits=1)
@pytest.mark.spec("pull.init.unverified", "pull.init.https-only", "pull.init.no-ip")
async def test_an_address_that_may_not_be_pulled_is_refused(
    account: Account, rows: Rows, url: str, row: str
) -> None:
    assert_refused(await account.init(pull(url), path=INBOX), rows[row])


@pytest.mark.parametrize(
    ("body", "row"),
    [
        (photos(media_type="VIDEO"), "photo.init.media-type"),
        (photos(post_mode="SCHEDULE"), "photo.init.post-mode"),
        (photos(36), "photo.init.photo-count"),
        (photos(0), "photo.init.photo-count"),
        (photos(source_info={"source": "FILE_UPLOAD"}), "photo.init.source"),
        (photos(post_info={"title": "x" * 91}), "photo.init.title-length"),
        (photos(post_info={"description": "x" * 4001}), "photo.init.description-length"),
        (photos(), "pull.init.unverified"),
    ],
)
@pytest.mark.live(inits=1)
@pytest.mark.spec(
    "photo.init.media-type",
    "photo.init.post-mode",
    "photo.init.photo-count",
    "photo.init.source",
    "photo.init.title-length",
    "photo.init.description-length",
    "pull.init.unverified",
)
async def test_photos_that_cannot_be_posted_are_refused(
    account: Account, rows: Rows, body: dict[str, Any], row: str
) -> None:
    assert_refused(await account.init(body, path=PHOTOS), rows[row])


@pytest.mark.live(inits=1)
@pytest.mark.spec("photo.init.video-fields-refused")
async def test_the_body_of_a_video_is_no_photo_post(account: Account, rows: Rows) -> None:
    answer = await account.init(init_body(100, 100, 1), path=PHOTOS)
    assert_refused(answer, rows["photo.init.video-fields-refused"])


@pytest.mark.live(inits=1, posts=1, needs="photo_url")
@pytest.mark.spec("photo.init", "photo.init.publish-id", "photo.init.ids", "photo.init.is-aigc")
async def test_a_photo_for_oneself_is_taken(account: Account, rows: Rows) -> None:
    assert account.photo_url is not None
    post = PhotoPost([account.photo_url], PrivacyLevel.SELF_ONLY, is_aigc=True)
    opened = await account.client().posting.init_photos(post)
    assert opened.publish_id.startswith(rows["photo.init.ids"]["direct"])
    status = await account.decided(opened.publish_id)
    assert status.state is PublishState.PUBLISH_COMPLETE


@pytest.mark.live(inits=2, needs="photo_url")
@pytest.mark.spec("photo.init.cover-index-range", "photo.init.privacy-required-direct")
async def test_photos_need_a_cover_that_is_there_and_a_privacy_level(
    account: Account, rows: Rows
) -> None:
    assert account.photo_url is not None
    body = photos()
    body["source_info"] |= {"photo_images": [account.photo_url], "photo_cover_index": 1}
    answer = await account.init(body, path=PHOTOS)
    assert_refused(answer, rows["photo.init.cover-index-range"])
    body["source_info"]["photo_cover_index"] = 0
    body["post_info"] = {}
    answer = await account.init(body, path=PHOTOS)
    assert_refused(answer, rows["photo.init.privacy-required-direct"])
