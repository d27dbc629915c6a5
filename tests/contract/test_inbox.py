"""Videos for the inbox: what init takes, when it refuses, and what the person makes of them."""

from collections.abc import Mapping

import pytest

from tests.contract.desk import SCOPES, UNAUDITED, Desk, assert_refused, init_body
from tests.contract.shelf import BOTH, decided, lasting, ready, shelf
from tiktok_client import (
    Advice,
    AsyncTikTok,
    FailReason,
    PollPlan,
    PostingRefused,
    PublishState,
    ScopeMissing,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
QUICK = PollPlan(first_s=0.01)
SMALL = plan_chunks(100)


async def drafted(client: AsyncTikTok, video: bytes) -> str:
    """Send a video to the inbox; return its publish_id."""
    plan = plan_chunks(len(video))
    upload = await client.posting.init_inbox_video(plan)
    await client.posting.upload(upload.upload_url, video, plan)
    return upload.publish_id


async def finish(desk: Desk, publish_id: str, **facts: object) -> None:
    """Do what the person does on the phone: publish the draft."""
    await desk.control("POST", f"drafts/{publish_id}/finish", facts)


@pytest.mark.spec("inbox.video.init", "inbox.video.init.ids", "status.send-to-user-inbox")
async def test_a_draft_ends_in_the_inbox_and_is_no_post(
    desk: Desk, rows: Rows, video: bytes
) -> None:
    client = await ready(desk)
    publish_id = await drafted(client, video)
    assert publish_id.startswith(rows["inbox.video.init.ids"]["upload"])
    status = await decided(client, publish_id)
    assert status.state is PublishState.SEND_TO_USER_INBOX
    assert (status.post_ids, status.uploaded_bytes) == ((), len(video))
    assert await desk.posts() == []
    await desk.advance(7 * 86_400)
    grant = await desk.grant(scopes=BOTH)
    later = await desk.client(grant.access_token).posting.status(publish_id)
    assert later.state is PublishState.SEND_TO_USER_INBOX


@pytest.mark.spec("inbox.video.init.ids", "pull.init", "pull.init.ids")
async def test_a_draft_can_be_fetched(desk: Desk, rows: Rows, video: bytes) -> None:
    async with shelf() as there:
        client = await ready(desk)
        opened = await client.posting.init_inbox_video_from_url(there.put("/v.mp4", video))
        assert opened.publish_id.startswith(rows["inbox.video.init.ids"]["pull"])
        assert opened.publish_id.startswith(rows["pull.init.ids"]["inbox"])
        status = await decided(client, opened.publish_id)
    assert status.state is PublishState.SEND_TO_USER_INBOX
    assert status.downloaded_bytes == len(video)


@pytest.mark.spec("status.inbox-then-complete", "status.drafts-many-ids")
async def test_what_the_person_publishes_is_complete_each_time_with_an_id(
    desk: Desk, video: bytes
) -> None:
    client = await ready(desk)
    publish_id = await drafted(client, video)
    await decided(client, publish_id)
    await finish(desk, publish_id, title="Mine now", privacy_level="PUBLIC_TO_EVERYONE")
    status = await client.posting.wait(publish_id, plan=QUICK, until="public_id")
    assert status.state is PublishState.PUBLISH_COMPLETE
    assert len(status.post_ids) == 1
    await finish(desk, publish_id, title="And again", privacy_level="PUBLIC_TO_EVERYONE")
    again = await client.posting.status(publish_id)
    assert again.state is PublishState.PUBLISH_COMPLETE
    assert len(again.post_ids) == 2
    posts = await desk.posts()
    assert {post["post_id"] for post in posts} == set(again.post_ids)
    assert {post["title"] for post in posts} == {"Mine now", "And again"}


@pytest.mark.spec("inbox.video.init.no-post-info")
async def test_what_is_said_about_the_post_is_ignored(desk: Desk) -> None:
    grant = await desk.grant(scopes=BOTH)
    body = init_body(100, 100, 1, privacy_level="EVERYBODY", title="x" * 5000, disable_duet="no")
    answer = await desk.post("/inbox/video/init/", grant.access_token, body)
    assert answer.json()["error"]["code"] == "ok"
    assert set(answer.json()["data"]) == {"publish_id", "upload_url"}


async def test_the_client_says_nothing_about_the_post(desk: Desk) -> None:
    client = await ready(desk)
    await client.posting.init_inbox_video(SMALL)
    logged = await desk.last_request()
    assert "ignored" not in str(logged)


@pytest.mark.spec("inbox.video.init.scope")
async def test_direct_posts_scope_does_not_do(desk: Desk, rows: Rows) -> None:
    grant = await desk.grant(scopes=SCOPES)
    body = init_body(100, 100, 1)
    row = rows["inbox.video.init.scope"]
    assert_refused(await desk.post("/inbox/video/init/", grant.access_token, body), row)
    with pytest.raises(ScopeMissing):
        await desk.client(grant.access_token).posting.init_inbox_video(SMALL)
    only = await desk.connected(scopes=("user.info.basic", "video.upload"))
    await only.posting.init_inbox_video(SMALL)
    with pytest.raises(ScopeMissing):
        await only.posting.init_video(VideoPost(privacy_level="SELF_ONLY"), SMALL)


PLANS = [(100_000_000, 10_000_000, 11), (66_259_900, 64_000_000, 1), (20_000_000, 1_000_000, 20)]


@pytest.mark.parametrize(("size", "chunk", "count"), PLANS)
@pytest.mark.spec("inbox.video.init.plan")
async def test_a_plan_that_a_post_cannot_have_a_draft_cannot_have_either(
    desk: Desk, size: int, chunk: int, count: int
) -> None:
    grant = await desk.grant(scopes=BOTH)
    body = init_body(size, chunk, count)
    refused = [
        await desk.post(path, grant.access_token, body)
        for path in ("/video/init/", "/inbox/video/init/")
    ]
    assert [answer.status_code for answer in refused] == [400, 400]
    told = [answer.json()["error"] for answer in refused]
    assert told[0] | {"log_id": ""} == told[1] | {"log_id": ""}


@pytest.mark.spec(
    "inbox.video.init.caps", "limits.pending-shares", "error.spam_risk_too_many_pending_share"
)
async def test_five_drafts_may_wait_and_each_that_is_finished_makes_room(
    desk: Desk, rows: Rows, video: bytes
) -> None:
    await desk.settings(rate_limits={"inbox_init": 100})
    await desk.control("POST", "clock", {"freeze": True})
    client = await ready(desk)
    limit = rows["limits.pending-shares"]
    waiting = [await drafted(client, video) for _ in range(limit["value"])]
    for publish_id in waiting:
        await decided(client, publish_id)
    with pytest.raises(PostingRefused) as caught:
        await client.posting.init_inbox_video(SMALL)
    refusal = rows["inbox.video.init.caps"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])
    assert caught.value.advice is Advice.RETRY_LATER
    await finish(desk, waiting[0], privacy_level="SELF_ONLY")
    await drafted(client, video)
    with pytest.raises(PostingRefused):
        await client.posting.init_inbox_video(SMALL)
    await desk.advance(limit["window_s"])
    later = await desk.connected(scopes=BOTH)
    await later.posting.init_inbox_video(SMALL)


@pytest.mark.spec("inbox.video.init.refusals")
async def test_bans_count_and_caps_and_audit_do_not(desk: Desk, rows: Rows) -> None:
    client = await ready(desk, "maya", UNAUDITED)  # public account, app without audit
    caps = {"daily_post_cap": 0, "too_many_posts": True}
    await desk.control("PATCH", "creators/maya", caps)
    await client.posting.init_inbox_video(SMALL)
    await desk.control("PATCH", "creators/maya", {"banned": True})
    with pytest.raises(PostingRefused) as caught:
        await client.posting.init_inbox_video(SMALL)
    refusal = rows["inbox.video.init.refusals"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])


@pytest.mark.spec("inbox.video.init.duration")
async def test_ten_minutes_are_taken_whatever_the_creator_may_post(
    desk: Desk, rows: Rows, video: bytes
) -> None:
    longest = rows["inbox.video.init.duration"]["value"]
    await desk.control("PATCH", "creators/maya", {"max_video_post_duration_sec": 60})
    client = await ready(desk)
    taken = await decided(client, await drafted(client, lasting(video, longest)))
    assert taken.state is PublishState.SEND_TO_USER_INBOX
    refused = await decided(client, await drafted(client, lasting(video, longest + 1)))
    assert refused.state is PublishState.FAILED
    reason = FailReason(rows["inbox.video.init.duration"]["fail_reason"])
    assert refused.fail_reason is reason


async def test_another_apps_drafts_are_not_counted(desk: Desk) -> None:
    await desk.settings(rate_limits={"inbox_init": 100})
    await desk.control("PATCH", "creators/maya", {"pending_share_cap": 1})
    ours, theirs = await ready(desk), await ready(desk, app=UNAUDITED)
    await ours.posting.init_inbox_video(SMALL)
    await theirs.posting.init_inbox_video(SMALL)
