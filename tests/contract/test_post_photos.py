"""Photos from addresses to a post or a draft: what TikTok makes of them, and whole flows."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.contract.desk import Desk
from tests.contract.shelf import BOTH, decided, photo, ready, shelf
from tiktok_client import (
    Advice,
    FailReason,
    PhotoDraft,
    PhotoPost,
    PollPlan,
    PostInterrupted,
    PostProgress,
    PostStage,
    PrivacyLevel,
    PublishState,
    ServerFault,
    TikTok,
    TimedOut,
    Transport,
    TransportError,
    VideoPost,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
QUICK = PollPlan(first_s=0.01)
PUBLIC = PrivacyLevel.PUBLIC_TO_EVERYONE
SELF = PrivacyLevel.SELF_ONLY


def gif(rows: Rows) -> bytes:
    return photo(kind="GIF")


def png(rows: Rows) -> bytes:
    return photo(kind="PNG")


def words(rows: Rows) -> bytes:
    return b"no picture at all"


def wide(rows: Rows) -> bytes:
    side = rows["media.photo.short-side"]["max"] + 1
    return photo(side, side)


def heavy(rows: Rows) -> bytes:
    size = rows["media.photo.size"]["value"] + 1
    return photo().ljust(size, b"\0")


BAD: list[tuple[str, Callable[[Rows], bytes], FailReason]] = [
    ("media.photo.formats", gif, FailReason.FILE_FORMAT_CHECK_FAILED),
    ("media.photo.formats", png, FailReason.FILE_FORMAT_CHECK_FAILED),
    ("media.photo.formats", words, FailReason.FILE_FORMAT_CHECK_FAILED),
    ("media.photo.short-side", wide, FailReason.PICTURE_SIZE_CHECK_FAILED),
    ("media.photo.size", heavy, FailReason.PICTURE_SIZE_CHECK_FAILED),
]


@pytest.mark.parametrize(("row", "make", "reason"), BAD)
@pytest.mark.spec(
    "media.photo.formats",
    "media.photo.short-side",
    "media.photo.size",
    "media.photo.all-or-nothing",
)
async def test_one_bad_photo_fails_the_whole_post(
    desk: Desk, rows: Rows, row: str, make: Callable[[Rows], bytes], reason: FailReason
) -> None:
    if "fail_reason" in rows[row]:
        assert rows[row]["fail_reason"] == reason.value
    async with shelf() as there:
        good, bad = there.put("/1.jpg", photo()), there.put("/2.jpg", make(rows))
        client = await ready(desk)
        opened = await client.posting.init_photos(PhotoPost([good, bad, good], SELF))
        status = await decided(client, opened.publish_id)
    assert (status.state, status.fail_reason) == (PublishState.FAILED, reason)
    assert set(status.raw) <= {
        "status",
        "fail_reason",
        "publicaly_available_post_id",
        "downloaded_bytes",
    }
    assert await desk.posts() == []


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize(("width", "height"), [(1080, 1920), (1920, 1080), (941, 1672), (16, 16)])
@pytest.mark.spec("media.photo.formats", "media.photo.short-side")
async def test_photos_as_large_as_they_may_be_are_taken(
    desk: Desk, kind: str, width: int, height: int
) -> None:
    async with shelf() as there:
        url = there.put("/1", photo(width, height, kind))
        result = await (await ready(desk)).posting.post_photos(PhotoPost([url], SELF), poll=QUICK)
    assert result.status.state is PublishState.PUBLISH_COMPLETE


@pytest.mark.spec("status.processing-download", "status.downloaded-bytes")
async def test_photos_become_a_post_and_its_progress_is_told(desk: Desk) -> None:
    told: list[PostProgress] = []
    async with shelf() as there:
        urls = [there.put(f"/{n}.jpg", photo()) for n in range(3)]
        posting = (await ready(desk)).posting
        post = PhotoPost(urls, PUBLIC, title="Hello", description="#fox")
        result = await posting.post_photos(post, poll=QUICK, on_progress=told.append)
    [made] = await desk.posts()
    assert result.status.post_ids == (made["post_id"],)
    assert result.status.downloaded_bytes == 3 * len(photo())
    assert result.status.uploaded_bytes is None
    stages = list(dict.fromkeys(progress.stage for progress in told))
    assert stages == [PostStage.OPENED, PostStage.PROCESSING]
    assert {progress.publish_id for progress in told} == {result.publish_id}
    assert {(progress.sent_bytes, progress.total_bytes) for progress in told} == {(0, 0)}
    assert told[-1].status == result.status


@pytest.mark.spec("status.send-to-user-inbox")
async def test_every_flow_ends_where_it_says(desk: Desk, video: bytes) -> None:
    async with shelf() as there:
        picture, clip = there.put("/1.jpg", photo()), there.put("/v.mp4", video)
        posting = (await ready(desk)).posting
        said = VideoPost(privacy_level=SELF)
        ends = [
            await posting.post_video(video, said, poll=QUICK),
            await posting.post_video_from_url(clip, said, poll=QUICK),
            await posting.post_photos(PhotoPost([picture], SELF), poll=QUICK),
            await posting.send_video(video, poll=QUICK),
            await posting.send_video_from_url(clip, poll=QUICK),
            await posting.send_photos(PhotoDraft([picture]), poll=QUICK),
        ]
    states = [end.status.state for end in ends]
    assert states == [PublishState.PUBLISH_COMPLETE] * 3 + [PublishState.SEND_TO_USER_INBOX] * 3
    assert len(await desk.posts()) == 3


async def test_the_sync_client_posts_photos_in_five_lines(desk: Desk) -> None:
    await ready(desk)
    grant = await desk.grant(scopes=BOTH)
    async with shelf() as there:
        url = there.put("/1.jpg", photo())

        def post() -> PublishState:
            with Transport() as transport:
                tiktok = TikTok(
                    token=grant.access_token, endpoints=desk.endpoints, transport=transport
                )
                post = PhotoPost([url], PUBLIC, title="Hello")
                return tiktok.posting.post_photos(post, poll=QUICK).status.state

        assert await asyncio.to_thread(post) is PublishState.PUBLISH_COMPLETE


async def test_a_flow_that_is_interrupted_names_its_post(desk: Desk) -> None:
    async with shelf() as there:
        url = there.put("/1.jpg", photo())
        there.held.add("/1.jpg")
        posting = (await ready(desk)).posting
        short = PollPlan(first_s=0.01, timeout_s=0.05)
        flows = {
            "post_photos": lambda: posting.post_photos(PhotoPost([url], SELF), poll=short),
            "send_photos": lambda: posting.send_photos(PhotoDraft([url]), poll=short),
            "send_video_from_url": lambda: posting.send_video_from_url(url, poll=short),
        }
        for name, flow in flows.items():
            with pytest.raises(PostInterrupted) as caught:
                await flow()
            error = caught.value
            assert isinstance(error.__cause__, TimedOut)
            assert (error.operation, error.advice) == (name, Advice.ASK_STATUS)
            assert error.upload_url is None
            status = await posting.status(error.publish_id)
            assert status.state is PublishState.PROCESSING_DOWNLOAD


async def test_a_draft_whose_upload_breaks_names_its_post_and_address(
    desk: Desk, video: bytes
) -> None:
    posting = (await ready(desk)).posting
    await desk.fault("upload", "error", status=502, count=None)
    with pytest.raises(PostInterrupted) as caught:
        await posting.send_video(video, poll=QUICK)
    assert caught.value.operation == "send_video"
    assert caught.value.upload_url


async def test_a_lost_answer_to_an_init_that_publishes_advises_to_look_first(desk: Desk) -> None:
    async with shelf() as there:
        url = there.put("/1.jpg", photo())
        posting = (await ready(desk)).posting
        await desk.fault("photo.init", "drop_after")
        with pytest.raises(TransportError) as caught:
            await posting.post_photos(PhotoPost([url], SELF), poll=QUICK)
        assert caught.value.advice is Advice.ASK_STATUS
        await desk.fault("photo.init", "drop_before")
        with pytest.raises(TransportError) as unsure:
            await posting.post_photos(PhotoPost([url], SELF), poll=QUICK)
        assert unsure.value.advice is Advice.ASK_STATUS
        await desk.fault("photo.init", "error", status=500, code="internal_error")
        with pytest.raises(ServerFault) as refused:
            await posting.post_photos(PhotoPost([url], SELF), poll=QUICK)
        assert refused.value.advice is Advice.RETRY


async def test_a_privacy_level_that_the_creator_lacks_ends_before_init(desk: Desk) -> None:
    posting = (await ready(desk, "pia")).posting
    with pytest.raises(ValueError, match="@pia may choose"):
        await posting.post_photos(PhotoPost(["https://static.example.com/1.jpg"], PUBLIC))
    assert not any(call.operation == "photo.init" for call in desk.calls)
