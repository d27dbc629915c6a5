"""When to refresh, and what a failed refresh means for the refresh token. Without a network.

Source: oauth-refresh-a-user-access-token 2026-11-02, oauth-error-handling (2026).
"""

from datetime import UTC, datetime, timedelta

from tiktok_client.errors import (
    Advice,
    OAuthError,
    ResponseError,
    ServerFault,
    TikTokError,
    TransportError,
)
from tiktok_client.models.oauth import TokenGrant

__all__ = ["LOST_BEFORE", "is_answer_lost", "is_refused", "lost_twice", "refresh_at"]

LOST_BEFORE = "The answer to the refresh before this one was lost: it may have replaced the token."


def refresh_at(grant: TokenGrant, obtained_at: datetime, early: timedelta) -> datetime:
    """The moment from which a token is too old to start a call with.

    A life shorter than four times `early` is used for three quarters, so that a token that lives
    for a minute is not refreshed before every call.

    spec: oauth.token.access-lifetime
    """
    try:
        return obtained_at + grant.expires_in - min(early, grant.expires_in / 4)
    except OverflowError:  # a life beyond the calendar
        return datetime.max.replace(tzinfo=UTC)


def is_answer_lost(error: TikTokError) -> bool:
    """Whether TikTok may have replaced the refresh token without our learning the new one."""
    match error:
        case TransportError(sent=sent):
            return sent
        case ResponseError() | ServerFault():
            return True
        case _:
            return False


def is_refused(error: OAuthError) -> bool:
    """Whether this refresh token is of no use any more; not so when TikTok was only unable."""
    return error.advice is not Advice.RETRY_LATER


def lost_twice() -> OAuthError:
    """The error that says why no third refresh is made with one refresh token."""
    return OAuthError(
        operation="oauth.refresh",
        code="refresh_lost",
        message="two answers were lost, so TikTok may have replaced the refresh token; ask for "
        "consent again, or try once more with a new AsyncRefreshingToken or RefreshingToken",
        log_id=None,
        status=0,
        advice=Advice.REAUTHORISE,
    )
