"""Every reason to fail, on every way in; and what a status never says."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from tests.contract.desk import DESKTOP, Desk
from tests.contract.shelf import Shelf, decided, photo, ready, shelf
from tiktok_client import (
    AsyncTikTok,
    FailReason,
    PhotoDraft,
    PhotoPost,
    PollPlan,
    PublishState,
    TimedOut,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
SELF = VideoPost(privacy_level="SELF_ONLY")
# What every status has been seen to have; the last two are for one kind of post each.
FIELDS = {
    "status",
    "fail_reason",
    "publicaly_available_post_id",
    "uploaded_bytes",
    "downloaded_bytes",
}


async def uploaded(client: AsyncTikTok, there: Shelf, video: bytes) -> str:
    plan = plan_chunks(len(video))
    upload = await client.posting.init_video(SELF, plan)
    await client.posting.upload(upload.upload_url, video, plan)
    return upload.publish_id


async def drafted(client: AsyncTikTok, there: Shelf, video: bytes) -> str:
    plan = plan_chunks(len(video))
    upload = await client.posting.init_inbox_video(plan)
    await client.posting.upload(upload.upload_url, video, plan)
    return upload.publish_id


async def pulled(client: AsyncTikTok, there: Shelf, video: bytes) -> str:
    url = there.put("/v.mp4", video)
    return (await client.posting.init_video_from_url(SELF, url)).publish_id


async def photographed(client: AsyncTikTok, there: Shelf, video: bytes) -> str:
    post = PhotoPost([there.put("/1.jpg", photo())], "SELF_ONLY")
    return (await client.posting.init_photos(post)).publish_id


async def sketched(client: AsyncTikTok, there: Shelf, video: bytes) -> str:
    draft = PhotoDraft([there.put("/1.jpg", photo())])
    return (await client.posting.init_inbox_photos(draft)).publish_id


Way = Callable[[AsyncTikTok, Shelf, bytes], Awaitable[str]]
WAYS: list[Way] = [uploaded, drafted, pulled, photographed, sketched]
REASONS = [reason for reason in FailReason if reason is not FailReason.UNKNOWN]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.spec(
    "status.fail.file_format_check_failed",
    "status.fail.duration_check_failed",
    "status.fail.frame_rate_check_failed",
    "status.fail.picture_size_check_failed",
    "status.fail.internal",
    "status.fail.video_pull_failed",
    "status.fail.photo_pull_failed",
    "status.fail.publish_cancelled",
    "status.fail.auth_removed",
    "status.fail.spam_risk_too_many_posts",
    "status.fail.spam_risk_user_banned_from_posting",
    "status.fail.spam_risk_text",
    "status.fail.spam_risk",
    "status.fetch.listed-fields-only",
)
async def test_each_reason_is_told_with_its_advice_on_every_way_in(
    desk: Desk, rows: Rows, video: bytes, way: Way
) -> None:
    assert len(REASONS) == 13
    limits = {"init": 100, "inbox_init": 100, "photo_init": 100}
    async with shelf() as there:
        client = await ready(desk)
        await desk.settings(rate_limits=limits)
        for reason in REASONS:
            await desk.control("POST", "outcomes", {"outcome": reason.value})
            status = await decided(client, await way(client, there, video))
            assert (status.state, status.fail_reason) == (PublishState.FAILED, reason)
            assert status.raw_fail_reason == reason.value
            assert status.advice == rows[f"status.fail.{reason.value}"]["advice"]
            assert set(status.raw) <= FIELDS
    assert await desk.posts() == []


@pytest.mark.spec("status.fail.auth_removed")
async def test_who_disconnects_on_the_way_stops_the_post(desk: Desk, video: bytes) -> None:
    await desk.settings(processing={"mode": "after_seconds", "value": 100})
    async with shelf() as there:
        client = await ready(desk)
        publish_id = await uploaded(client, there, video)
        who = {"username": "maya", "client_key": DESKTOP.client_key}
        await desk.control("POST", "grants/revoke", who)
        again = await ready(desk)
        await desk.advance(100)
        status = await decided(again, publish_id)
    assert (status.state, status.fail_reason) == (PublishState.FAILED, FailReason.AUTH_REMOVED)


@pytest.mark.spec("status.fetch.listed-fields-only")
async def test_a_status_never_says_what_the_post_has_become(desk: Desk, video: bytes) -> None:
    async with shelf() as there:
        client = await ready(desk)
        for way in WAYS:
            status = await decided(client, await way(client, there, video))
            assert set(status.raw) <= FIELDS
            assert status.raw["publicaly_available_post_id"] == []


@pytest.mark.spec("status.no-deadline")
async def test_processing_may_take_longer_than_anyone_waits(desk: Desk, video: bytes) -> None:
    await desk.control("POST", "outcomes", {"outcome": "stuck"})
    async with shelf() as there:
        client = await ready(desk)
        publish_id = await uploaded(client, there, video)
        with pytest.raises(TimedOut, match="PROCESSING_UPLOAD"):
            await client.posting.wait(publish_id, plan=PollPlan(first_s=0.01, timeout_s=0.05))
        await desk.advance(6_000)
        status = await client.posting.status(publish_id)
        assert status.state is PublishState.PROCESSING_UPLOAD
