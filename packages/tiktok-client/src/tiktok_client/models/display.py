"""What the Display API tells: a creator and their public videos.

A field that was not asked for is None. `raw` is the object as it came, unknown fields included, so
that a field newer than this package can be asked for by its name and read from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .oauth import Scope

__all__ = [
    "BASIC_FIELDS",
    "PROFILE_FIELDS",
    "STATS_FIELDS",
    "UserField",
    "UserInfo",
    "Video",
    "VideoField",
    "VideoPage",
]


class UserField(StrEnum):
    """What can be asked about a creator, each under its `scope`.

    spec: display.user-info.basic-fields, display.user-info.profile-fields
    spec: display.user-info.stats-fields
    Source: tiktok-api-v2-get-user-info (2026).
    """

    OPEN_ID = "open_id"
    UNION_ID = "union_id"
    AVATAR_URL = "avatar_url"
    AVATAR_URL_100 = "avatar_url_100"
    AVATAR_LARGE_URL = "avatar_large_url"
    DISPLAY_NAME = "display_name"
    BIO_DESCRIPTION = "bio_description"
    PROFILE_DEEP_LINK = "profile_deep_link"
    USERNAME = "username"
    IS_VERIFIED = "is_verified"
    FOLLOWER_COUNT = "follower_count"
    FOLLOWING_COUNT = "following_count"
    LIKES_COUNT = "likes_count"
    VIDEO_COUNT = "video_count"

    @property
    def scope(self) -> Scope:
        """The scope without which TikTok refuses a call that asks for this field."""
        if self in PROFILE_FIELDS:
            return Scope.USER_INFO_PROFILE
        return Scope.USER_INFO_STATS if self in STATS_FIELDS else Scope.USER_INFO_BASIC


BASIC_FIELDS = (
    UserField.OPEN_ID,
    UserField.UNION_ID,
    UserField.AVATAR_URL,
    UserField.AVATAR_URL_100,
    UserField.AVATAR_LARGE_URL,
    UserField.DISPLAY_NAME,
)
PROFILE_FIELDS = (
    UserField.BIO_DESCRIPTION,
    UserField.PROFILE_DEEP_LINK,
    UserField.USERNAME,
    UserField.IS_VERIFIED,
)
STATS_FIELDS = (
    UserField.FOLLOWER_COUNT,
    UserField.FOLLOWING_COUNT,
    UserField.LIKES_COUNT,
    UserField.VIDEO_COUNT,
)


class VideoField(StrEnum):
    """What can be asked about a video. `id` is asked for always.

    Source: tiktok-api-v2-video-object (2026).
    """

    ID = "id"
    CREATE_TIME = "create_time"
    COVER_IMAGE_URL = "cover_image_url"
    SHARE_URL = "share_url"
    VIDEO_DESCRIPTION = "video_description"
    DURATION = "duration"
    HEIGHT = "height"
    WIDTH = "width"
    TITLE = "title"
    EMBED_HTML = "embed_html"
    EMBED_LINK = "embed_link"
    LIKE_COUNT = "like_count"
    COMMENT_COUNT = "comment_count"
    SHARE_COUNT = "share_count"
    VIEW_COUNT = "view_count"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInfo:
    """A creator. The first six fields need `user.info.basic`, the next four `.profile`, then stats.

    `open_id` is this person for this app, `union_id` for all apps of one developer. How long the
    avatars' addresses work is not said: do not store them.

    Source: tiktok-api-v2-get-user-info (2026).
    """

    open_id: str | None = None
    union_id: str | None = None
    avatar_url: str | None = None
    avatar_url_100: str | None = None
    avatar_large_url: str | None = None
    display_name: str | None = None
    bio_description: str | None = None
    profile_deep_link: str | None = None
    username: str | None = None
    is_verified: bool | None = None
    follower_count: int | None = None
    following_count: int | None = None
    likes_count: int | None = None
    video_count: int | None = None
    log_id: str | None = None
    raw: Mapping[str, object] = field(repr=False, compare=False, default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A public video of the creator.

    `cover_image_url` works for 6 hours: ask again with `query_videos` rather than store it. TikTok
    gives at most 150 characters of `title` and `video_description`, though a caption may have been
    longer. `share_url` names your app in its query.

    Source: tiktok-api-v2-video-object (2026).
    """

    id: str
    created_at: datetime | None = None
    cover_image_url: str | None = None
    share_url: str | None = None
    video_description: str | None = None
    duration_s: int | None = None
    height: int | None = None
    width: int | None = None
    title: str | None = None
    embed_html: str | None = None
    embed_link: str | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    view_count: int | None = None
    raw: Mapping[str, object] = field(repr=False, compare=False, default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class VideoPage:
    """Some of a creator's public videos, newest first.

    The next page is asked for with `cursor` (Unix milliseconds: videos from before it) while
    `has_more`. A page can be shorter than asked for, even empty, and there is more all the same.
    """

    videos: tuple[Video, ...]
    cursor: int | None
    has_more: bool
    log_id: str | None = None
    raw: Mapping[str, object] = field(repr=False, compare=False, default_factory=dict[str, object])
