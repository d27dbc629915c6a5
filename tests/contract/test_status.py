"""What became of a post, as the client reads it."""

from collections.abc import Mapping

import pytest

from tests.contract.desk import Desk
from tiktok_client import (
    Advice,
    AsyncTikTok,
    AuthError,
    FailReason,
    InvalidRequest,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    TransportError,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
PUBLIC = PrivacyLevel.PUBLIC_TO_EVERYONE


async def sent(client: AsyncTikTok, video: bytes, level: PrivacyLevel = PUBLIC) -> str:
    """Send a video; return its publish_id."""
    plan = plan_chunks(len(video))
    upload = await client.posting.init_video(VideoPost(privacy_level=level), plan)
    await client.posting.upload(upload.upload_url, video, plan)
    return upload.publish_id


async def decided(desk: Desk, client: AsyncTikTok, publish_id: str) -> PublishStatus:
    """Ask until it is decided; the emulator probes the file in a thread of its own."""
    await desk.settings(rate_limits={"status": 100_000})
    for _ in range(10_000):
        status = await client.posting.status(publish_id)
        if status.state.is_final:
            return status
    pytest.fail("never decided")


@pytest.mark.spec("status.fetch.post-id", "status.fetch.post-id-int64")
async def test_a_post_id_keeps_all_its_digits(desk: Desk, video: bytes) -> None:
    client = await desk.connected()
    publish_id = await sent(client, video)
    status = await decided(desk, client, publish_id)
    [post] = await desk.posts()
    assert status.post_ids == (post["post_id"],)
    assert int(post["post_id"]) > 2**53
    assert len(post["post_id"]) == 19
    assert isinstance(status.raw["publicaly_available_post_id"], list)


@pytest.mark.parametrize("level", ["SELF_ONLY", "MUTUAL_FOLLOW_FRIENDS"])
@pytest.mark.spec("status.fetch.post-id-only-public")
async def test_a_post_that_is_not_public_has_no_public_id(
    desk: Desk, video: bytes, level: str
) -> None:
    client = await desk.connected()
    publish_id = await sent(client, video, PrivacyLevel(level))
    status = await decided(desk, client, publish_id)
    assert status.state is PublishState.PUBLISH_COMPLETE
    assert status.post_ids == ()
    assert status.raw["publicaly_available_post_id"] == []
    assert len(await desk.posts()) == 1


@pytest.mark.spec("status.fetch.post-id-only-public")
async def test_a_public_id_appears_after_moderation(desk: Desk, video: bytes) -> None:
    await desk.settings(moderation_seconds=600)
    client = await desk.connected()
    publish_id = await sent(client, video)
    status = await decided(desk, client, publish_id)
    assert (status.state, status.post_ids) == (PublishState.PUBLISH_COMPLETE, ())
    await desk.advance(600)
    assert len((await client.posting.status(publish_id)).post_ids) == 1


@pytest.mark.spec("posting.init.processing-upload-from-init", "status.fetch.uploaded-bytes")
async def test_processing_lasts_until_tiktok_is_done(desk: Desk, video: bytes) -> None:
    await desk.settings(processing={"mode": "after_seconds", "value": 120})
    client = await desk.connected()
    publish_id = await sent(client, video)
    status = await client.posting.status(publish_id)
    assert status.state is PublishState.PROCESSING_UPLOAD
    assert status.uploaded_bytes == len(video)
    await desk.advance(120)
    assert (await decided(desk, client, publish_id)).state is PublishState.PUBLISH_COMPLETE


FAILURES = [
    "file_format_check_failed",
    "duration_check_failed",
    "frame_rate_check_failed",
    "picture_size_check_failed",
    "internal",
    "auth_removed",
    "spam_risk_too_many_posts",
    "spam_risk_user_banned_from_posting",
    "spam_risk_text",
    "spam_risk",
]


@pytest.mark.parametrize("reason", FAILURES)
@pytest.mark.spec(
    "status.fetch.fail-reason",
    "status.fetch.status-values",
    "status.fail.file_format_check_failed",
    "status.fail.duration_check_failed",
    "status.fail.frame_rate_check_failed",
    "status.fail.picture_size_check_failed",
    "status.fail.internal",
    "status.fail.auth_removed",
    "status.fail.spam_risk_too_many_posts",
    "status.fail.spam_risk_user_banned_from_posting",
    "status.fail.spam_risk_text",
    "status.fail.spam_risk",
)
async def test_each_failure_is_told_with_its_reason(
    desk: Desk, rows: Rows, video: bytes, reason: str
) -> None:
    await desk.control("POST", "outcomes", {"outcome": reason})
    client = await desk.connected()
    publish_id = await sent(client, video)
    status = await decided(desk, client, publish_id)
    assert (status.state, status.raw_state) == (PublishState.FAILED, "FAILED")
    assert status.fail_reason is not None
    assert status.fail_reason is FailReason(reason)
    assert status.fail_reason.advice == rows[f"status.fail.{reason}"]["advice"]
    assert status.post_ids == ()
    assert await desk.posts() == []


@pytest.mark.spec("status.fetch.invalid-publish-id", "error.invalid_publish_id")
async def test_an_id_that_does_not_exist_is_refused(desk: Desk, rows: Rows) -> None:
    client = await desk.connected()
    with pytest.raises(InvalidRequest) as caught:
        await client.posting.status("v_pub_file~v2-1.1")
    refusal = rows["status.fetch.invalid-publish-id"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])


async def test_a_fresh_id_may_not_be_known_yet(desk: Desk) -> None:
    await desk.settings(publish_id_visible_after_s=60)
    client = await desk.connected()
    upload, _ = await desk.opened(client, 100)
    with pytest.raises(InvalidRequest, match="invalid_publish_id"):
        await client.posting.status(upload.publish_id)
    await desk.advance(60)
    await client.posting.status(upload.publish_id)


@pytest.mark.spec("status.fetch.wrong-user", "error.token_not_authorized_for_specified_publish_id")
async def test_another_persons_id_is_refused(desk: Desk, rows: Rows) -> None:
    upload, _ = await desk.opened(await desk.connected("maya"), 100)
    stranger = await desk.connected("pia")
    with pytest.raises(AuthError) as caught:
        await stranger.posting.status(upload.publish_id)
    refusal = rows["status.fetch.wrong-user"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])
    assert caught.value.advice is Advice.FIX_INPUT


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_lost_status_is_simply_asked_again(desk: Desk, kind: str) -> None:
    client = await desk.connected()
    upload, _ = await desk.opened(client, 100)
    await desk.fault("status", kind)
    with pytest.raises(TransportError) as caught:
        await client.posting.status(upload.publish_id)
    assert caught.value.advice is Advice.RETRY
    await client.posting.status(upload.publish_id)
