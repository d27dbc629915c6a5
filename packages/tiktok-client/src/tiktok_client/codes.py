"""TikTok's error codes: which class each becomes, and what to do next. Exact matches, never parts.

Source: content-posting-api-reference-* 2026-09-11, tiktok-api-v2-error-handling,
oauth-error-handling (undated copies of 2026); `invalid_params` observed where the pages print
`invalid_param`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .errors import (
    Advice,
    APIError,
    AuthError,
    InvalidRequest,
    MediaRejected,
    PostingRefused,
    RateLimited,
    ScopeMissing,
    ServerFault,
    TokenInvalid,
)

__all__ = ["CALLBACK_HINTS", "CODES", "OAUTH_CODES", "Hint", "Meaning"]


class Meaning(NamedTuple):
    """What a code is to us."""

    error: type[APIError]
    advice: Advice


# See spec: error.invalid_params, error.invalid_param, error.access_token_invalid
# See spec: error.scope_not_authorized, error.scope_permission_missed
# See spec: error.spam_risk_too_many_posts
# See spec: error.spam_risk_user_banned_from_posting, error.reached_active_user_cap
# See spec: error.unaudited_client_can_only_post_to_private_accounts
# See spec: error.privacy_level_option_mismatch, error.rate_limit_exceeded, error.internal_error
# See spec: error.url_ownership_unverified, error.spam_risk_too_many_pending_share
# See spec: error.app_version_check_failed, error.publish_not_cancellable
# See spec: error.invalid_file_upload
# See spec: error.invalid_publish_id, error.token_not_authorized_for_specified_publish_id
CODES: Mapping[str, Meaning] = MappingProxyType(
    {
        "invalid_params": Meaning(InvalidRequest, Advice.FIX_INPUT),
        "invalid_param": Meaning(InvalidRequest, Advice.FIX_INPUT),
        "access_token_invalid": Meaning(TokenInvalid, Advice.REAUTHORISE),
        "scope_not_authorized": Meaning(ScopeMissing, Advice.REAUTHORISE),
        "scope_permission_missed": Meaning(ScopeMissing, Advice.REAUTHORISE),
        "spam_risk_too_many_posts": Meaning(PostingRefused, Advice.RETRY_LATER),
        "spam_risk_user_banned_from_posting": Meaning(PostingRefused, Advice.GIVE_UP),
        "reached_active_user_cap": Meaning(PostingRefused, Advice.RETRY_LATER),
        "unaudited_client_can_only_post_to_private_accounts": Meaning(
            PostingRefused, Advice.FIX_INPUT
        ),
        "privacy_level_option_mismatch": Meaning(PostingRefused, Advice.FIX_INPUT),
        "url_ownership_unverified": Meaning(MediaRejected, Advice.FIX_INPUT),
        "invalid_file_upload": Meaning(MediaRejected, Advice.FIX_INPUT),
        "rate_limit_exceeded": Meaning(RateLimited, Advice.RETRY_LATER),
        "spam_risk_too_many_pending_share": Meaning(PostingRefused, Advice.RETRY_LATER),
        "app_version_check_failed": Meaning(PostingRefused, Advice.FIX_INPUT),
        "publish_not_cancellable": Meaning(InvalidRequest, Advice.ASK_STATUS),
        "internal_error": Meaning(ServerFault, Advice.RETRY),
        "invalid_publish_id": Meaning(InvalidRequest, Advice.FIX_INPUT),
        "token_not_authorized_for_specified_publish_id": Meaning(AuthError, Advice.FIX_INPUT),
    }
)

# See spec: oauth.error.access_denied, oauth.error.invalid_client, oauth.error.invalid_grant
# See spec: oauth.error.invalid_request, oauth.error.invalid_scope, oauth.error.unauthorized_client
# See spec: oauth.error.unsupported_grant_type, oauth.error.unsupported_response_type
# See spec: oauth.error.server_error, oauth.error.temporarily_unavailable
OAUTH_CODES: Mapping[str, Advice] = MappingProxyType(
    {
        "access_denied": Advice.GIVE_UP,
        "invalid_client": Advice.FIX_INPUT,
        "invalid_grant": Advice.REAUTHORISE,
        "invalid_request": Advice.FIX_INPUT,
        "invalid_scope": Advice.FIX_INPUT,
        "unauthorized_client": Advice.FIX_INPUT,
        "unsupported_grant_type": Advice.FIX_INPUT,
        "unsupported_response_type": Advice.FIX_INPUT,
        "server_error": Advice.RETRY_LATER,
        "temporarily_unavailable": Advice.RETRY_LATER,
    }
)


class Hint(NamedTuple):
    """What `error_type` adds to a callback's error."""

    words: str
    advice: Advice


# No page lists these; both were seen live. Neither is the person's refusal.
# See spec: oauth.callback.draft-app, oauth.callback.sandbox-target
CALLBACK_HINTS: Mapping[tuple[str, str], Hint] = MappingProxyType(
    {
        ("unauthorized_client", "client_key"): Hint(
            "the app is a draft or under review, lacks Login Kit, or this is the key of the other "
            "environment (sandbox or production)",
            Advice.FIX_INPUT,
        ),
        ("access_denied", "non_sandbox_target"): Hint(
            "this account is no target user of the sandbox: add it in the developer portal, and "
            "allow an hour",
            Advice.FIX_INPUT,
        ),
    }
)
