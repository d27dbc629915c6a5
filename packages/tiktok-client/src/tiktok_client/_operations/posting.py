"""Creator info, opening videos, status and cancel: without a network.

Source: content-posting-api-reference-direct-post 2026-09-11, -upload-video, -query-creator-info and
-get-video-status (2026), content-posting-api-media-transfer-guide 2026-09-11.
"""

import json
from typing import TypeVar

from tiktok_client.endpoints import Endpoints
from tiktok_client.models.chunks import ChunkPlan
from tiktok_client.models.posting import (
    CreatorInfo,
    FailReason,
    Opened,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    VideoPost,
    VideoUpload,
)

from .wire import JSON, Request, Response, bearer, read_data

__all__ = [
    "cancel",
    "check_address",
    "creator_info",
    "init_inbox_video",
    "init_inbox_video_from_url",
    "init_video",
    "init_video_from_url",
    "post_info",
    "post_json",
    "read_cancelled",
    "read_creator_info",
    "read_opened",
    "read_status",
    "read_video_upload",
    "source_info",
    "status",
]

VIDEO_INIT = "/v2/post/publish/video/init/"
INBOX_INIT = "/v2/post/publish/inbox/video/init/"
E = TypeVar("E", PrivacyLevel, PublishState, FailReason)


def post_json(operation: str, url: str, token: str, body: object) -> Request:
    """A POST of JSON on behalf of a creator. If several things are wrong, TikTok tells the first.

    spec: envelope.json-body, envelope.check-order
    """
    headers = bearer(token) | {"Content-Type": JSON}
    return Request(operation, "POST", url, headers, json.dumps(body).encode("ascii"))


def creator_info(endpoints: Endpoints, token: str) -> Request:
    """Ask what this creator may post.

    spec: posting.creator-info
    """
    url = f"{endpoints.api}/v2/post/publish/creator_info/query/"
    return post_json("creator_info", url, token, {})


def read_creator_info(answer: Response) -> CreatorInfo:
    """Read it; unknown privacy levels are kept as text.

    spec: posting.creator-info.privacy-level-options, posting.creator-info.max-duration
    spec: posting.creator-info.comment-disabled, posting.creator-info.duet-disabled
    spec: posting.creator-info.stitch-disabled, posting.creator-info.username
    spec: posting.creator-info.nickname, posting.creator-info.avatar
    spec: posting.creator-info.full-options-unaudited
    """
    data, log_id = read_data(answer)
    options = data.texts("privacy_level_options")
    return CreatorInfo(
        username=data.text("creator_username"),
        nickname=data.text("creator_nickname"),
        avatar_url=data.text("creator_avatar_url"),
        privacy_level_options=tuple(_known(PrivacyLevel, option) or option for option in options),
        allows_comment=not data.boolean("comment_disabled"),
        allows_duet=not data.boolean("duet_disabled"),
        allows_stitch=not data.boolean("stitch_disabled"),
        max_video_post_duration_s=data.integer("max_video_post_duration_sec"),
        log_id=log_id,
        raw=data.values,
    )


def _known(kind: type[E], text: str) -> E | None:
    try:
        return kind(text)
    except ValueError:
        return None


def init_video(endpoints: Endpoints, token: str, post: VideoPost, plan: ChunkPlan) -> Request:
    """Open a Direct Post by FILE_UPLOAD. Nothing can appear before bytes are sent.

    spec: posting.init, posting.init.privacy-mismatch, posting.init.unaudited-public
    spec: posting.init.unaudited-other-privacy, posting.init.sandbox-private
    """
    body = {"post_info": post_info(post), "source_info": source_info(plan)}
    return post_json("video.init", endpoints.api + VIDEO_INIT, token, body)


def init_video_from_url(
    endpoints: Endpoints, token: str, post: VideoPost, video_url: str
) -> Request:
    """Open a Direct Post by PULL_FROM_URL; TikTok begins to fetch at once.

    spec: pull.init
    """
    body = {"post_info": post_info(post), "source_info": pull_info(endpoints, video_url)}
    return post_json("video.init", endpoints.api + VIDEO_INIT, token, body)


def init_inbox_video(endpoints: Endpoints, token: str, plan: ChunkPlan) -> Request:
    """Open a draft by FILE_UPLOAD. Nothing is said about the post: its creator does that.

    spec: inbox.video.init, inbox.video.init.no-post-info, inbox.video.init.scope
    spec: inbox.video.init.plan, inbox.video.init.ids
    """
    body = {"source_info": source_info(plan)}
    return post_json("inbox.video.init", endpoints.api + INBOX_INIT, token, body)


def init_inbox_video_from_url(endpoints: Endpoints, token: str, video_url: str) -> Request:
    """Open a draft by PULL_FROM_URL; TikTok begins to fetch at once.

    spec: inbox.video.init, pull.init
    """
    body = {"source_info": pull_info(endpoints, video_url)}
    return post_json("inbox.video.init", endpoints.api + INBOX_INIT, token, body)


def pull_info(endpoints: Endpoints, video_url: str) -> dict[str, str]:
    """Where TikTok fetches the video. Raises ValueError where it never would.

    spec: pull.init.video-url, pull.init.unverified, pull.init.no-redirect, pull.init.timeout
    """
    check_address(endpoints, "video_url", video_url)
    return {"source": "PULL_FROM_URL", "video_url": video_url}


def check_address(endpoints: Endpoints, name: str, url: str) -> None:
    """Raise ValueError, naming the field but not the address, unless TikTok can fetch from it."""
    if not endpoints.allows_pull(url):
        raise ValueError(f"{name} must be an https address whose host is a name, not an IP address")


def post_info(post: VideoPost) -> dict[str, str | bool | int]:
    """What is said about the post, in TikTok's words: interactions negated, absent is absent.

    Nothing that is no field is ever sent: TikTok would ignore it.

    spec: posting.init.title, posting.init.disable-duet, posting.init.disable-stitch
    spec: posting.init.disable-comment, posting.init.cover-timestamp, posting.init.brand-content
    spec: posting.init.brand-organic, posting.init.is-aigc, posting.init.brand-content-private
    spec: posting.init.unknown-fields
    """
    said: dict[str, str | bool | int] = {
        "privacy_level": str(post.privacy_level),
        "disable_comment": not post.allow_comment,
        "disable_duet": not post.allow_duet,
        "disable_stitch": not post.allow_stitch,
        "brand_content_toggle": post.brand_content,
        "brand_organic_toggle": post.brand_organic,
        "is_aigc": post.is_aigc,
    }
    if post.title is not None:
        said["title"] = post.title
    if post.cover_timestamp_ms is not None:
        said["video_cover_timestamp_ms"] = post.cover_timestamp_ms
    return said


def source_info(plan: ChunkPlan) -> dict[str, str | int]:
    """Where the bytes come from.

    spec: posting.init.source, posting.init.video-size, posting.init.chunk-size
    spec: posting.init.total-chunk-count
    """
    return {
        "source": "FILE_UPLOAD",
        "video_size": plan.size_bytes,
        "chunk_size": plan.chunk_bytes,
        "total_chunk_count": plan.count,
    }


def read_video_upload(answer: Response) -> VideoUpload:
    """Read where to put the bytes. The address is not judged here but before bytes are sent.

    spec: posting.init.publish-id, posting.init.upload-url
    """
    data, log_id = read_data(answer)
    return VideoUpload(
        publish_id=data.text("publish_id"),
        upload_url=data.text("upload_url"),
        log_id=log_id,
        raw=data.values,
    )


def read_opened(answer: Response) -> Opened:
    """Read the id of a post or draft whose media TikTok fetches itself.

    spec: pull.init.ids, photo.init.publish-id, photo.init.ids
    """
    data, log_id = read_data(answer)
    return Opened(publish_id=data.text("publish_id"), log_id=log_id, raw=data.values)


def cancel(endpoints: Endpoints, token: str, publish_id: str) -> Request:
    """Stop a download that is under way.

    spec: cancel, cancel.pull-only, cancel.not-cancellable, cancel.invalid-publish-id
    spec: cancel.wrong-user, cancel.event
    """
    url = f"{endpoints.api}/v2/post/publish/cancel/"
    return post_json("cancel", url, token, {"publish_id": publish_id})


def read_cancelled(answer: Response) -> None:
    """Read a yes, which has no data.

    spec: cancel.no-data
    """
    read_data(answer)


def status(endpoints: Endpoints, token: str, publish_id: str) -> Request:
    """Ask about a publish_id.

    spec: status.fetch, status.fetch.invalid-publish-id, status.fetch.wrong-user
    """
    url = f"{endpoints.api}/v2/post/publish/status/fetch/"
    return post_json("status", url, token, {"publish_id": publish_id})


def read_status(answer: Response) -> PublishStatus:
    """Read it. The misspelled field name is TikTok's.

    spec: status.fetch.fail-reason, status.fetch.post-id, status.fetch.post-id-int64
    spec: status.fetch.post-id-only-public, status.fetch.uploaded-bytes
    spec: status.downloaded-bytes, status.drafts-many-ids, status.fetch.listed-fields-only
    spec: posting.init.processing-upload-from-init
    """
    data, log_id = read_data(answer)
    said = data.text("status")
    reason = data.optional_text("fail_reason")
    return PublishStatus(
        state=_known(PublishState, said) or PublishState.UNKNOWN,
        fail_reason=(_known(FailReason, reason) or FailReason.UNKNOWN) if reason else None,
        post_ids=data.ids("publicaly_available_post_id"),
        uploaded_bytes=data.optional_integer("uploaded_bytes"),
        raw_state=said,
        raw_fail_reason=reason,
        log_id=log_id,
        downloaded_bytes=data.optional_integer("downloaded_bytes"),
        raw=data.values,
    )
