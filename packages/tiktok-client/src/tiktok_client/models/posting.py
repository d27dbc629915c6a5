"""What posting a video gives and takes. Names in TikTok's words, booleans positive.

Unknown enum values do not fail: states and reasons become `UNKNOWN` beside their raw text, and
privacy levels stay plain strings. `raw` is the whole `data` object, unknown fields included.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tiktok_client.errors import Advice
from tiktok_client.limits import MAX_TITLE_UNITS

__all__ = [
    "ChunkReceipt",
    "CreatorInfo",
    "FailReason",
    "Opened",
    "PrivacyLevel",
    "PublishState",
    "PublishStatus",
    "VideoPost",
    "VideoUpload",
    "utf16_units",
]


def utf16_units(text: str) -> int:
    """Count as TikTok counts captions: in UTF-16 code units, so that most emoji count 2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class PrivacyLevel(StrEnum):
    """Who may see a post. Only those in `CreatorInfo.privacy_level_options` are accepted.

    spec: posting.init.privacy-level
    """

    PUBLIC_TO_EVERYONE = "PUBLIC_TO_EVERYONE"
    MUTUAL_FOLLOW_FRIENDS = "MUTUAL_FOLLOW_FRIENDS"
    FOLLOWER_OF_CREATOR = "FOLLOWER_OF_CREATOR"
    SELF_ONLY = "SELF_ONLY"


@dataclass(frozen=True, slots=True)
class CreatorInfo:
    """What this creator may post right now. Ask again whenever a composer opens.

    `avatar_url` works for two hours. `max_video_post_duration_s` bounds a Direct Post. The options
    are not always three, and an unaudited app is offered levels that init then refuses.

    spec: media.video.duration
    """

    username: str
    nickname: str
    avatar_url: str
    privacy_level_options: tuple[PrivacyLevel | str, ...]
    allows_comment: bool
    allows_duet: bool
    allows_stitch: bool
    max_video_post_duration_s: int
    log_id: str | None = None
    raw: Mapping[str, object] = field(repr=False, compare=False, default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPost:
    """What a Direct Post says about itself.

    Interactions are off unless allowed, as TikTok's guidelines want. `cover_timestamp_ms` is the
    frame to use as cover; TikTok takes the first one when it is None or beyond the end.
    `brand_content` is a paid partnership for a third party, `brand_organic` promotes one's own
    business.

    Raises ValueError for a title over 2,200 UTF-16 units or a negative cover time.
    """

    privacy_level: PrivacyLevel | str
    title: str | None = None
    allow_comment: bool = False
    allow_duet: bool = False
    allow_stitch: bool = False
    cover_timestamp_ms: int | None = None
    brand_content: bool = False
    brand_organic: bool = False
    is_aigc: bool = False

    def __post_init__(self) -> None:
        units = utf16_units(self.title or "")
        if units > MAX_TITLE_UNITS:
            raise ValueError(f"a title has at most {MAX_TITLE_UNITS} UTF-16 units, not {units}")
        if self.cover_timestamp_ms is not None and self.cover_timestamp_ms < 0:
            raise ValueError("cover_timestamp_ms counts from the start of the video")


@dataclass(frozen=True, slots=True)
class VideoUpload:
    """What init gave: the id to ask about, and where to put the bytes within one hour.

    `upload_url` is a secret: it needs no token.
    """

    publish_id: str
    upload_url: str = field(repr=False)
    log_id: str | None = None
    raw: Mapping[str, object] = field(repr=False, compare=False, default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Opened:
    """TikTok has begun to fetch the media of a post or draft: the id to ask about, or to cancel."""

    publish_id: str
    log_id: str | None = None
    raw: Mapping[str, object] = field(repr=False, compare=False, default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class ChunkReceipt:
    """TikTok took a chunk. `complete` once it has the whole file.

    `received` is the raw `n` of `Content-Range: bytes 0-n/total`; see `ChunkPlan.resume_at`.
    """

    status: int
    complete: bool
    received: int | None
    log_id: str | None = None


class PublishState(StrEnum):
    """Where a publish_id stands.

    PROCESSING_UPLOAD is said from init on, and proves no arrival; PROCESSING_DOWNLOAD is its like
    for media that TikTok fetches. SEND_TO_USER_INBOX: a draft is where its creator can finish it.
    PUBLISH_COMPLETE: it is posted, which for a draft was done by the creator.

    spec: status.fetch.status-values, status.processing-download, status.send-to-user-inbox
    spec: status.inbox-then-complete
    """

    PROCESSING_UPLOAD = "PROCESSING_UPLOAD"
    PROCESSING_DOWNLOAD = "PROCESSING_DOWNLOAD"
    SEND_TO_USER_INBOX = "SEND_TO_USER_INBOX"
    PUBLISH_COMPLETE = "PUBLISH_COMPLETE"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"

    @property
    def is_final(self) -> bool:
        """Whether the API's part is over.

        What can still change: a draft is published, public ids appear after moderation, or go.
        """
        return self in {
            PublishState.SEND_TO_USER_INBOX,
            PublishState.PUBLISH_COMPLETE,
            PublishState.FAILED,
        }


class FailReason(StrEnum):
    """Why a post failed after its upload.

    spec: status.fail.file_format_check_failed, status.fail.duration_check_failed
    spec: status.fail.frame_rate_check_failed, status.fail.picture_size_check_failed
    spec: status.fail.internal, status.fail.auth_removed, status.fail.spam_risk_too_many_posts
    spec: status.fail.spam_risk_user_banned_from_posting, status.fail.spam_risk_text
    spec: status.fail.spam_risk, status.fail.video_pull_failed, status.fail.photo_pull_failed
    spec: status.fail.publish_cancelled
    """

    FILE_FORMAT_CHECK_FAILED = "file_format_check_failed"
    DURATION_CHECK_FAILED = "duration_check_failed"
    FRAME_RATE_CHECK_FAILED = "frame_rate_check_failed"
    PICTURE_SIZE_CHECK_FAILED = "picture_size_check_failed"
    INTERNAL = "internal"
    VIDEO_PULL_FAILED = "video_pull_failed"
    PHOTO_PULL_FAILED = "photo_pull_failed"
    PUBLISH_CANCELLED = "publish_cancelled"
    AUTH_REMOVED = "auth_removed"
    SPAM_RISK_TOO_MANY_POSTS = "spam_risk_too_many_posts"
    SPAM_RISK_USER_BANNED_FROM_POSTING = "spam_risk_user_banned_from_posting"
    SPAM_RISK_TEXT = "spam_risk_text"
    SPAM_RISK = "spam_risk"
    UNKNOWN = "unknown"

    @property
    def advice(self) -> Advice:
        """What to do after a failure with this reason."""
        return FAIL_ADVICE[self]


FAIL_ADVICE: Mapping[FailReason, Advice] = {
    FailReason.FILE_FORMAT_CHECK_FAILED: Advice.FIX_INPUT,
    FailReason.DURATION_CHECK_FAILED: Advice.FIX_INPUT,
    FailReason.FRAME_RATE_CHECK_FAILED: Advice.FIX_INPUT,
    FailReason.PICTURE_SIZE_CHECK_FAILED: Advice.FIX_INPUT,
    FailReason.INTERNAL: Advice.RETRY_LATER,
    FailReason.VIDEO_PULL_FAILED: Advice.RETRY_LATER,
    FailReason.PHOTO_PULL_FAILED: Advice.RETRY_LATER,
    FailReason.PUBLISH_CANCELLED: Advice.GIVE_UP,
    FailReason.AUTH_REMOVED: Advice.REAUTHORISE,
    FailReason.SPAM_RISK_TOO_MANY_POSTS: Advice.RETRY_LATER,
    FailReason.SPAM_RISK_USER_BANNED_FROM_POSTING: Advice.GIVE_UP,
    FailReason.SPAM_RISK_TEXT: Advice.GIVE_UP,
    FailReason.SPAM_RISK: Advice.GIVE_UP,
    FailReason.UNKNOWN: Advice.GIVE_UP,
}


@dataclass(frozen=True, slots=True)
class PublishStatus:
    """What TikTok says about a publish_id.

    `post_ids` are 64-bit numbers as text, filled only for public posts that passed moderation; a
    draft has one for each time that its creator published it. `uploaded_bytes` is a count, and
    `downloaded_bytes` its like for media that TikTok fetches. `raw_state` and `raw_fail_reason` are
    the words on the wire.
    """

    state: PublishState
    fail_reason: FailReason | None
    post_ids: tuple[str, ...]
    uploaded_bytes: int | None
    raw_state: str
    raw_fail_reason: str | None = None
    log_id: str | None = None
    downloaded_bytes: int | None = None
    raw: Mapping[str, object] = field(repr=False, compare=False, default_factory=dict[str, object])

    @property
    def advice(self) -> Advice | None:
        """What to do after FAILED; None in any other state."""
        if self.state is not PublishState.FAILED:
            return None
        return self.fail_reason.advice if self.fail_reason else Advice.GIVE_UP
