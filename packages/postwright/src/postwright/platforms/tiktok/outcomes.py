"""Turns what TikTok's client gives or raises into the answers that publishing knows. Pure."""

from datetime import timedelta
from typing import Any, Final

from postwright.errors import StorageTrouble
from postwright.kit.text import storable
from postwright.media.errors import MediaDamaged, MediaMissing
from postwright.platforms.answers import (
    AddressDead,
    Granted,
    Lost,
    NotCancellable,
    NotKnown,
    OutOfStep,
    Phase,
    RangeRejected,
    Refusal,
    Refused,
    SendAnswer,
    Status,
)
from tiktok_client import (
    Advice,
    APIError,
    AuthError,
    CreatorInfo,
    FailReason,
    InvalidRequest,
    MediaRejected,
    OAuthError,
    PostingRefused,
    PublishState,
    PublishStatus,
    RateLimited,
    ResponseError,
    ScopeMissing,
    ServerFault,
    SourceError,
    TikTokError,
    TokenGrant,
    TokenInvalid,
    TransportError,
    UploadError,
    UploadRefusal,
)

# What comes without an answer that could be read: TikTok may have acted, or not.
NO_ANSWER: Final = (TransportError, ResponseError)

_CAPS = {
    "spam_risk_too_many_posts": Refusal.CAP,
    "spam_risk_too_many_pending_share": Refusal.DRAFTS,
    "reached_active_user_cap": Refusal.USERS,
}
_ACCOUNT = frozenset(
    {
        "unaudited_client_can_only_post_to_private_accounts",
        "spam_risk_user_banned_from_posting",
        "app_version_check_failed",
    }
)
_NOT_KNOWN = frozenset({"invalid_publish_id", "invalid_params", "invalid_param"})
# Codes that name the app's registration: nobody's authorisation is at fault.
_OUR_KEYS = frozenset({"invalid_client", "unauthorized_client", "invalid_scope"})
_PASSING_OAUTH = frozenset({"server_error", "temporarily_unavailable"})

_PHASES = {
    PublishState.PROCESSING_UPLOAD: Phase.PROCESSING,
    PublishState.PROCESSING_DOWNLOAD: Phase.PROCESSING,
    PublishState.SEND_TO_USER_INBOX: Phase.INBOX,
    PublishState.PUBLISH_COMPLETE: Phase.COMPLETE,
    PublishState.FAILED: Phase.FAILED,
    PublishState.UNKNOWN: Phase.UNKNOWN,
}
# TikTok says of these itself that the same may be tried again.
_PASSING_FAILURES = frozenset(
    {FailReason.INTERNAL, FailReason.VIDEO_PULL_FAILED, FailReason.PHOTO_PULL_FAILED}
)


def lost(error: TikTokError) -> Lost:
    """No usable answer. One that could not be read is as good as none."""
    sent = error.sent if isinstance(error, TransportError) else True
    return Lost(sent=sent, why=storable(str(error)))


def refused(error: APIError) -> Refused:
    """TikTok's no to a call for a creator."""
    retry_after: timedelta | None = None
    if isinstance(error, RateLimited) and error.retry_after is not None:
        retry_after = timedelta(seconds=error.retry_after)
    return no(_refusal(error), error, retry_after)


def oauth_refused(error: OAuthError) -> Refused | Lost:
    """TikTok's no to a refresh or a revocation."""
    if error.code in _PASSING_OAUTH:
        return Lost(sent=True, why=storable(str(error)))
    refusal = Refusal.REQUEST if error.code in _OUR_KEYS else Refusal.TOKEN
    return no(refusal, error)


def no(refusal: Refusal, error: APIError, retry_after: timedelta | None = None) -> Refused:
    """A refusal of this kind, in TikTok's words; what a gateway answers has only its status."""
    return Refused(
        refusal,
        storable(error.code) or f"HTTP {error.status}",
        storable(error.message),
        storable(error.log_id or ""),
        retry_after,
    )


def _refusal(error: APIError) -> Refusal:
    if cap := _CAPS.get(error.code):
        return cap
    if error.code in _ACCOUNT:
        return Refusal.ACCOUNT
    match error:
        case RateLimited():
            return Refusal.RATE
        case TokenInvalid():
            return Refusal.TOKEN
        case ScopeMissing():
            return Refusal.SCOPE
        case ServerFault():
            return Refusal.FAULT
        case InvalidRequest() | MediaRejected() | PostingRefused() | AuthError():
            return Refusal.REQUEST
        case _:
            # A code nobody knows: its advice comes from the class, its HTTP status from TikTok.
            transient = error.advice in {Advice.RETRY, Advice.RETRY_LATER} or error.status >= 500
            return Refusal.FAULT if transient else Refusal.REQUEST


def granted(grant: TokenGrant) -> Granted:
    """Tokens."""
    return Granted(
        external_id=grant.open_id,
        scopes=grant.scopes,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_in=grant.expires_in,
        refresh_expires_in=grant.refresh_expires_in,
    )


def creator_facts(info: CreatorInfo) -> dict[str, Any]:
    """Creator info as plain JSON, in the words of the preflight rules."""
    return {
        "username": info.username,
        "nickname": info.nickname,
        "avatar_url": info.avatar_url,
        "privacy_options": [str(option) for option in info.privacy_level_options],
        "max_duration_s": info.max_video_post_duration_s,
        "comment_disabled": not info.allows_comment,
        "duet_disabled": not info.allows_duet,
        "stitch_disabled": not info.allows_stitch,
    }


def status_of(answer: PublishStatus) -> Status:
    """What TikTok says of a publish id."""
    received = answer.uploaded_bytes
    return Status(
        phase=_PHASES[answer.state],
        received=answer.downloaded_bytes if received is None else received,
        fail_reason=storable(answer.raw_fail_reason or ""),
        fail_is_passing=answer.fail_reason in _PASSING_FAILURES,
        fail_is_cancel=answer.fail_reason is FailReason.PUBLISH_CANCELLED,
        post_ids=answer.post_ids,
        log_id=answer.log_id or "",
    )


def status_refused(error: APIError) -> NotKnown | Refused:
    """TikTok's no to a status. Asked too early it has been seen to give its generic code."""
    if isinstance(error, InvalidRequest) and error.code in _NOT_KNOWN:
        return NotKnown(error.code)
    return refused(error)


def cancel_refused(error: APIError) -> NotCancellable | Refused:
    """TikTok's no to a cancellation. Whether there was anything to cancel, its status tells."""
    if isinstance(error, InvalidRequest):
        return NotCancellable(storable(error.code))
    return refused(error)


def not_read(error: SourceError) -> SendAnswer:
    """The bytes could not be had. A store that is away comes back; a file that is gone does not."""
    cause = error.__cause__
    if isinstance(cause, StorageTrouble) and not isinstance(cause, MediaMissing | MediaDamaged):
        return Lost(sent=True, why=storable(f"{cause.what} {cause.why}"))
    return RangeRejected(storable(str(error)))


def send_refused(error: UploadError) -> SendAnswer:
    """TikTok's no to a range."""
    match error.kind:
        case UploadRefusal.OUT_OF_STEP:
            return OutOfStep(error.received)
        case UploadRefusal.EXPIRED | UploadRefusal.UNKNOWN:
            return AddressDead(str(error.status))
        case UploadRefusal.REJECTED:
            return RangeRejected(storable(str(error)))
        case UploadRefusal.FAULT | UploadRefusal.OTHER:
            return Lost(sent=True, why=storable(str(error)))
