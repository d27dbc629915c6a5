"""A post whose video nobody has as a file: it comes as a stream, and may come only once."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest

from tests.contract.desk import MIB, Desk, padded
from tiktok_client import (
    Advice,
    PollPlan,
    PostInterrupted,
    PrivacyLevel,
    PublishState,
    SourceError,
    TikTok,
    Transport,
    VideoPost,
)

QUICK = PollPlan(first_s=0.01)
SELF = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)
SIZE = 21 * MIB + 5
PIECE = 700_001  # so that no chunk ends where a piece does


def pieces(content: bytes) -> Iterator[bytes]:
    return (content[at : at + PIECE] for at in range(0, len(content), PIECE))


async def stream(content: bytes) -> AsyncIterator[bytes]:
    for piece in pieces(content):
        yield piece


FAULTS: list[tuple[str, Mapping[str, object]]] = [
    ("drop_before", {"skip": 0}),
    ("drop_after", {"skip": 1}),
    ("drop_after", {"last_chunk": True}),
    ("error", {"skip": 1, "status": 502, "count": 2}),
    ("error", {"skip": 1, "status": 502, "count": 3}),  # upload gives up; status says where it is
    ("drop_after", {"count": 3}),
]


@pytest.mark.parametrize(("kind", "facts"), FAULTS)
async def test_a_stream_becomes_one_post_over_faults(
    desk: Desk, video: bytes, kind: str, facts: Mapping[str, object]
) -> None:
    content = padded(video, SIZE)
    posting = (await desk.connected()).posting
    await desk.fault("upload", kind, **facts)
    result = await posting.post_video(
        stream(content), SELF, size_bytes=SIZE, max_chunk_bytes=7 * MIB, poll=QUICK
    )
    assert result.status.state is PublishState.PUBLISH_COMPLETE
    [there] = await desk.posts()
    assert there["sha256"] == hashlib.sha256(content).hexdigest()
    assert sum(call.operation == "video.init" for call in desk.calls) == 1


async def test_a_stream_that_breaks_leaves_an_open_post_and_publishes_nothing(
    desk: Desk, video: bytes
) -> None:
    content = padded(video, SIZE)

    async def breaking() -> AsyncIterator[bytes]:
        yield content[: 15 * MIB]
        raise ConnectionResetError("https://bucket/?signature=s3cret")

    posting = (await desk.connected()).posting
    with pytest.raises(PostInterrupted) as caught:
        await posting.post_video(
            breaking(), SELF, size_bytes=SIZE, max_chunk_bytes=7 * MIB, poll=QUICK
        )
    error = caught.value
    assert isinstance(error.__cause__, SourceError)
    assert error.__cause__.advice is Advice.FIX_INPUT
    assert "s3cret" not in str(error)
    status = await posting.status(error.publish_id)
    assert status.uploaded_bytes == 2 * (SIZE // 4)
    assert await desk.posts() == []


async def test_a_stream_of_unknown_size_is_refused_before_init(desk: Desk, video: bytes) -> None:
    posting = (await desk.connected()).posting
    with pytest.raises(ValueError, match="size_bytes"):
        await posting.post_video(stream(video), SELF)
    assert not any(call.operation == "video.init" for call in desk.calls)


async def test_the_sync_client_takes_streams_and_open_files(desk: Desk, video: bytes) -> None:
    grant = await desk.grant()

    def post() -> list[PublishState]:
        with Transport() as transport:
            posting = TikTok(
                token=grant.access_token, endpoints=desk.endpoints, transport=transport
            ).posting
            size = len(video)
            ends = [
                posting.post_video(pieces(video), SELF, size_bytes=size, poll=QUICK),
                posting.post_video(io.BytesIO(video), SELF, poll=QUICK),
            ]
            return [end.status.state for end in ends]

    assert await asyncio.to_thread(post) == [PublishState.PUBLISH_COMPLETE] * 2
    assert len(await desk.posts()) == 2
