"""Stopping a download of TikTok's."""

from collections.abc import Mapping

import pytest

from tests.contract.desk import Desk, assert_refused
from tests.contract.shelf import BOTH, decided, photo, ready, shelf
from tiktok_client import (
    Advice,
    AuthError,
    FailReason,
    InvalidRequest,
    PhotoDraft,
    PollPlan,
    PublishState,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
PATH = "/cancel/"
SELF = VideoPost(privacy_level="SELF_ONLY")


@pytest.mark.parametrize("kind", ["video", "draft", "photos"])
@pytest.mark.spec("cancel", "cancel.event", "status.fail.publish_cancelled")
async def test_a_download_under_way_can_be_stopped(desk: Desk, rows: Rows, kind: str) -> None:
    async with shelf() as there:
        there.held.add("/slow")
        url = f"{there.base}/slow"
        posting = (await ready(desk)).posting
        opened = {
            "video": lambda: posting.init_video_from_url(SELF, url),
            "draft": lambda: posting.init_inbox_video_from_url(url),
            "photos": lambda: posting.init_inbox_photos(PhotoDraft([url])),
        }
        publish_id = (await opened[kind]()).publish_id
        await there.reached.wait()
        await posting.cancel(publish_id)
        status = await posting.wait(publish_id, plan=PollPlan(first_s=0.01))
    assert status.state is PublishState.FAILED
    assert status.fail_reason is FailReason(rows["cancel.event"]["reason"])
    assert status.advice == rows["status.fail.publish_cancelled"]["advice"]
    assert await desk.posts() == []


@pytest.mark.spec("cancel.no-data")
async def test_a_yes_has_no_data(desk: Desk) -> None:
    async with shelf() as there:
        there.held.add("/slow")
        client = await ready(desk)
        opened = await client.posting.init_video_from_url(SELF, f"{there.base}/slow")
        access = (await desk.grant(scopes=BOTH)).access_token
        answer = await desk.post(PATH, access, {"publish_id": opened.publish_id})
    assert set(answer.json()) == {"error"}
    assert answer.json()["error"]["code"] == "ok"


@pytest.mark.spec("cancel.pull-only", "error.publish_not_cancellable")
async def test_an_upload_cannot_be_cancelled(desk: Desk, rows: Rows) -> None:
    client = await ready(desk)
    upload, _ = await desk.opened(client, 100)
    access = (await desk.grant(scopes=BOTH)).access_token
    answer = await desk.post(PATH, access, {"publish_id": upload.publish_id})
    assert_refused(answer, rows["cancel.pull-only"])
    with pytest.raises(InvalidRequest) as caught:
        await client.posting.cancel(upload.publish_id)
    row = rows["error.publish_not_cancellable"]
    assert (caught.value.code, caught.value.status) == (row["code"], row["http_status"])
    assert caught.value.advice is Advice.ASK_STATUS


@pytest.mark.spec("cancel.not-cancellable")
async def test_what_is_over_cannot_be_cancelled(desk: Desk, rows: Rows, video: bytes) -> None:
    async with shelf() as there:
        client = await ready(desk)
        done = await client.posting.init_video_from_url(SELF, there.put("/v.mp4", video))
        gone = await client.posting.init_video_from_url(SELF, f"{there.base}/gone.mp4")
        assert (await decided(client, done.publish_id)).state is PublishState.PUBLISH_COMPLETE
        assert (await decided(client, gone.publish_id)).state is PublishState.FAILED
        there.held.add("/slow")
        stopped = await client.posting.init_video_from_url(SELF, f"{there.base}/slow")
        await client.posting.cancel(stopped.publish_id)
        access = (await desk.grant(scopes=BOTH)).access_token
        for opened in (done, gone, stopped):
            answer = await desk.post(PATH, access, {"publish_id": opened.publish_id})
            assert_refused(answer, rows["cancel.not-cancellable"])
        assert (await client.posting.status(done.publish_id)).state is PublishState.PUBLISH_COMPLETE


@pytest.mark.spec("cancel.pull-only")
async def test_what_is_processed_cannot_be_cancelled(desk: Desk, rows: Rows, video: bytes) -> None:
    await desk.settings(processing={"mode": "after_seconds", "value": 100})
    async with shelf() as there:
        client = await ready(desk)
        opened = await client.posting.init_video_from_url(SELF, there.put("/v.mp4", video))
        access = (await desk.grant(scopes=BOTH)).access_token
        for _ in range(10_000):
            [there_is] = (await desk.state())["uploads"]
            if there_is["completed_at"]:
                break
        answer = await desk.post(PATH, access, {"publish_id": opened.publish_id})
    assert_refused(answer, rows["cancel.pull-only"])


@pytest.mark.spec("cancel.invalid-publish-id")
async def test_an_id_that_does_not_exist_is_refused(desk: Desk, rows: Rows) -> None:
    access = (await desk.grant(scopes=BOTH)).access_token
    answer = await desk.post(PATH, access, {"publish_id": "v_pub_url~v2.1"})
    assert_refused(answer, rows["cancel.invalid-publish-id"])
    with pytest.raises(InvalidRequest):
        await desk.client(access).posting.cancel("v_pub_url~v2.1")


@pytest.mark.spec("cancel.wrong-user")
async def test_another_persons_id_is_refused(desk: Desk, rows: Rows) -> None:
    async with shelf() as there:
        there.held.add("/slow")
        maya = await ready(desk)
        opened = await maya.posting.init_video_from_url(SELF, f"{there.base}/slow")
        pia = (await desk.grant("pia", scopes=BOTH)).access_token
        answer = await desk.post(PATH, pia, {"publish_id": opened.publish_id})
        assert_refused(answer, rows["cancel.wrong-user"])
        with pytest.raises(AuthError):
            await desk.client(pia).posting.cancel(opened.publish_id)
        status = await maya.posting.status(opened.publish_id)
        assert status.state is PublishState.PROCESSING_DOWNLOAD


@pytest.mark.parametrize("scope", ["video.publish", "video.upload"])
@pytest.mark.spec("cancel")
async def test_either_scope_does(desk: Desk, scope: str) -> None:
    async with shelf() as there:
        there.held.add("/slow")
        posting = (await ready(desk, scopes=("user.info.basic", scope))).posting
        url = there.put("/1.jpg", photo())
        there.held.add("/1.jpg")
        if scope == "video.publish":
            opened = await posting.init_video_from_url(SELF, url)
        else:
            opened = await posting.init_inbox_video_from_url(url)
        await posting.cancel(opened.publish_id)


async def test_the_sync_client_cancels_too(desk: Desk) -> None:
    client = await ready(desk)
    upload = await client.posting.init_video(SELF, plan_chunks(100))
    with pytest.raises(InvalidRequest, match="publish_not_cancellable"):
        await client.posting.cancel(upload.publish_id)
