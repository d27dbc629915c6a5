"""Decisions on the way of a post: ask again or not, go on where, accept what. Without a network."""

from pathlib import Path

from tiktok_client._source import Source
from tiktok_client.errors import (
    Advice,
    InvalidRequest,
    RateLimited,
    TikTokError,
    TimedOut,
    TransportError,
    UploadError,
    UploadRefusal,
)
from tiktok_client.models.chunks import ChunkPlan
from tiktok_client.models.following import PollPlan
from tiktok_client.models.posting import CreatorInfo, PublishStatus, VideoPost

__all__ = ["Poll", "check_privacy", "content_type_of", "go_on_from"]

CONTENT_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}
# A publish_id that is too fresh was seen to be refused at first; one of these is enough to pass.
FRESH_QUESTIONS = 3
PASSING = frozenset({Advice.RETRY, Advice.RETRY_LATER})
# After these the address is of no more use, whatever the status says about the bytes.
DEAD_ADDRESS = frozenset(
    {UploadRefusal.EXPIRED, UploadRefusal.UNKNOWN, UploadRefusal.REJECTED, UploadRefusal.OTHER}
)


class Poll:
    """One post being asked about. Times are seconds of one steady clock."""

    def __init__(self, plan: PollPlan, started: float) -> None:
        self._pauses = plan.pauses_s()
        self._timeout_s = plan.timeout_s
        self._deadline = started + plan.timeout_s
        self._asked = 0

    def after_status(self, status: PublishStatus, now: float) -> float:
        """Return the pause before the next question. Raises TimedOut if it would be too late.

        spec: status.fetch.status-values
        """
        return self._pause(now, 0.0, f"TikTok says {status.raw_state}", None)

    def after_error(self, error: TikTokError, now: float) -> float:
        """The same after a question that failed; asking again changes nothing, so faults pass.

        Raises `error` itself if it does not pass.

        spec: status.fetch.invalid-publish-id
        """
        fresh = isinstance(error, InvalidRequest) and self._asked < FRESH_QUESTIONS
        if error.advice not in PASSING and not fresh:
            raise error
        told_s = error.retry_after if isinstance(error, RateLimited) else None
        return self._pause(now, told_s or 0.0, "the last question failed", error)

    def _pause(self, now: float, least_s: float, last: str, cause: TikTokError | None) -> float:
        self._asked += 1
        pause_s = max(next(self._pauses), least_s)
        if now + pause_s > self._deadline:
            text = f"not decided within {self._timeout_s:g} s; {last}"
            raise TimedOut(text, operation="status", sent=True) from cause
        return pause_s


def go_on_from(
    error: UploadError | TransportError, status: PublishStatus, plan: ChunkPlan
) -> int | None:
    """Where to go on after an upload that failed, by what status says; None if nowhere.

    The file's size means that every byte is there.

    spec: status.fetch.uploaded-bytes
    """
    if status.state.is_final or status.uploaded_bytes == plan.size_bytes:
        return plan.size_bytes
    if isinstance(error, UploadError) and error.kind in DEAD_ADDRESS:
        return None
    return None if status.uploaded_bytes is None else plan.resume_at(status.uploaded_bytes)


def check_privacy(info: CreatorInfo, post: VideoPost) -> None:
    """Raise ValueError if this creator cannot choose the post's privacy level.

    spec: posting.creator-info.privacy-level-options
    """
    if post.privacy_level not in info.privacy_level_options:
        options = ", ".join(info.privacy_level_options)
        raise ValueError(f"@{info.username} may choose {options}, not {post.privacy_level}")


def content_type_of(video: Source) -> str:
    """The content type by a file's ending; MP4 for what has none. Raises ValueError for others.

    spec: upload.put.content-type, media.video.formats
    """
    if not isinstance(video, Path) or not video.suffix:
        return "video/mp4"
    try:
        return CONTENT_TYPES[video.suffix.lower()]
    except KeyError:
        known = ", ".join(CONTENT_TYPES)
        raise ValueError(f"TikTok takes {known}, not {video.suffix}; or say content_type") from None
