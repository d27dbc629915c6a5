"""What a client can ask TikTok for, and what TikTok asks of others: the one list of it.

The wire tells calls apart by it, faults and the request log name them by it, and the published
OpenAPI document is made from it. A new operation is a member of Operation and, if clients call
it, a line in ENDPOINTS.
"""

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """A name for everything that can go right or wrong; `webhook` and `pull` go outwards."""

    AUTHORIZE = "oauth.authorize"
    TOKEN = "oauth.token"  # noqa: S105  # the name of an operation
    REFRESH = "oauth.refresh"
    CLIENT_TOKEN = "oauth.client_token"  # noqa: S105  # as above
    REVOKE = "oauth.revoke"
    CREATOR_INFO = "creator_info"
    INIT = "video.init"
    INBOX_INIT = "inbox.video.init"
    PHOTO_INIT = "photo.init"
    UPLOAD = "upload"
    STATUS = "status"
    CANCEL = "cancel"
    USER_INFO = "user_info"
    VIDEO_LIST = "video.list"
    VIDEO_QUERY = "video.query"
    WEBHOOK = "webhook"
    PULL = "pull"


class Shape(StrEnum):
    """How an operation says that something is wrong."""

    DATA = "data"
    """{"error": {"code", "message", "log_id"}}, without `data`."""
    DISPLAY = "display"
    """{"data": {}, "error": {"code", "message", "log_id"}}."""
    OAUTH = "oauth"
    """{"error", "error_description", "log_id"}."""
    BARE = "none"
    """No body of ours: a page for people, or only an HTTP status."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an operation is asked for."""

    operation: Operation
    method: str
    path: str
    shape: Shape
    summary: str


# Refreshes and client tokens have the path of `oauth.token`; their form tells them apart.
ENDPOINTS = (
    Endpoint(
        Operation.AUTHORIZE, "GET", "/v2/auth/authorize/", Shape.BARE, "Ask a person for consent"
    ),
    Endpoint(Operation.TOKEN, "POST", "/v2/oauth/token/", Shape.OAUTH, "Get tokens"),
    Endpoint(Operation.REVOKE, "POST", "/v2/oauth/revoke/", Shape.OAUTH, "Disconnect a user"),
    Endpoint(
        Operation.CREATOR_INFO,
        "POST",
        "/v2/post/publish/creator_info/query/",
        Shape.DATA,
        "What the creator may do now",
    ),
    Endpoint(
        Operation.INIT,
        "POST",
        "/v2/post/publish/video/init/",
        Shape.DATA,
        "Begin a direct post of a video",
    ),
    Endpoint(
        Operation.INBOX_INIT,
        "POST",
        "/v2/post/publish/inbox/video/init/",
        Shape.DATA,
        "Begin a video draft in the creator's inbox",
    ),
    Endpoint(
        Operation.PHOTO_INIT,
        "POST",
        "/v2/post/publish/content/init/",
        Shape.DATA,
        "Begin a photo post or draft",
    ),
    Endpoint(
        Operation.STATUS,
        "POST",
        "/v2/post/publish/status/fetch/",
        Shape.DATA,
        "How far a post has come",
    ),
    Endpoint(
        Operation.CANCEL,
        "POST",
        "/v2/post/publish/cancel/",
        Shape.DATA,
        "Stop the download of a post from a URL",
    ),
    Endpoint(Operation.UPLOAD, "PUT", "/upload", Shape.BARE, "Send one chunk of a video"),
    Endpoint(Operation.USER_INFO, "GET", "/v2/user/info/", Shape.DISPLAY, "Facts of the user"),
    Endpoint(
        Operation.VIDEO_LIST, "POST", "/v2/video/list/", Shape.DISPLAY, "Public videos of the user"
    ),
    Endpoint(
        Operation.VIDEO_QUERY, "POST", "/v2/video/query/", Shape.DISPLAY, "Videos of the user by id"
    ),
)
# The page for people answers without its final slash too; the REST paths do not.
WITHOUT_SLASH = {"/v2/auth/authorize": "/v2/auth/authorize/"}
BY_REQUEST = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS}
SHAPES = {endpoint.operation: endpoint.shape for endpoint in ENDPOINTS} | {
    Operation.REFRESH: Shape.OAUTH,
    Operation.CLIENT_TOKEN: Shape.OAUTH,
    Operation.WEBHOOK: Shape.BARE,
    Operation.PULL: Shape.BARE,
}
