"""Decisions on the way of a post: ask again or not, go on where, accept what. Without a network."""

from collections.abc import Callable
from pathlib import Path

from tiktok_client.errors import (
    Advice,
    InvalidRequest,
    RateLimited,
    ResponseError,
    ServerFault,
    TikTokError,
    TimedOut,
    TransportError,
    UploadError,
    UploadRefusal,
)
from tiktok_client.limits import UPLOAD_CONTENT_TYPES
from tiktok_client.models.chunks import ChunkPlan
from tiktok_client.models.following import PollPlan, PostProgress, PostStage, Until
from tiktok_client.models.photos import PhotoPost
from tiktok_client.models.posting import CreatorInfo, PublishState, PublishStatus, VideoPost

__all__ = [
    "Poll",
    "Telling",
    "check_privacy",
    "content_type_of",
    "doubt",
    "go_on_from",
    "is_awaited",
]

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


class Telling:
    """Tells the caller's listener how far a flow has come, if there is one."""

    def __init__(
        self,
        listener: Callable[[PostProgress], None] | None,
        publish_id: str,
        total_bytes: int = 0,
    ) -> None:
        self._listener = listener
        self._publish_id = publish_id
        self._total_bytes = total_bytes

    def opened(self) -> None:
        """Init has answered."""
        self._tell(PostStage.OPENED, 0)

    def sent(self, offset: int) -> None:
        """Bytes were handed to the network."""
        self._tell(PostStage.UPLOADING, offset)

    def asked(self, status: PublishStatus) -> None:
        """TikTok has said where the post stands."""
        self._tell(PostStage.PROCESSING, self._total_bytes, status)

    def _tell(self, stage: PostStage, sent: int, status: PublishStatus | None = None) -> None:
        if self._listener is not None:
            self._listener(PostProgress(self._publish_id, stage, sent, self._total_bytes, status))


def is_awaited(status: PublishStatus, until: Until) -> bool:
    """Whether this is what was waited for, or it can come no more.

    spec: status.fetch.status-values, status.send-to-user-inbox, status.inbox-then-complete
    """
    if status.state is PublishState.FAILED or until == "decided":
        return status.state.is_final
    return bool(status.post_ids)


def doubt(error: TransportError | ServerFault | ResponseError) -> None:
    """Advise to look first, after an init whose answer is lost and which may have begun a download.

    Otherwise than before an upload, nothing more is needed then for the post to appear. Only an
    answer in TikTok's own words, and a request that never left, are certain to have done nothing.
    """
    certain = error.code != "" if isinstance(error, ServerFault) else False
    if isinstance(error, TransportError):
        certain = not error.sent
    if not certain:
        error.advice = Advice.ASK_STATUS


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


def check_privacy(info: CreatorInfo, post: VideoPost | PhotoPost) -> None:
    """Raise ValueError if this creator cannot choose the post's privacy level.

    spec: posting.creator-info.privacy-level-options
    """
    if post.privacy_level not in info.privacy_level_options:
        options = ", ".join(info.privacy_level_options)
        raise ValueError(f"@{info.username} may choose {options}, not {post.privacy_level}")


def content_type_of(video: object, said: str | None = None) -> str:
    """The content type: what was said, or by a file's ending; MP4 for what has none.

    Raises ValueError for one that TikTok does not take.

    spec: upload.put.content-type, media.video.formats
    """
    if said is not None:
        if said not in UPLOAD_CONTENT_TYPES:
            raise ValueError(f"TikTok takes {', '.join(UPLOAD_CONTENT_TYPES)}, not {said!r}")
        return said
    name = video if isinstance(video, str | Path) else getattr(video, "name", "")
    suffix = Path(name).suffix if isinstance(name, str | Path) else ""
    try:
        return CONTENT_TYPES[suffix.lower()] if suffix else "video/mp4"
    except KeyError:
        known = ", ".join(CONTENT_TYPES)
        raise ValueError(f"TikTok takes {known}, not {suffix}; or say content_type") from None
