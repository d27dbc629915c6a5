# Generated from _async/opening.py by tools/unasync.py. Edit that file.
"""What is asked about posts with a token: what is allowed, open one, where is it, stop it."""

import time
from collections.abc import Callable

from tiktok_client._blocking import sleep

from tiktok_client._operations import following, photos, posting
from tiktok_client._operations.wire import Request
from tiktok_client.errors import ResponseError, ServerFault, TikTokError, TransportError
from tiktok_client.models.chunks import ChunkPlan
from tiktok_client.models.following import PollPlan, Until
from tiktok_client.models.photos import PhotoDraft, PhotoPost
from tiktok_client.models.posting import (
    CreatorInfo,
    Opened,
    PublishStatus,
    VideoPost,
    VideoUpload,
)

from .calls import Calls

__all__ = ["PATIENT", "Opening"]

PATIENT = PollPlan()


class Opening(Calls):
    """The JSON calls of the Content Posting API.

    Source: content-posting-api-reference-direct-post, 2026-09-11.
    """

    def creator_info(self, *, timeout_s: float | None = None) -> CreatorInfo:
        """Ask what this creator may post right now; at most 20 times a minute.

        Raises PostingRefused when they cannot post at present (TikTok says so with HTTP 200),
        TokenInvalid, ScopeMissing, RateLimited, TransportError, ResponseError.

        Source: content-posting-api-reference-query-creator-info (2026).
        """
        return self._call(
            lambda token: posting.creator_info(self._endpoints, token),
            posting.read_creator_info,
            timeout_s,
        )

    def init_video(
        self, post: VideoPost, plan: ChunkPlan, *, timeout_s: float | None = None
    ) -> VideoUpload:
        """Open a Direct Post; at most 6 times a minute. Nothing can appear before bytes are sent.

        There is no idempotency key: a repeated init is another post once it gets its bytes.
        Raises InvalidRequest, PostingRefused, TokenInvalid, ScopeMissing, RateLimited, ServerFault,
        TransportError, ResponseError.

        Source: content-posting-api-reference-direct-post, 2026-09-11.
        """
        return self._call(
            lambda token: posting.init_video(self._endpoints, token, post, plan),
            posting.read_video_upload,
            timeout_s,
        )

    def init_video_from_url(
        self, post: VideoPost, video_url: str, *, timeout_s: float | None = None
    ) -> Opened:
        """Open a Direct Post of a video that TikTok fetches; shares the 6 a minute of `init_video`.

        The address must be https, under a domain or prefix that the app has verified, must not
        redirect, and must stay reachable until the download is over, at most an hour. It begins at
        once, so this publishes: when the answer is lost the advice is ASK_STATUS, and opening it
        again may post it twice.

        Raises ValueError for an address that is not https or has an IP address as host,
        MediaRejected (`url_ownership_unverified`), and as `init_video`.

        Source: content-posting-api-reference-direct-post, -media-transfer-guide, 2026-09-11.
        """
        return self._open_pull(
            lambda token: posting.init_video_from_url(self._endpoints, token, post, video_url),
            timeout_s,
        )

    def init_inbox_video(self, plan: ChunkPlan, *, timeout_s: float | None = None) -> VideoUpload:
        """Open a draft for the creator's inbox; at most 6 times a minute. Scope `video.upload`.

        Nothing is said about the post: its creator finishes it in TikTok's app, and must be told to
        open the notification there. At most 5 such shares may wait for them in 24 hours; then
        PostingRefused (`spam_risk_too_many_pending_share`). A video of up to 10 minutes is taken.

        Raises as `init_video`.

        spec: inbox.video.init.caps, inbox.video.init.refusals, inbox.video.init.duration
        spec: limits.pending-shares
        Source: content-posting-api-reference-upload-video (2026).
        """
        return self._call(
            lambda token: posting.init_inbox_video(self._endpoints, token, plan),
            posting.read_video_upload,
            timeout_s,
        )

    def init_inbox_video_from_url(
        self, video_url: str, *, timeout_s: float | None = None
    ) -> Opened:
        """Open a draft of a video that TikTok fetches. Address as for `init_video_from_url`.

        Raises as that does; PostingRefused and the creator's part as for `init_inbox_video`.

        Source: content-posting-api-reference-upload-video (2026).
        """
        return self._open_pull(
            lambda token: posting.init_inbox_video_from_url(self._endpoints, token, video_url),
            timeout_s,
        )

    def init_photos(self, post: PhotoPost, *, timeout_s: float | None = None) -> Opened:
        """Open a Direct Post of photos, which TikTok fetches; at most 6 times a minute.

        Photos and drafts of photos share these 6. Addresses and lost answers as for
        `init_video_from_url`; raises as that does.

        Source: content-posting-api-reference-photo-post, 2026-09-11.
        """
        return self._open_pull(
            lambda token: photos.init_photos(self._endpoints, token, post), timeout_s
        )

    def init_inbox_photos(self, draft: PhotoDraft, *, timeout_s: float | None = None) -> Opened:
        """Open a draft of photos for the creator's inbox. Scope `video.upload`.

        Limits as for `init_photos`, the creator's part as for `init_inbox_video`. Raises as they
        do, and PostingRefused (`app_version_check_failed`) if their app is older than 31.8.

        Source: content-posting-api-reference-photo-post, 2026-09-11.
        """
        return self._open_pull(
            lambda token: photos.init_inbox_photos(self._endpoints, token, draft), timeout_s
        )

    def cancel(self, publish_id: str, *, timeout_s: float | None = None) -> None:
        """Stop a download by TikTok that is under way: a video from a URL, or photos.

        A yes is best effort: ask for the status, which becomes FAILED with `publish_cancelled`. An
        upload of ours has nothing to cancel: without its bytes nothing is published. No page says
        how often this may be called.

        Raises InvalidRequest (`publish_not_cancellable`: too late, or no download;
        `invalid_publish_id`), AuthError for another creator's, and as `status`.

        spec: limits.cancel-per-minute
        Source: content-posting-api-media-transfer-guide, 2026-09-11.
        """
        self._call(
            lambda token: posting.cancel(self._endpoints, token, publish_id),
            posting.read_cancelled,
            timeout_s,
        )

    def status(self, publish_id: str, *, timeout_s: float | None = None) -> PublishStatus:
        """Ask where a publish_id stands; at most 30 times a minute for a creator.

        Raises InvalidRequest (`invalid_publish_id`, also for one that is too fresh), AuthError,
        TokenInvalid, RateLimited, ServerFault, TransportError, ResponseError.

        Source: content-posting-api-reference-get-video-status (2026).
        """
        return self._call(
            lambda token: posting.status(self._endpoints, token, publish_id),
            posting.read_status,
            timeout_s,
        )

    def wait(
        self,
        publish_id: str,
        *,
        plan: PollPlan = PATIENT,
        until: Until = "decided",
        on_status: Callable[[PublishStatus], None] | None = None,
    ) -> PublishStatus:
        """Ask until it is decided; return PUBLISH_COMPLETE, SEND_TO_USER_INBOX or FAILED.

        FAILED does not raise: see `PublishStatus.advice`. Faults of network and server are got
        over. `post_ids` can be empty still: they appear when moderation is over. To wait for the
        first of them say `until="public_id"`: a post that is not public never gets one, and a draft
        only when its creator has published it.

        Raises TimedOut when the plan's time is over (nothing is lost: ask again later), and as
        `status` does.

        Source: content-posting-api-reference-get-video-status (2026).
        """
        poll = following.Poll(plan, time.monotonic())
        while True:
            try:
                status = self.status(publish_id)
            except TikTokError as error:
                pause_s = poll.after_error(error, time.monotonic())
            else:
                if on_status is not None:
                    on_status(status)
                if following.is_awaited(status, until):
                    return status
                pause_s = poll.after_status(status, time.monotonic())
            sleep(pause_s)

    def _open_pull(self, build: Callable[[str], Request], timeout_s: float | None) -> Opened:
        try:
            return self._call(build, posting.read_opened, timeout_s)
        except (TransportError, ServerFault, ResponseError) as error:
            following.doubt(error)
            raise
