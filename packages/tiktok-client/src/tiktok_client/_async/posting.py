"""Whole flows: from a video or photos to what became of them, with one init each."""

from collections.abc import AsyncIterable, Callable

from anyio.to_thread import run_sync

from tiktok_client._operations import following
from tiktok_client._operations.chunks import SAFE_CHUNK_BYTES, plan_chunks
from tiktok_client._operations.following import Telling
from tiktok_client._source import Source, size_of
from tiktok_client.errors import PostInterrupted, TikTokError, TransportError, UploadError
from tiktok_client.models.chunks import ChunkPlan
from tiktok_client.models.following import PollPlan, PostProgress, PostResult
from tiktok_client.models.photos import PhotoDraft, PhotoPost
from tiktok_client.models.posting import Opened, VideoPost, VideoUpload

from .feeding import AsyncFeed
from .opening import PATIENT, AsyncOpening
from .sending import AsyncSending

__all__ = ["AsyncPosting"]

OnProgress = Callable[[PostProgress], None]


class AsyncPosting(AsyncOpening, AsyncSending):
    """The Content Posting API for one creator. Reached as `tiktok.posting`.

    `post_...` publishes, `send_...` puts a draft into the creator's inbox. Each opens its post
    once, tells its publish_id as the first progress (store it if the process may die), and waits.
    Before init nothing has happened and errors come as they are; from then on they come as
    PostInterrupted: never post the same again before its status says that it FAILED.

    Source: content-posting-api-reference-direct-post, 2026-09-11.
    """

    async def post_video(
        self,
        video: Source | AsyncIterable[bytes],
        post: VideoPost,
        *,
        size_bytes: int | None = None,
        content_type: str | None = None,
        max_chunk_bytes: int = SAFE_CHUNK_BYTES,
        check_creator: bool = True,
        poll: PollPlan = PATIENT,
        on_progress: OnProgress | None = None,
    ) -> PostResult:
        """Do it all: creator info, one init, the upload, the wait. Return what became of it.

        The first progress, OPENED, comes before any byte is sent: store its publish_id if the
        process may die. `video` is what `upload` takes. `size_bytes` is needed for a stream and a
        source of one's own, `content_type` for a file without a known ending. Without
        `check_creator` the privacy level is left to TikTok.

        Raises ValueError for a privacy level that the creator cannot choose, whatever
        `creator_info` and `init_video` raise, and from then on PostInterrupted: never post the same
        video again before its status says that it FAILED.

        Source: content-posting-api-reference-direct-post, -media-transfer-guide, 2026-09-11.
        """
        plan = plan_chunks(await run_sync(size_of, video, size_bytes), max_chunk_bytes)
        kind = following.content_type_of(video, content_type)
        if check_creator:
            following.check_privacy(await self.creator_info(), post)
        opened = await self.init_video(post, plan)
        return await self._send(
            "post_video", opened, video, plan, kind, poll=poll, on_progress=on_progress
        )

    async def send_video(
        self,
        video: Source | AsyncIterable[bytes],
        *,
        size_bytes: int | None = None,
        content_type: str | None = None,
        max_chunk_bytes: int = SAFE_CHUNK_BYTES,
        poll: PollPlan = PATIENT,
        on_progress: OnProgress | None = None,
    ) -> PostResult:
        """Put a video into the creator's inbox: one init, the upload, the wait.

        SEND_TO_USER_INBOX is the good end; tell the creator to open the notification in TikTok.
        Arguments as for `post_video`. Raises what `init_inbox_video` raises, and from then on
        PostInterrupted.

        Source: content-posting-api-reference-upload-video (2026), -media-transfer-guide 2026-09-11.
        """
        plan = plan_chunks(await run_sync(size_of, video, size_bytes), max_chunk_bytes)
        kind = following.content_type_of(video, content_type)
        opened = await self.init_inbox_video(plan)
        return await self._send(
            "send_video", opened, video, plan, kind, poll=poll, on_progress=on_progress
        )

    async def post_video_from_url(
        self,
        video_url: str,
        post: VideoPost,
        *,
        check_creator: bool = True,
        poll: PollPlan = PATIENT,
        on_progress: OnProgress | None = None,
    ) -> PostResult:
        """Publish a video that TikTok fetches: creator info, one init, the wait.

        Raises ValueError as `post_video`, whatever `init_video_from_url` raises (its ASK_STATUS
        means: look at the account first), and from then on PostInterrupted.

        Source: content-posting-api-reference-direct-post, -media-transfer-guide, 2026-09-11.
        """
        if check_creator:
            following.check_privacy(await self.creator_info(), post)
        opened = await self.init_video_from_url(post, video_url)
        return await self._follow("post_video_from_url", opened, poll, on_progress)

    async def send_video_from_url(
        self,
        video_url: str,
        *,
        poll: PollPlan = PATIENT,
        on_progress: OnProgress | None = None,
    ) -> PostResult:
        """Put a video that TikTok fetches into the creator's inbox: one init, the wait.

        Raises what `init_inbox_video_from_url` raises, and from then on PostInterrupted.

        Source: content-posting-api-reference-upload-video (2026), -media-transfer-guide 2026-09-11.
        """
        opened = await self.init_inbox_video_from_url(video_url)
        return await self._follow("send_video_from_url", opened, poll, on_progress)

    async def post_photos(
        self,
        post: PhotoPost,
        *,
        check_creator: bool = True,
        poll: PollPlan = PATIENT,
        on_progress: OnProgress | None = None,
    ) -> PostResult:
        """Publish photos, which TikTok fetches: creator info, one init, the wait.

        Raises ValueError as `post_video`, whatever `init_photos` raises (its ASK_STATUS means: look
        at the account first), and from then on PostInterrupted.

        Source: content-posting-api-reference-photo-post, 2026-09-11.
        """
        if check_creator:
            following.check_privacy(await self.creator_info(), post)
        opened = await self.init_photos(post)
        return await self._follow("post_photos", opened, poll, on_progress)

    async def send_photos(
        self,
        draft: PhotoDraft,
        *,
        poll: PollPlan = PATIENT,
        on_progress: OnProgress | None = None,
    ) -> PostResult:
        """Put photos into the creator's inbox: one init, the wait.

        SEND_TO_USER_INBOX is the good end, as for `send_video`. Raises what `init_inbox_photos`
        raises, and from then on PostInterrupted.

        Source: content-posting-api-reference-photo-post, 2026-09-11.
        """
        opened = await self.init_inbox_photos(draft)
        return await self._follow("send_photos", opened, poll, on_progress)

    async def _follow(
        self, flow: str, opened: Opened, poll: PollPlan, on_progress: OnProgress | None
    ) -> PostResult:
        """Wait for what TikTok fetches."""
        telling = Telling(on_progress, opened.publish_id)
        telling.opened()
        try:
            status = await self.wait(opened.publish_id, plan=poll, on_status=telling.asked)
        except TikTokError as error:
            raise PostInterrupted(error, publish_id=opened.publish_id, operation=flow) from error
        return PostResult(opened.publish_id, status)

    async def _send(
        self,
        flow: str,
        opened: VideoUpload,
        video: Source | AsyncIterable[bytes],
        plan: ChunkPlan,
        content_type: str,
        *,
        poll: PollPlan,
        on_progress: OnProgress | None,
    ) -> PostResult:
        """Send every byte, then wait."""
        telling = Telling(on_progress, opened.publish_id, plan.size_bytes)
        telling.opened()
        try:
            await self._send_all(opened, video, plan, content_type, telling)
            status = await self.wait(opened.publish_id, plan=poll, on_status=telling.asked)
        except TikTokError as error:
            raise PostInterrupted(
                error, publish_id=opened.publish_id, upload_url=opened.upload_url, operation=flow
            ) from error
        return PostResult(opened.publish_id, status)

    async def _send_all(
        self,
        opened: VideoUpload,
        video: Source | AsyncIterable[bytes],
        plan: ChunkPlan,
        content_type: str,
        telling: Telling,
    ) -> None:
        """Upload; when that fails, go on once from where status says the bytes end."""
        start: int | None = 0
        feed = AsyncFeed(video, plan.size_bytes)
        try:
            for first in (True, False):
                try:
                    await self._upload(
                        opened.upload_url,
                        feed,
                        plan,
                        content_type=content_type,
                        start=start,
                        on_progress=telling.sent,
                    )
                except (UploadError, TransportError) as error:
                    status = await self.status(opened.publish_id)
                    start = following.go_on_from(error, status, plan)
                    if start is None or (not first and start < plan.size_bytes):
                        raise
                else:
                    return
        finally:
            await feed.aclose()
