"""Sending bytes with the client: to a post, over faults, and past refusals."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.contract.desk import MIB, Desk, padded
from tiktok_client import (
    Advice,
    AsyncTikTok,
    ChunkPlan,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    TransportError,
    UploadError,
    UploadRefusal,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
SIZE = 21 * MIB + 5  # three chunks of 7 MiB, the last with some bytes more


async def published(desk: Desk, client: AsyncTikTok, publish_id: str) -> PublishStatus:
    """Ask until it is decided; the emulator probes the file in a thread of its own."""
    await desk.settings(rate_limits={"status": 100_000})
    for _ in range(10_000):
        status = await client.posting.status(publish_id)
        if status.state.is_final:
            return status
    pytest.fail("never decided")


async def assert_one_post(desk: Desk, content: bytes) -> None:
    """There is exactly one post, and it has these bytes."""
    [post] = await desk.posts()
    assert post["sha256"] == hashlib.sha256(content).hexdigest()
    assert post["size_bytes"] == len(content)


@pytest.mark.spec(
    "upload.put",
    "upload.put.headers",
    "upload.put.created-201",
    "upload.put.no-auth",
    "posting.init.title",
    "posting.init.disable-duet",
    "posting.init.disable-stitch",
    "posting.init.disable-comment",
    "posting.init.cover-timestamp",
    "posting.init.brand-content",
    "posting.init.brand-organic",
    "posting.init.is-aigc",
    "posting.init.privacy-level",
    "status.fetch",
    "status.fetch.status-values",
    "status.fetch.uploaded-bytes",
)
async def test_a_file_becomes_a_post_with_everything_that_was_said(
    desk: Desk, video: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(video)
    client = await desk.connected()
    post = VideoPost(
        privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE,
        title="Ünï 🦊 #fox",
        allow_comment=True,
        allow_stitch=True,
        cover_timestamp_ms=500,
        brand_content=True,
        brand_organic=True,
        is_aigc=True,
    )
    plan = plan_chunks(len(video))
    upload = await client.posting.init_video(post, plan)
    receipt = await client.posting.upload_chunk(
        upload.upload_url, path, plan.chunk(0), total_bytes=plan.size_bytes
    )
    assert (receipt.status, receipt.complete, receipt.received) == (201, True, len(video))
    status = await published(desk, client, upload.publish_id)
    assert status.state is PublishState.PUBLISH_COMPLETE
    assert status.uploaded_bytes == len(video)
    await assert_one_post(desk, video)
    [there] = await desk.posts()
    assert status.post_ids == (there["post_id"],)
    assert there["title"] == "Ünï 🦊 #fox"
    assert there["privacy_level"] == "PUBLIC_TO_EVERYONE"
    names = ("disable_comment", "disable_duet", "disable_stitch", "cover_timestamp_ms")
    assert [there[name] for name in names] == [False, True, False, 500]
    assert [there[name] for name in ("brand_content", "brand_organic", "is_aigc")] == [True] * 3


@pytest.mark.parametrize("counts", ["count", "last_index"])
@pytest.mark.spec(
    "upload.put.partial-206", "upload.put.content-range", "upload.put.last-chunk-size"
)
async def test_chunks_go_up_in_order_and_are_counted_either_way(
    desk: Desk, video: bytes, counts: str
) -> None:
    await desk.settings(content_range_counts=counts)
    content = padded(video, SIZE)
    client = await desk.connected()
    upload, plan = await desk.opened(client, SIZE)
    assert len(plan) == 3
    for chunk in plan:
        receipt = await client.posting.upload_chunk(
            upload.upload_url, content, chunk, total_bytes=SIZE
        )
        assert receipt.status == (201 if chunk.is_last else 206)
        assert receipt.complete == chunk.is_last
        assert receipt.received is not None
        assert plan.resume_at(receipt.received) == chunk.last_inclusive + 1
    await published(desk, client, upload.publish_id)
    await assert_one_post(desk, content)


FAULTS = [
    ("drop_before", {"skip": 0}),
    ("drop_after", {"skip": 0}),
    ("drop_before", {"skip": 1}),
    ("drop_after", {"skip": 1}),
    ("drop_before", {"last_chunk": True}),
    ("drop_after", {"last_chunk": True}),
    ("error", {"skip": 1, "status": 502}),
    ("error", {"last_chunk": True, "status": 500}),
    ("error", {"skip": 1, "status": 503, "count": 2}),
]


@pytest.mark.parametrize("counts", ["count", "last_index"])
@pytest.mark.parametrize(("kind", "facts"), FAULTS)
@pytest.mark.spec("upload.put.content-range", "upload.put.range-416")
async def test_an_upload_gets_over_any_single_fault_with_one_post(
    desk: Desk, video: bytes, kind: str, facts: Mapping[str, object], counts: str
) -> None:
    await desk.settings(content_range_counts=counts)
    await desk.fault("upload", kind, **facts)
    content = padded(video, SIZE)
    client = await desk.connected()
    upload, plan = await desk.opened(client, SIZE)
    receipt = await client.posting.upload(upload.upload_url, content, plan, pause_s=0)
    assert receipt.complete
    status = await published(desk, client, upload.publish_id)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await assert_one_post(desk, content)


async def test_an_upload_can_start_in_the_middle(desk: Desk, video: bytes) -> None:
    content = padded(video, SIZE)
    client = await desk.connected()
    upload, plan = await desk.opened(client, SIZE)
    await client.posting.upload_chunk(upload.upload_url, content, plan.chunk(0), total_bytes=SIZE)
    status = await client.posting.status(upload.publish_id)
    assert status.uploaded_bytes is not None
    assert status.uploaded_bytes == plan.chunk(1).first
    progress: list[int] = []
    await client.posting.upload(
        upload.upload_url,
        content,
        plan,
        start=status.uploaded_bytes,
        on_progress=progress.append,
    )
    assert progress[0] > plan.chunk(1).first
    assert (progress[-1], progress) == (SIZE, sorted(progress))
    await published(desk, client, upload.publish_id)
    await assert_one_post(desk, content)


async def test_an_upload_that_starts_at_the_wrong_place_finds_the_right_one(
    desk: Desk, video: bytes
) -> None:
    content = padded(video, SIZE)
    client = await desk.connected()
    upload, plan = await desk.opened(client, SIZE)
    receipt = await client.posting.upload(
        upload.upload_url, content, plan, start=plan.chunk(2).first, pause_s=0
    )
    assert receipt.complete
    await assert_one_post_soon(desk, client, upload.publish_id, content)


async def assert_one_post_soon(
    desk: Desk, client: AsyncTikTok, publish_id: str, content: bytes
) -> None:
    """Once it is decided there is exactly one post with these bytes."""
    await published(desk, client, publish_id)
    await assert_one_post(desk, content)


@pytest.mark.spec("upload.put.fault-5xx")
async def test_faults_that_do_not_end_are_given_up(desk: Desk, video: bytes) -> None:
    await desk.fault("upload", "error", status=502, count=None)
    client = await desk.connected()
    upload, plan = await desk.opened(client, len(video))
    with pytest.raises(UploadError) as caught:
        await client.posting.upload(upload.upload_url, video, plan, tries=3, pause_s=0)
    assert (caught.value.kind, caught.value.advice) == (UploadRefusal.FAULT, Advice.RETRY)
    assert len([call for call in desk.calls if call.operation == "upload"]) == 3


@pytest.mark.spec("upload.put.expired-403", "posting.init.upload-url-lifetime")
async def test_an_address_is_dead_after_an_hour(desk: Desk, rows: Rows, video: bytes) -> None:
    client = await desk.connected()
    upload, plan = await desk.opened(client, len(video))
    await desk.advance(rows["posting.init.upload-url-lifetime"]["value"])
    with pytest.raises(UploadError) as caught:
        await client.posting.upload(upload.upload_url, video, plan)
    assert (caught.value.kind, caught.value.status) == (UploadRefusal.EXPIRED, 403)
    assert caught.value.advice is Advice.ASK_STATUS
    assert await desk.posts() == []


@pytest.mark.spec("upload.put.unknown-404")
async def test_an_address_that_belongs_to_no_upload_is_refused(desk: Desk, video: bytes) -> None:
    client = await desk.connected()
    upload, plan = await desk.opened(client, len(video))
    for url in (upload.upload_url + "0", upload.upload_url.split("?")[0]):
        with pytest.raises(UploadError) as caught:
            await client.posting.upload(url, video, plan)
        assert (caught.value.kind, caught.value.status) == (UploadRefusal.UNKNOWN, 404)


async def test_a_chunk_out_of_order_says_where_the_upload_stands(desk: Desk, video: bytes) -> None:
    content = padded(video, SIZE)
    client = await desk.connected()
    upload, plan = await desk.opened(client, SIZE)
    with pytest.raises(UploadError) as caught:
        await client.posting.upload_chunk(
            upload.upload_url, content, plan.chunk(1), total_bytes=SIZE
        )
    error = caught.value
    assert (error.kind, error.received, error.offset) == (
        UploadRefusal.OUT_OF_STEP,
        0,
        plan.chunk(1).first,
    )


async def test_a_plan_that_is_not_the_one_of_init_is_refused(desk: Desk, video: bytes) -> None:
    content = padded(video, SIZE)
    client = await desk.connected()
    upload, _ = await desk.opened(client, SIZE)
    other = ChunkPlan(size_bytes=SIZE, chunk_bytes=8 * MIB, count=2)
    with pytest.raises(UploadError) as caught:
        await client.posting.upload(upload.upload_url, content, other, pause_s=0)
    assert caught.value.kind is UploadRefusal.OUT_OF_STEP


async def test_a_slow_intake_is_only_slow(desk: Desk, video: bytes) -> None:
    await desk.fault("upload", "slow_intake", bytes_per_second=10 * len(video))
    client = await desk.connected()
    upload, plan = await desk.opened(client, len(video))
    receipt = await client.posting.upload(upload.upload_url, video, plan)
    assert receipt.complete


async def test_an_upload_that_outlasts_its_time_is_unknown(desk: Desk, video: bytes) -> None:
    await desk.fault("upload", "slow_intake", bytes_per_second=1_000)
    client = await desk.connected()
    upload, plan = await desk.opened(client, len(video))
    with pytest.raises(TransportError) as caught:
        await client.posting.upload_chunk(
            upload.upload_url, video, plan.chunk(0), total_bytes=plan.size_bytes, timeout_s=0.3
        )
    assert (caught.value.sent, caught.value.advice) == (True, Advice.ASK_STATUS)
