"""The whole flow in one call: one init and one post, whatever goes wrong on the way."""

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.contract.desk import DESKTOP, MIB, Desk, padded
from tiktok_client import (
    Advice,
    FailReason,
    PollPlan,
    PostInterrupted,
    PostProgress,
    PostStage,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    TikTok,
    TimedOut,
    Transport,
    UploadError,
    UploadRefusal,
    VideoPost,
)

QUICK = PollPlan(first_s=0.01)
SIZE = 21 * MIB + 5
PUBLIC = VideoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE, title="Hello #fox")
SELF = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)


def inits(desk: Desk) -> int:
    return sum(call.operation == "video.init" for call in desk.calls)


async def test_a_file_becomes_a_post_and_its_progress_is_told(
    desk: Desk, video: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(padded(video, SIZE))
    told: list[PostProgress] = []
    posting = (await desk.connected()).posting
    result = await posting.post_video(path, PUBLIC, poll=QUICK, on_progress=told.append)
    [there] = await desk.posts()
    assert result.status.state is PublishState.PUBLISH_COMPLETE
    assert (result.publish_id, result.status.post_ids) == (
        there["publish_id"],
        (there["post_id"],),
    )
    stages = list(dict.fromkeys(progress.stage for progress in told))
    assert stages == [PostStage.OPENED, PostStage.UPLOADING, PostStage.PROCESSING]
    assert {progress.publish_id for progress in told} == {result.publish_id}
    sent = [progress.sent_bytes for progress in told]
    assert (sent[0], sent[-1], sent) == (0, SIZE, sorted(sent))
    assert told[-1].status == result.status


FAULTS: list[tuple[str, str, Mapping[str, object]]] = [
    ("upload", "drop_after", {}),
    ("upload", "drop_before", {"last_chunk": True}),
    ("upload", "drop_after", {"count": 3}),  # upload gives up; status says where it stands
    ("upload", "error", {"status": 502, "count": 3}),
    ("status", "error", {"status": 500, "code": "internal_error", "count": 2}),
    ("status", "drop_before", {"count": 2}),
    ("status", "error", {"status": 429, "code": "rate_limit_exceeded"}),
    ("status", "error", {"status": 400, "code": "invalid_publish_id"}),
]


@pytest.mark.parametrize(("operation", "kind", "facts"), FAULTS)
async def test_one_init_and_one_post_come_of_it_over_faults(
    desk: Desk, video: bytes, operation: str, kind: str, facts: Mapping[str, object]
) -> None:
    content = padded(video, 12 * MIB)
    posting = (await desk.connected()).posting
    await desk.fault(operation, kind, **facts)
    result = await posting.post_video(content, SELF, poll=QUICK, max_chunk_bytes=10 * MIB)
    assert result.status.state is PublishState.PUBLISH_COMPLETE
    [there] = await desk.posts()
    assert there["sha256"] == hashlib.sha256(content).hexdigest()
    assert inits(desk) == 1


async def test_an_upload_that_cannot_go_on_names_its_post_and_makes_no_other(
    desk: Desk, video: bytes
) -> None:
    posting = (await desk.connected()).posting
    await desk.fault("upload", "error", status=502, count=None)
    with pytest.raises(PostInterrupted) as caught:
        await posting.post_video(video, SELF, poll=QUICK)
    error = caught.value
    assert (error.advice, inits(desk)) == (Advice.ASK_STATUS, 1)
    assert isinstance(error.__cause__, UploadError)
    assert error.__cause__.kind is UploadRefusal.FAULT
    status = await posting.status(error.publish_id)
    assert status.uploaded_bytes == 0


async def test_a_video_that_tiktok_fails_is_told_with_advice(desk: Desk) -> None:
    posting = (await desk.connected()).posting
    result = await posting.post_video(b"no video at all", SELF, poll=QUICK)
    assert result.status.state is PublishState.FAILED
    assert result.status.fail_reason is FailReason.FILE_FORMAT_CHECK_FAILED
    assert result.status.advice is Advice.FIX_INPUT


async def test_a_privacy_level_that_the_creator_lacks_ends_before_init(
    desk: Desk, video: bytes
) -> None:
    posting = (await desk.connected("pia")).posting
    with pytest.raises(ValueError, match="@pia may choose"):
        await posting.post_video(video, PUBLIC)
    assert inits(desk) == 0


async def test_waiting_ends_in_time_and_can_be_taken_up_again(desk: Desk, video: bytes) -> None:
    await desk.settings(processing={"mode": "after_seconds", "value": 100})
    posting = (await desk.connected()).posting
    short = PollPlan(first_s=0.01, timeout_s=0.1)
    with pytest.raises(PostInterrupted) as caught:
        await posting.post_video(video, SELF, poll=short)
    assert isinstance(caught.value.__cause__, TimedOut)
    await desk.advance(101)
    told: list[PublishStatus] = []
    status = await posting.wait(caught.value.publish_id, plan=QUICK, on_status=told.append)
    assert status.state is PublishState.PUBLISH_COMPLETE
    assert told[-1] is status


async def test_the_sync_client_posts_in_five_lines(desk: Desk, video: bytes) -> None:
    grant = await desk.grant()

    def post() -> PublishState:
        with Transport() as transport:
            tiktok = TikTok(
                token=grant.access_token,
                app=DESKTOP,
                endpoints=desk.endpoints,
                transport=transport,
            )
            return tiktok.posting.post_video(video, PUBLIC, poll=QUICK).status.state

    assert await asyncio.to_thread(post) is PublishState.PUBLISH_COMPLETE
    assert len(await desk.posts()) == 1
