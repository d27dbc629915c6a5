"""What Content Posting remembers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal


class Privacy(StrEnum):
    """Who may watch, in TikTok's spelling."""

    PUBLIC = "PUBLIC_TO_EVERYONE"
    FRIENDS = "MUTUAL_FOLLOW_FRIENDS"
    FOLLOWERS = "FOLLOWER_OF_CREATOR"
    SELF = "SELF_ONLY"


AccountState = Literal["active", "deleted", "underage", "banned"]


class Medium(StrEnum):
    """What is posted; also the word in the address of a post."""

    VIDEO = "video"
    PHOTO = "photo"


class Aim(StrEnum):
    """Where a publish ends, in the spelling of a webhook's `publish_type`.

    spec: webhook.publish-type
    Source: status page, 2026-09 (INBOX_SHARE); observed 2026-02 (DIRECT_PUBLISH).
    """

    DIRECT = "DIRECT_PUBLISH"
    INBOX = "INBOX_SHARE"


class FailReason(StrEnum):
    """Why a post failed after its init.

    spec: status.fail.file_format_check_failed, status.fail.duration_check_failed
    spec: status.fail.frame_rate_check_failed, status.fail.picture_size_check_failed
    spec: status.fail.internal, status.fail.auth_removed, status.fail.spam_risk_too_many_posts
    spec: status.fail.spam_risk_user_banned_from_posting
    spec: status.fail.spam_risk_text, status.fail.spam_risk
    spec: status.fail.video_pull_failed, status.fail.photo_pull_failed
    spec: status.fail.publish_cancelled
    Source: status page, 2026-09.
    """

    FILE_FORMAT = "file_format_check_failed"
    DURATION = "duration_check_failed"
    FRAME_RATE = "frame_rate_check_failed"
    PICTURE_SIZE = "picture_size_check_failed"
    INTERNAL = "internal"
    VIDEO_PULL = "video_pull_failed"
    PHOTO_PULL = "photo_pull_failed"
    CANCELLED = "publish_cancelled"
    AUTH_REMOVED = "auth_removed"
    TOO_MANY_POSTS = "spam_risk_too_many_posts"
    USER_BANNED = "spam_risk_user_banned_from_posting"
    SPAM_TEXT = "spam_risk_text"
    SPAM = "spam_risk"


@dataclass(slots=True)
class Creator:
    """A TikTok account and the facts that decide what it may post.

    `banned` is banned from posting. `account` other than active is the end of the account
    itself: nobody can sign in with it. `likes_count` and `video_count` None are counted from
    its public videos.
    """

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
    old_app_version: bool = False
    pending_share_cap: int = 5
    account: AccountState = "active"
    bio_description: str = ""
    is_verified: bool = False
    follower_count: int = 0
    following_count: int = 0
    likes_count: int | None = None
    video_count: int | None = None


@dataclass(frozen=True, slots=True)
class PostInfo:
    """What was asked for a post, at init; of a draft the title and the description at most.

    `cover_timestamp_ms` None is the first frame. `description`, `auto_add_music` and
    `cover_index` (from 0) are for photos.
    """

    privacy: str = ""
    title: str = ""
    disable_comment: bool = False
    disable_duet: bool = False
    disable_stitch: bool = False
    cover_timestamp_ms: int | None = None
    brand_content: bool = False
    brand_organic: bool = False
    is_aigc: bool = False
    description: str = ""
    auto_add_music: bool = False
    cover_index: int = 0


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
class Photo:
    """One picture of a photo post, in the file it was downloaded to."""

    path: Path
    media_type: str
    width: int
    height: int
    size_bytes: int
    sha256: str


@dataclass(slots=True, eq=False, kw_only=True)
class Post:
    """A post as it stands on TikTok; its bytes are the files of its publish.

    `info` is what was asked for; `privacy` and the `disable_` flags of the post are what
    TikTok made of it. `public_id_at` is when it is (or was to be) public for everyone and
    status/fetch names it, None while it is not public; `is_announced` whether that was told.
    `cover` is a JPEG of the picture at `cover_timestamp_ms`, None if none could be made. Of
    photos, the media facts are those of the cover. `is_direct`: posted by the API itself, not
    by a person who finished a draft.
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
    cover_timestamp_ms: int = 0
    size_bytes: int
    sha256: str
    media_type: str = ""
    duration_ms: int = 0
    width: int = 0
    height: int = 0
    frame_rate: float = 0
    created_at: datetime
    public_id_at: datetime | None = None
    cover: bytes | None = field(default=None, repr=False)
    medium: Medium = Medium.VIDEO
    photos: tuple[Photo, ...] = ()
    is_direct: bool = True
    is_announced: bool = False
    deleted_at: datetime | None = None

    def shows_id(self, now: datetime) -> bool:
        """Whether status/fetch names the post: public, and through moderation."""
        return self.public_id_at is not None and now >= self.public_id_at


@dataclass(slots=True)
class Outcome:
    """An order for the next `count` publishes whose bytes are in.

    They fail for this reason or, if it is None, never come to an end.
    """

    fail_reason: FailReason | None
    creator: str | None = None
    count: int = 1
