"""Posting a video: what is allowed, open the post, send the bytes, ask how it went."""

import time
from collections.abc import Callable

from anyio import sleep
from anyio.to_thread import run_sync

from tiktok_client._operations import following, posting, upload
from tiktok_client._operations.chunks import SAFE_CHUNK_BYTES, plan_chunks
from tiktok_client._source import Source, size_of
from tiktok_client.errors import (
    PostInterrupted,
    TikTokError,
    TransportError,
    UploadError,
)
from tiktok_client.models.chunks import Chunk, ChunkPlan
from tiktok_client.models.following import PollPlan, PostProgress, PostResult, PostStage
from tiktok_client.models.posting import (
    ChunkReceipt,
    CreatorInfo,
    PublishStatus,
    VideoPost,
    VideoUpload,
)

from .calls import AsyncCalls

__all__ = ["AsyncPosting"]

PATIENT = PollPlan()


class AsyncPosting(AsyncCalls):
    """The Content Posting API for one creator. Reached as `tiktok.posting`.

    Source: content-posting-api-reference-direct-post, 2026-09-11.
    """

    async def creator_info(self, *, timeout_s: float | None = None) -> CreatorInfo:
        """Ask what this creator may post right now; at most 20 times a minute.

        Raises PostingRefused when they cannot post at present (TikTok says so with HTTP 200),
        TokenInvalid, ScopeMissing, RateLimited, TransportError, ResponseError.

        Source: content-posting-api-reference-query-creator-info (2026).
        """
        return await self._call(
            lambda token: posting.creator_info(self._endpoints, token),
            posting.read_creator_info,
            timeout_s,
        )

    async def init_video(
        self, post: VideoPost, plan: ChunkPlan, *, timeout_s: float | None = None
    ) -> VideoUpload:
        """Open a Direct Post; at most 6 times a minute. Nothing can appear before bytes are sent.

        There is no idempotency key: a repeated init is another post once it gets its bytes.
        Raises InvalidRequest, PostingRefused, TokenInvalid, ScopeMissing, RateLimited, ServerFault,
        TransportError, ResponseError.

        Source: content-posting-api-reference-direct-post, 2026-09-11.
        """
        return await self._call(
            lambda token: posting.init_video(self._endpoints, token, post, plan),
            posting.read_video_upload,
            timeout_s,
        )

    async def upload_chunk(
        self,
        upload_url: str,
        source: Source,
        chunk: Chunk,
        *,
        total_bytes: int,
        content_type: str = "video/mp4",
        on_progress: Callable[[int], None] | None = None,
        timeout_s: float | None = None,
    ) -> ChunkReceipt:
        """Send one chunk, once. Needs no token; memory stays flat whatever the size.

        After the last chunk TikTok publishes. `timeout_s` bounds this PUT. Raises UploadError,
        TransportError (`sent` True: the chunk may have arrived), SourceError, and ResponseError for
        an address outside TikTok.

        Source: content-posting-api-media-transfer-guide, 2026-09-11.
        """
        target = upload.put_chunk(
            self._endpoints,
            upload_url,
            chunk,
            total_bytes=total_bytes,
            content_type=content_type,
        )
        return await self._transport.put(
            target,
            source,
            chunk,
            lambda answer: upload.read_receipt(answer, chunk),
            total_bytes=total_bytes,
            timeout_s=timeout_s,
            on_progress=on_progress,
        )

    async def upload(
        self,
        upload_url: str,
        source: Source,
        plan: ChunkPlan,
        *,
        content_type: str = "video/mp4",
        start: int = 0,
        on_progress: Callable[[int], None] | None = None,
        tries: int = 3,
        pause_s: float = 0.5,
        timeout_s: float | None = None,
    ) -> ChunkReceipt:
        """Send everything from `start` on, in order, and return the last receipt.

        A chunk is tried `tries` times after a server fault or a broken connection, with pauses of
        `pause_s`, doubled each time; after a 416 it goes on from where TikTok says it is.
        `timeout_s` bounds each PUT. Raises as `upload_chunk`; advice ASK_STATUS means that the file
        may be complete.

        Source: content-posting-api-media-transfer-guide, 2026-09-11.
        """
        receipt = ChunkReceipt(status=0, complete=False, received=start)
        offset, failures = start, 0
        while offset < plan.size_bytes:
            chunk = next(plan.chunks_from(offset))
            try:
                receipt = await self.upload_chunk(
                    upload_url,
                    source,
                    chunk,
                    total_bytes=plan.size_bytes,
                    content_type=content_type,
                    on_progress=on_progress,
                    timeout_s=timeout_s,
                )
            except (UploadError, TransportError) as error:
                failures += 1
                resumed = upload.resume_after(error, plan, offset)
                if resumed is None or failures >= tries:
                    raise
                receipt = upload.receipt_of_resync(error, plan, resumed)
                await sleep(pause_s * 2 ** (failures - 1))
                offset = resumed
            else:
                failures = 0
                offset = plan.size_bytes if receipt.complete else chunk.last_inclusive + 1
        return receipt

    async def status(self, publish_id: str, *, timeout_s: float | None = None) -> PublishStatus:
        """Ask where a publish_id stands; at most 30 times a minute for a creator.

        Raises InvalidRequest (`invalid_publish_id`, also for one that is too fresh), AuthError,
        TokenInvalid, RateLimited, ServerFault, TransportError, ResponseError.

        Source: content-posting-api-reference-get-video-status (2026).
        """
        return await self._call(
            lambda token: posting.status(self._endpoints, token, publish_id),
            posting.read_status,
            timeout_s,
        )

    async def wait(
        self,
        publish_id: str,
        *,
        plan: PollPlan = PATIENT,
        on_status: Callable[[PublishStatus], None] | None = None,
    ) -> PublishStatus:
        """Ask until it is decided; return PUBLISH_COMPLETE, SEND_TO_USER_INBOX or FAILED.

        FAILED does not raise: see `PublishStatus.advice`. Faults of network and server are got
        over. `post_ids` can be empty still: they appear when moderation is over. Raises TimedOut
        when the plan's time is over (nothing is lost: ask again later), and as `status` does.

        Source: content-posting-api-reference-get-video-status (2026).
        """
        poll = following.Poll(plan, time.monotonic())
        while True:
            try:
                status = await self.status(publish_id)
            except TikTokError as error:
                pause_s = poll.after_error(error, time.monotonic())
            else:
                if on_status is not None:
                    on_status(status)
                if status.state.is_final:
                    return status
                pause_s = poll.after_status(status, time.monotonic())
            await sleep(pause_s)

    async def post_video(
        self,
        video: Source,
        post: VideoPost,
        *,
        size_bytes: int | None = None,
        content_type: str | None = None,
        max_chunk_bytes: int = SAFE_CHUNK_BYTES,
        check_creator: bool = True,
        poll: PollPlan = PATIENT,
        on_progress: Callable[[PostProgress], None] | None = None,
    ) -> PostResult:
        """Do it all: creator info, one init, the upload, the wait. Return what became of it.

        The first progress, OPENED, comes before any byte is sent: store its publish_id if the
        process may die. `size_bytes` is needed for a source of one's own, `content_type` for a file
        without a known ending. Without `check_creator` the privacy level is left to TikTok.

        Raises ValueError for a privacy level that the creator cannot choose, whatever
        `creator_info` and `init_video` raise, and from then on PostInterrupted: never post the same
        video again before its status says that it FAILED.

        Source: content-posting-api-reference-direct-post, -media-transfer-guide, 2026-09-11.
        """
        total_bytes = await run_sync(size_of, video, size_bytes)
        plan = plan_chunks(total_bytes, max_chunk_bytes)
        content_type = content_type or following.content_type_of(video)
        if check_creator:
            following.check_privacy(await self.creator_info(), post)
        opened = await self.init_video(post, plan)

        def tell(stage: PostStage, sent_bytes: int, status: PublishStatus | None = None) -> None:
            if on_progress is not None:
                on_progress(PostProgress(opened.publish_id, stage, sent_bytes, total_bytes, status))

        tell(PostStage.OPENED, 0)
        try:
            await self._send(
                opened, video, plan, content_type, lambda sent: tell(PostStage.UPLOADING, sent)
            )
            status = await self.wait(
                opened.publish_id,
                plan=poll,
                on_status=lambda status: tell(PostStage.PROCESSING, total_bytes, status),
            )
        except TikTokError as error:
            raise PostInterrupted(
                error, publish_id=opened.publish_id, upload_url=opened.upload_url
            ) from error
        return PostResult(opened.publish_id, status)

    async def _send(
        self,
        opened: VideoUpload,
        video: Source,
        plan: ChunkPlan,
        content_type: str,
        on_progress: Callable[[int], None],
    ) -> None:
        """Upload; when that fails, go on once from where status says the bytes end."""
        start: int | None = 0
        for first in (True, False):
            try:
                await self.upload(
                    opened.upload_url,
                    video,
                    plan,
                    content_type=content_type,
                    start=start,
                    on_progress=on_progress,
                )
            except (UploadError, TransportError) as error:
                status = await self.status(opened.publish_id)
                start = following.go_on_from(error, status, plan)
                if start is None or (not first and start < plan.size_bytes):
                    raise
            else:
                return
