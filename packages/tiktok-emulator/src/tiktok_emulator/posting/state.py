"""What Content Posting remembers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Privacy(StrEnum):
    """Who may watch, in TikTok's spelling."""

    PUBLIC = "PUBLIC_TO_EVERYONE"
    FRIENDS = "MUTUAL_FOLLOW_FRIENDS"
    FOLLOWERS = "FOLLOWER_OF_CREATOR"
    SELF = "SELF_ONLY"


class FailReason(StrEnum):
    """Why a post failed after its upload.

    spec: status.fail.file_format_check_failed, status.fail.duration_check_failed
    spec: status.fail.frame_rate_check_failed, status.fail.picture_size_check_failed
    spec: status.fail.internal, status.fail.auth_removed, status.fail.spam_risk_too_many_posts
    spec: status.fail.spam_risk_user_banned_from_posting
    spec: status.fail.spam_risk_text, status.fail.spam_risk
    Source: status page, 2026-09.
    """

    FILE_FORMAT = "file_format_check_failed"
    DURATION = "duration_check_failed"
    FRAME_RATE = "frame_rate_check_failed"
    PICTURE_SIZE = "picture_size_check_failed"
    INTERNAL = "internal"
    AUTH_REMOVED = "auth_removed"
    TOO_MANY_POSTS = "spam_risk_too_many_posts"
    USER_BANNED = "spam_risk_user_banned_from_posting"
    SPAM_TEXT = "spam_risk_text"
    SPAM = "spam_risk"


@dataclass(slots=True)
class Creator:
    """A TikTok account and the facts that decide what it may post."""

    username: str
    nickname: str
    private: bool = False
    banned: bool = False
    too_many_posts: bool = False
    max_video_post_duration_sec: int = 600
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False
    daily_post_cap: int = 15


@dataclass(frozen=True, slots=True)
class PostInfo:
    """What was asked for a post, at init. `cover_timestamp_ms` None is the first frame."""

    privacy: str
    title: str
    disable_comment: bool
    disable_duet: bool
    disable_stitch: bool
    cover_timestamp_ms: int | None
    brand_content: bool
    brand_organic: bool
    is_aigc: bool


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """How the bytes were announced: `count - 1` equal chunks and a last one with the rest."""

    size_bytes: int
    chunk_bytes: int
    count: int

    def last_index(self, first: int) -> int:
        """The last byte of the chunk that starts at `first`."""
        index = first // self.chunk_bytes
        if index >= self.count - 1:
            return self.size_bytes - 1
        return first + self.chunk_bytes - 1


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it stands on TikTok; its bytes are the file of its upload.

    `info` is what was asked for; `privacy` and the `disable_` flags of the post are what
    TikTok made of it. `public_id_at` is when status/fetch names it, None for never. `cover` is
    a JPEG of the picture at `cover_timestamp_ms`, None if none could be made.
    """

    post_id: int
    publish_id: str
    client_key: str
    username: str
    info: PostInfo
    privacy: Privacy
    disable_comment: bool
    disable_duet: bool
    disable_stitch: bool
    cover_timestamp_ms: int
    size_bytes: int
    sha256: str
    media_type: str
    duration_ms: int
    width: int
    height: int
    frame_rate: float
    created_at: datetime
    public_id_at: datetime | None
    cover: bytes | None = field(default=None, repr=False)

    def shows_id(self, now: datetime) -> bool:
        """Whether status/fetch names the post: public, and through moderation."""
        return self.public_id_at is not None and now >= self.public_id_at


@dataclass(slots=True)
class Outcome:
    """An order for the next `count` finished uploads: this failure, or (None) never an end."""

    fail_reason: FailReason | None
    creator: str | None = None
    count: int = 1
