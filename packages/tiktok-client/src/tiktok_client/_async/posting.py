"""Posting a video: what is allowed, open the post, send the bytes, ask how it went."""

from collections.abc import Callable
from typing import TypeVar

from anyio import sleep

from tiktok_client._operations import posting, upload
from tiktok_client._operations.wire import Request, Response
from tiktok_client._source import Source
from tiktok_client.endpoints import Endpoints
from tiktok_client.errors import TokenInvalid, TransportError, UploadError
from tiktok_client.models.chunks import Chunk, ChunkPlan
from tiktok_client.models.posting import (
    ChunkReceipt,
    CreatorInfo,
    PublishStatus,
    VideoPost,
    VideoUpload,
)

from .slots import AsyncLimiter, paced
from .tokens import TokenFunction, TokenProvider, current
from .transport import AsyncTransport

__all__ = ["AsyncPosting"]

T = TypeVar("T")


class AsyncPosting:
    """The Content Posting API for one creator. Reached as `tiktok.posting`.

    Source: content-posting-api-reference-direct-post, 2026-09-11.
    """

    def __init__(
        self,
        token: str | TokenProvider | TokenFunction | None,
        endpoints: Endpoints,
        transport: AsyncTransport,
        limiter: AsyncLimiter | None = None,
        user: str = "",
    ) -> None:
        self._tokens = token
        self._endpoints = endpoints
        self._transport = transport
        self._limiter = limiter
        self._user = user

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

    async def _call(
        self,
        build: Callable[[str], Request],
        read: Callable[[Response], T],
        timeout_s: float | None,
    ) -> T:
        """Make a call; after a 401, which did nothing, once more if the provider has a new token.

        spec: error.access_token_invalid
        """
        token = await current(self._tokens)
        try:
            return await self._once(build(token), read, timeout_s)
        except TokenInvalid:
            if not isinstance(self._tokens, TokenProvider):
                raise
            await self._tokens.rejected(token)
            fresh = await self._tokens.get()
            if fresh == token:
                raise
        try:
            return await self._once(build(fresh), read, timeout_s)
        except TokenInvalid:
            await self._tokens.rejected(fresh)
            raise

    async def _once(
        self, request: Request, read: Callable[[Response], T], timeout_s: float | None
    ) -> T:
        if self._limiter is None:
            return await self._transport.call(request, read, timeout_s=timeout_s)
        return await paced(
            self._limiter, self._user, self._transport, request, read, timeout_s=timeout_s
        )
