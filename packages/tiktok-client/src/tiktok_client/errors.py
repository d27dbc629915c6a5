"""Everything that can go wrong in a call, as one tree.

TikTokError                    .operation .advice
├─ TransportError              no usable answer    .sent (False: nothing left us, True: unknown)
│  ├─ ConnectFailed            no connection could be made
│  └─ TimedOut                 the time allowed for the call was over
├─ ResponseError               answered, but not as specified    .status .body .log_id
├─ SourceError                 the bytes to upload could not be read, or are not as many as planned
├─ APIError                    .code .message .log_id .status .doc_url
│  ├─ AuthError                this token may not do this
│  │  ├─ TokenInvalid          expired, revoked or never valid
│  │  ├─ ScopeMissing          the person did not grant the scope
│  │  └─ OAuthError            authorize, token and revoke said no
│  │     └─ StateMismatch      the callback does not belong to our request
│  ├─ RateLimited              too many requests in a minute    .retry_after
│  ├─ InvalidRequest           our request is wrong
│  ├─ MediaRejected            TikTok does not take this media
│  ├─ PostingRefused           this creator, app or post may not be published now
│  └─ ServerFault              TikTok failed
├─ UploadError                 a PUT was refused    .kind .status .received .chunk .offset
├─ SignatureInvalid            a webhook is not TikTok's, or not fresh
├─ EventMalformed              a webhook is TikTok's, but not as specified
└─ PostInterrupted             a post or draft was opened, then it failed   .publish_id .upload_url

`advice` says what to do next, so that a job decides with one `match`. Which class a code becomes,
and its advice, is one table with exact matches (`CODES` in `codes.py`); a code that is not in it
becomes a plain `APIError`. No message carries a token, a secret or the query of an address.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from .models.chunks import Chunk

__all__ = [
    "APIError",
    "Advice",
    "AuthError",
    "ConnectFailed",
    "EventMalformed",
    "InvalidRequest",
    "MediaRejected",
    "OAuthError",
    "PostInterrupted",
    "PostingRefused",
    "RateLimited",
    "ResponseError",
    "ScopeMissing",
    "ServerFault",
    "SignatureInvalid",
    "SourceError",
    "StateMismatch",
    "TikTokError",
    "TimedOut",
    "TokenInvalid",
    "TransportError",
    "UploadError",
    "UploadRefusal",
]

# Should a text repeat what was sent: tokens by their prefix, and the query of an address.
SECRET = re.compile(r"\b(?:act|rft|clt)\.[\w.!*~-]+|(?<=\?)[\w.~%-]+=[^\s\"']*", re.ASCII)
DOCS = "https://developers.tiktok.com/docs/en/"
DOC_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "oauth.authorize": "oauth-error-handling",
        "oauth.token": "oauth-error-handling",
        "oauth.refresh": "oauth-error-handling",
        "oauth.revoke": "oauth-error-handling",
        "oauth.client_token": "client-access-token-management",
        "user_info": "tiktok-api-v2-get-user-info",
        "video_list": "tiktok-api-v2-video-list",
        "video_query": "tiktok-api-v2-video-query",
        "creator_info": "content-posting-api-reference-query-creator-info",
        "video.init": "content-posting-api-reference-direct-post",
        "inbox.video.init": "content-posting-api-reference-upload-video",
        "photo.init": "content-posting-api-reference-photo-post",
        "cancel": "content-posting-api-media-transfer-guide",
        "upload": "content-posting-api-media-transfer-guide",
        "status": "content-posting-api-reference-get-video-status",
    }
)


class Advice(StrEnum):
    """What to do after an error."""

    RETRY = "RETRY"  # the same call again, soon, with backoff
    RETRY_LATER = "RETRY_LATER"  # the same call again, after a window or a day
    REAUTHORISE = "REAUTHORISE"  # a new token: refresh, and if that fails ask the person
    FIX_INPUT = "FIX_INPUT"  # change the request, the media, the account or the app first
    GIVE_UP = "GIVE_UP"  # nothing we can do
    ASK_STATUS = "ASK_STATUS"  # it may have happened: look before doing anything


def without_secrets(text: str) -> str:
    """Put stars for what looks like a token or the query of an address."""
    return SECRET.sub("***", text)


class TikTokError(Exception):
    """Base of all. `operation` is the name of the call, as in `video.init`."""

    advice: Advice = Advice.GIVE_UP

    def __init__(self, text: str, *, operation: str, advice: Advice | None = None) -> None:
        super().__init__(without_secrets(f"{operation}: {text}"))
        self.operation = operation
        if advice is not None:
            self.advice = advice


class TransportError(TikTokError):
    """No usable answer arrived.

    `sent` is False only when not one byte of the request can have reached TikTok, so that repeating
    it is safe. True means that the outcome is unknown.
    """

    advice = Advice.RETRY

    def __init__(self, text: str, *, operation: str, sent: bool) -> None:
        advice = UNKNOWN_OUTCOME.get(operation) if sent else None
        super().__init__(text, operation=operation, advice=advice)
        self.sent = sent


# Repeating a call whose outcome is unknown is harmless except here: a code works once, so only a
# new consent gives another; and after a PUT the upload may have moved on.
UNKNOWN_OUTCOME: Mapping[str, Advice] = MappingProxyType(
    {"oauth.token": Advice.REAUTHORISE, "upload": Advice.ASK_STATUS}
)


class ConnectFailed(TransportError):
    """No connection could be made, so nothing was sent."""


class TimedOut(TransportError):
    """The time allowed for the call was over."""


class ResponseError(TikTokError):
    """TikTok answered, but not in a shape its pages describe.

    `body` is at most the first 2,000 characters of an answer that is no JSON object (one that is
    could hold secrets); it is not part of the message.
    """

    advice = Advice.RETRY_LATER

    def __init__(
        self, text: str, *, operation: str, status: int, body: str = "", log_id: str | None = None
    ) -> None:
        where = f"HTTP {status}, log_id {log_id}" if log_id else f"HTTP {status}"
        super().__init__(f"{text} ({where})", operation=operation)
        self.status = status
        self.body: str = body[:2000]
        self.log_id = log_id


class SourceError(TikTokError):
    """The bytes to upload could not be read, or are fewer than planned. Nothing is published."""

    advice = Advice.FIX_INPUT


class APIError(TikTokError):
    """TikTok said no, with a code. HTTP 200 with a code other than `ok` counts too.

    `log_id` is what TikTok's support asks for; None when the answer had none.
    """

    def __init__(
        self,
        *,
        operation: str,
        code: str,
        message: str,
        log_id: str | None,
        status: int,
        advice: Advice | None = None,
    ) -> None:
        told = ": ".join(part for part in (code, message) if part) or "not TikTok's own answer"
        where = f"HTTP {status}, log_id {log_id}" if log_id else f"HTTP {status}"
        super().__init__(f"{told} ({where})", operation=operation, advice=advice)
        self.code = code
        self.message = message
        self.log_id = log_id
        self.status = status

    @property
    def doc_url(self) -> str:
        """The official page that lists the errors of this operation."""
        return DOCS + DOC_PAGES.get(self.operation, "tiktok-api-v2-error-handling")


class AuthError(APIError):
    """This token may not do this."""

    advice = Advice.REAUTHORISE


class TokenInvalid(AuthError):
    """The access token is expired, revoked or was never valid. Refresh it once."""


class ScopeMissing(AuthError):
    """The person did not grant the scope; only a new consent helps."""


class OAuthError(AuthError):
    """Authorize, token or revoke said no. `code` is OAuth's `error`.

    `error_type` and `err_code` are what a callback may say besides; no page lists their values.
    """

    def __init__(
        self,
        *,
        operation: str,
        code: str,
        message: str,
        log_id: str | None,
        status: int,
        advice: Advice | None = None,
        error_type: str | None = None,
        err_code: str | None = None,
    ) -> None:
        super().__init__(
            operation=operation,
            code=code,
            message=message,
            log_id=log_id,
            status=status,
            advice=advice,
        )
        self.error_type = error_type
        self.err_code = err_code


class StateMismatch(OAuthError):
    """The callback's state is not ours: a stale or forged callback. `code` is `state_mismatch`."""


class RateLimited(APIError):
    """Too many requests in this user's window. `retry_after` is in seconds, if TikTok said it."""

    advice = Advice.RETRY_LATER

    def __init__(
        self,
        *,
        operation: str,
        code: str,
        message: str,
        log_id: str | None,
        status: int,
        advice: Advice | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            operation=operation,
            code=code,
            message=message,
            log_id=log_id,
            status=status,
            advice=advice,
        )
        self.retry_after = retry_after


class InvalidRequest(APIError):
    """Our request is wrong."""

    advice = Advice.FIX_INPUT


class MediaRejected(APIError):
    """TikTok does not take this media."""

    advice = Advice.FIX_INPUT


class PostingRefused(APIError):
    """This creator, app or post may not be published now."""

    advice = Advice.GIVE_UP


class ServerFault(APIError):
    """TikTok failed. `code` is empty when the answer was not in TikTok's own shape."""

    advice = Advice.RETRY


class UploadRefusal(StrEnum):
    """Why a PUT was refused, by its HTTP status."""

    REJECTED = "REJECTED"  # 400: headers are wrong, or the length is not the body's
    EXPIRED = "EXPIRED"  # 403: the address is older than an hour
    UNKNOWN = "UNKNOWN"  # 404: no upload belongs to this address
    OUT_OF_STEP = "OUT_OF_STEP"  # 416: the range is not what TikTok expects next
    FAULT = "FAULT"  # 5xx
    OTHER = "OTHER"  # a status no page mentions


REFUSAL_ADVICE: Mapping[UploadRefusal, Advice] = MappingProxyType(
    {
        UploadRefusal.REJECTED: Advice.FIX_INPUT,
        UploadRefusal.EXPIRED: Advice.ASK_STATUS,
        UploadRefusal.UNKNOWN: Advice.ASK_STATUS,
        UploadRefusal.OUT_OF_STEP: Advice.ASK_STATUS,
        UploadRefusal.FAULT: Advice.RETRY,
        UploadRefusal.OTHER: Advice.ASK_STATUS,
    }
)


class UploadError(TikTokError):
    """A PUT was refused.

    `received` is the raw `n` of `Content-Range: bytes 0-n/total`, or None without that header; it
    may be a count or a last index (see `ChunkPlan.resume_at`). `offset` is the chunk's first byte.
    """

    def __init__(
        self, *, kind: UploadRefusal, status: int, chunk: Chunk, received: int | None
    ) -> None:
        progress = "" if received is None else f", TikTok's counter at {received}"
        super().__init__(
            f"{kind.value.lower()}: chunk {chunk.index} at byte {chunk.first} "
            f"(HTTP {status}{progress})",
            operation="upload",
            advice=REFUSAL_ADVICE[kind],
        )
        self.kind = kind
        self.status = status
        self.chunk = chunk
        self.received = received

    @property
    def offset(self) -> int:
        """The first byte of the refused chunk, counted from the start of the file."""
        return self.chunk.first


class SignatureInvalid(TikTokError):
    """A webhook is not TikTok's, or not fresh. Answer 401, and do nothing of what it says."""

    def __init__(self, text: str) -> None:
        super().__init__(text, operation="webhook")


class EventMalformed(TikTokError):
    """A webhook is TikTok's, but not as its pages say. The message names the field, no value."""

    def __init__(self, text: str) -> None:
        super().__init__(text, operation="webhook")


class PostInterrupted(TikTokError):
    """A whole flow failed after init. The post exists: ask for its status, never open it again.

    `operation` is the flow, as in `post_photos`; `__cause__` is what went wrong. `upload_url`, a
    secret, is for going on with `upload` within the hour, from where the status says the bytes end;
    None when TikTok fetches the media itself.
    """

    advice = Advice.ASK_STATUS

    def __init__(
        self,
        cause: TikTokError,
        *,
        publish_id: str,
        upload_url: str | None = None,
        operation: str = "post_video",
    ) -> None:
        super().__init__(f"{publish_id} is open, but {cause}", operation=operation)
        self.publish_id = publish_id
        self.upload_url = upload_url
