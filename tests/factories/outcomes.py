"""What becomes of a post for each thing TikTok can say: the table that tests hold, and docs show.

`packages/postwright/tests/publishing/test_outcomes.py` makes the emulator say each of them to a
whole service and compares; `docs/reference/outcomes.md` is written from the same rows.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from postwright.connections.disconnect import Told
from postwright.errors import Advice
from postwright.publishing.states import State


class What(StrEnum):
    """What is posted in a case."""

    VIDEO = "video"
    PHOTOS = "photos"
    DRAFT = "draft of a video"
    PULLED = "video that TikTok fetches"
    DRAFT_PHOTOS = "draft of photos"
    CANCELLED = "photos that are cancelled after TikTok has fetched them"


class Then(StrEnum):
    """How it goes on when TikTok says so no longer."""

    BY_ITSELF = "goes out by itself"
    RECONNECTED = "goes out when the account is connected again"
    ASKED = "is unconfirmed after a day; a person looks, and says: postwright reconcile"
    NEVER = "has ended; postwright retry begins anew"


@dataclass(frozen=True, slots=True)
class Case:
    """One answer to one call, as long as it is given, and what it makes of a post.

    `call` is the emulator's name for it, `status` the HTTP status. `count` is how often it is
    said; None is always. `reason` is the publication's hold reason, or its end code.
    """

    call: str
    code: str
    status: int
    state: State
    reason: str
    advice: Advice
    then: Then
    what: What = What.VIDEO
    count: int | None = None

    @property
    def name(self) -> str:
        """What tests call it."""
        return f"{self.call}-{self.code}-{self.status}-{self.what.name.lower()}"


@dataclass(frozen=True, slots=True)
class Failing:
    """A reason that TikTok's status gives for a failure."""

    code: str
    state: State
    advice: Advice
    then: Then
    what: What = What.VIDEO


@dataclass(frozen=True, slots=True)
class Leaving:
    """An answer to the call that gives an account's authorisation back. `told` is what is said."""

    code: str
    status: int
    told: Told
    advice: Advice


HELD, FAILED, PUBLISHED = State.HELD, State.FAILED, State.PUBLISHED
ITSELF, RECONNECTED, NEVER = Then.BY_ITSELF, Then.RECONNECTED, Then.NEVER

CREATOR: Final = tuple(
    Case("creator_info", *row)
    for row in (
        ("invalid_params", 400, FAILED, "invalid_params", Advice.FIX, NEVER),
        ("access_token_invalid", 401, HELD, "unreachable", Advice.RECONNECT, ITSELF),
        ("scope_not_authorized", 401, HELD, "insufficient_scope", Advice.RECONNECT, RECONNECTED),
        ("spam_risk_too_many_posts", 200, HELD, "daily_cap", Advice.WAIT, ITSELF),
        ("spam_risk_user_banned_from_posting", 200, FAILED,
         "spam_risk_user_banned_from_posting", Advice.GIVE_UP, NEVER),
        ("reached_active_user_cap", 200, HELD, "active_users", Advice.WAIT, ITSELF),
        ("rate_limit_exceeded", 429, HELD, "rate_limit", Advice.WAIT, ITSELF),
        ("internal_error", 500, HELD, "unreachable", Advice.RETRY, ITSELF),
        ("something_new", 403, FAILED, "something_new", Advice.FIX, NEVER),
    )
)  # fmt: skip

_INIT: Final = (
    ("invalid_params", 400, FAILED, "invalid_params", Advice.FIX, NEVER),
    ("invalid_param", 400, FAILED, "invalid_param", Advice.FIX, NEVER),
    ("access_token_invalid", 401, HELD, "unreachable", Advice.RECONNECT, ITSELF),
    ("scope_not_authorized", 401, HELD, "insufficient_scope", Advice.RECONNECT, RECONNECTED),
    ("spam_risk_user_banned_from_posting", 403, FAILED,
     "spam_risk_user_banned_from_posting", Advice.GIVE_UP, NEVER),
    ("rate_limit_exceeded", 429, HELD, "rate_limit", Advice.WAIT, ITSELF),
    ("something_new", 403, FAILED, "something_new", Advice.FIX, NEVER),
)  # fmt: skip
_DIRECT: Final = (
    ("spam_risk_too_many_posts", 403, HELD, "daily_cap", Advice.WAIT, ITSELF),
    ("reached_active_user_cap", 403, HELD, "active_users", Advice.WAIT, ITSELF),
    ("unaudited_client_can_only_post_to_private_accounts", 403, FAILED,
     "unaudited_client_can_only_post_to_private_accounts", Advice.FIX, NEVER),
    ("privacy_level_option_mismatch", 403, FAILED, "privacy_level_option_mismatch",
     Advice.FIX, NEVER),
)  # fmt: skip
_PULLED: Final = (
    ("url_ownership_unverified", 403, FAILED, "url_ownership_unverified", Advice.FIX, NEVER),
)
_DRAFTS: Final = (
    ("spam_risk_too_many_pending_share", 403, HELD, "pending_drafts", Advice.WAIT, ITSELF),
    ("app_version_check_failed", 400, FAILED, "app_version_check_failed", Advice.FIX, NEVER),
)
OPENING: Final = (
    *(Case("video.init", *row) for row in (*_INIT, *_DIRECT)),
    *(Case("video.init", *row, what=What.PULLED) for row in _PULLED),
    *(Case("photo.init", *row, what=What.PHOTOS) for row in (*_INIT, *_DIRECT, *_PULLED)),
    *(Case("inbox.video.init", *row, what=What.DRAFT) for row in (*_INIT, *_DRAFTS)),
    *(Case("photo.init", *row, what=What.DRAFT_PHOTOS) for row in (*_PULLED, *_DRAFTS)),
)

PROCESSING: Final = State.PROCESSING
BROKEN: Final = tuple(
    Case(call, "internal_error", 500, state, "", Advice.RETRY, ITSELF, what, count=1)
    for call, state, what in (
        ("video.init", PUBLISHED, What.VIDEO),
        ("photo.init", PUBLISHED, What.PHOTOS),
        ("video.init", PUBLISHED, What.PULLED),
        ("photo.init", State.DELIVERED, What.DRAFT_PHOTOS),
        ("inbox.video.init", State.DELIVERED, What.DRAFT),
    )
)
STATUS: Final = tuple(
    Case("status", *row)
    for row in (
        ("invalid_publish_id", 400, PROCESSING, "", Advice.ASK_STATUS, ITSELF),
        ("invalid_params", 400, PROCESSING, "", Advice.FIX, ITSELF),
        ("token_not_authorized_for_specified_publish_id", 400, PROCESSING, "",
         Advice.FIX, ITSELF),
        ("access_token_invalid", 401, PROCESSING, "", Advice.RECONNECT, ITSELF),
        ("scope_not_authorized", 401, State.UNCONFIRMED, "insufficient_scope",
         Advice.RECONNECT, RECONNECTED),
        ("rate_limit_exceeded", 429, PROCESSING, "", Advice.WAIT, ITSELF),
        ("internal_error", 500, PROCESSING, "", Advice.RETRY, ITSELF),
    )
)  # fmt: skip

# Of an upload of one part nobody knows whether its last byte arrived before the address died.
UPLOAD: Final = (
    Case("upload", "http_403", 403, PROCESSING, "", Advice.ASK_STATUS, Then.ASKED),
    Case("upload", "http_404", 404, PROCESSING, "", Advice.ASK_STATUS, Then.ASKED),
    Case("upload", "http_416", 416, State.UPLOADING, "", Advice.RETRY, ITSELF),
    Case("upload", "http_500", 500, State.UPLOADING, "", Advice.RETRY, ITSELF),
    Case("upload", "http_503", 503, State.UPLOADING, "", Advice.RETRY, ITSELF),
)

CANCEL: Final = tuple(
    Case("cancel", *row, what=What.CANCELLED)
    for row in (
        ("publish_not_cancellable", 400, PROCESSING, "", Advice.ASK_STATUS, ITSELF),
        ("invalid_publish_id", 400, PROCESSING, "", Advice.ASK_STATUS, ITSELF),
        ("invalid_params", 400, PROCESSING, "", Advice.FIX, ITSELF),
        ("token_not_authorized_for_specified_publish_id", 400, PROCESSING, "",
         Advice.FIX, ITSELF),
        ("access_token_invalid", 401, PROCESSING, "", Advice.RECONNECT, ITSELF),
        ("scope_not_authorized", 401, State.UNCONFIRMED, "insufficient_scope",
         Advice.RECONNECT, RECONNECTED),
        ("rate_limit_exceeded", 429, PROCESSING, "", Advice.WAIT, ITSELF),
        ("internal_error", 500, PROCESSING, "", Advice.RETRY, ITSELF),
        ("something_new", 403, PROCESSING, "", Advice.FIX, ITSELF),
    )
)  # fmt: skip

# The access token has ended, and is renewed before anything else is asked.
REFRESH: Final = tuple(
    Case("oauth.refresh", *row)
    for row in (
        ("invalid_grant", 400, HELD, "reconnect", Advice.RECONNECT, RECONNECTED),
        ("invalid_request", 400, HELD, "reconnect", Advice.RECONNECT, RECONNECTED),
        ("invalid_client", 400, HELD, "unreachable", Advice.FIX, ITSELF),
        ("unauthorized_client", 400, HELD, "unreachable", Advice.FIX, ITSELF),
        ("server_error", 500, HELD, "unreachable", Advice.RETRY, ITSELF),
        ("temporarily_unavailable", 503, HELD, "unreachable", Advice.RETRY, ITSELF),
    )
)

CASES: Final = (*CREATOR, *OPENING, *BROKEN, *UPLOAD, *STATUS, *CANCEL, *REFRESH)

FAILINGS: Final = (
    Failing("file_format_check_failed", FAILED, Advice.FIX, NEVER),
    Failing("duration_check_failed", FAILED, Advice.FIX, NEVER),
    Failing("frame_rate_check_failed", FAILED, Advice.FIX, NEVER),
    Failing("picture_size_check_failed", FAILED, Advice.FIX, NEVER),
    Failing("internal", PROCESSING, Advice.RETRY, ITSELF),
    Failing("video_pull_failed", PROCESSING, Advice.RETRY, ITSELF),
    Failing("photo_pull_failed", PROCESSING, Advice.RETRY, ITSELF, What.PHOTOS),
    Failing("publish_cancelled", FAILED, Advice.GIVE_UP, NEVER, What.PHOTOS),
    Failing("auth_removed", FAILED, Advice.RECONNECT, NEVER),
    Failing("spam_risk_too_many_posts", FAILED, Advice.WAIT, NEVER),
    Failing("spam_risk_user_banned_from_posting", FAILED, Advice.GIVE_UP, NEVER),
    Failing("spam_risk_text", FAILED, Advice.FIX, NEVER),
    Failing("spam_risk", FAILED, Advice.GIVE_UP, NEVER),
)

# Whatever is answered, the account is disconnected here, and its tokens are deleted.
LEAVINGS: Final = (
    Leaving("invalid_grant", 400, Told.REFUSED, Advice.RECONNECT),
    Leaving("invalid_request", 400, Told.REFUSED, Advice.RECONNECT),
    Leaving("invalid_client", 401, Told.REFUSED, Advice.FIX),
    Leaving("access_token_invalid", 401, Told.REFUSED, Advice.RECONNECT),
    Leaving("rate_limit_exceeded", 429, Told.REFUSED, Advice.WAIT),
    Leaving("server_error", 500, Told.LOST, Advice.RETRY),
    Leaving("temporarily_unavailable", 503, Told.LOST, Advice.RETRY),
)
