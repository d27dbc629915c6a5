"""What TikTok's codes mean, in words for people, and what to do.

Every error code and every reason for a failure that `tiktok_client` knows is here, once: a code
that is both means the same in both places.

Source: tiktok-api-v2-error-handling, content-posting-api-reference-* (2026), oauth-error-handling.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from postwright.errors import Advice
from postwright.platforms.report import Explained

_OUR_REQUEST: Final = "TikTok found something wrong with what it was asked; its message says where."
_NOT_FETCHED: Final = (
    "could not be fetched by TikTok, or not within an hour. See to it that media can be fetched "
    "from outside; then try again."
)
_SPAM: Final = "Posting it again as it is would not help."

# What a call about a post is refused with.
_POSTING: Final = {
    "invalid_params": Explained(_OUR_REQUEST, Advice.FIX),
    "invalid_param": Explained(_OUR_REQUEST, Advice.FIX),
    "access_token_invalid": Explained(
        "TikTok does not take the account's authorisation any more. Connect the account again.",
        Advice.RECONNECT,
    ),
    "scope_not_authorized": Explained(
        "The account's owner has not granted the permission that this needs. Connect it "
        "again, and leave every permission on.",
        Advice.RECONNECT,
    ),
    "scope_permission_missed": Explained(
        "Something that was asked for needs a permission that the account's owner has not "
        "granted. Connect it again, and leave every permission on.",
        Advice.RECONNECT,
    ),
    "spam_risk_too_many_posts": Explained(
        "This account has posted as often in 24 hours as TikTok lets apps post for it, "
        "all apps together (about 15 times). It can post again later; its owner can post "
        "in TikTok's app at once.",
        Advice.WAIT,
    ),
    "spam_risk_user_banned_from_posting": Explained(
        "TikTok has banned this account from posting. Its owner can see why in TikTok's app.",
        Advice.GIVE_UP,
    ),
    "reached_active_user_cap": Explained(
        "The app has posted for as many accounts as TikTok lets it in 24 hours: 5, until "
        "TikTok has audited it. It can post for more later.",
        Advice.WAIT,
    ),
    "unaudited_client_can_only_post_to_private_accounts": Explained(
        "TikTok has not audited the app, and lets such an app post to private accounts "
        "only. Make the account private in TikTok's app, or have the app audited.",
        Advice.FIX,
    ),
    "privacy_level_option_mismatch": Explained(
        "TikTok does not offer this account the privacy that was chosen; the account may "
        "have become private or public meanwhile. Choose another one.",
        Advice.FIX,
    ),
    "url_ownership_unverified": Explained(
        "TikTok fetches media only from addresses that the app has proven to own. Verify "
        "the media host's address in TikTok's developer portal, for the sandbox and for "
        "production each.",
        Advice.FIX,
    ),
    "invalid_file_upload": Explained("TikTok does not take such a file.", Advice.FIX),
    "rate_limit_exceeded": Explained(
        "TikTok was asked too often in one minute. It is asked again by itself.", Advice.WAIT
    ),
    "spam_risk_too_many_pending_share": Explained(
        "As many drafts wait in the account's inbox as TikTok allows: 5 in 24 hours. "
        "Finish or delete one in TikTok's app; the next one is sent then, or when a day "
        "has passed.",
        Advice.WAIT,
    ),
    "app_version_check_failed": Explained(
        "TikTok's app on the phone of the account's owner is too old for drafts of "
        "photos; they need version 31.8. Update it, then try again.",
        Advice.FIX,
    ),
    "publish_not_cancellable": Explained(
        "It is too late to cancel, or TikTok is not fetching it; its status says what it is.",
        Advice.ASK_STATUS,
    ),
    "internal_error": Explained("Something at TikTok is broken. Try again later.", Advice.RETRY),
    "invalid_publish_id": Explained(
        "TikTok does not know this post. Just after it was announced that can be; later, "
        "look at the account before anything is posted again.",
        Advice.ASK_STATUS,
    ),
    "token_not_authorized_for_specified_publish_id": Explained(
        "TikTok says that this post belongs to another account. Look at which account is "
        "connected.",
        Advice.FIX,
    ),
}

# What a status gives as the reason of a failure, beside codes that are above.
_FAILURES: Final = {
    "file_format_check_failed": Explained(
        "The file is in a format that TikTok does not take. A mended copy can be posted.",
        Advice.FIX,
    ),
    "duration_check_failed": Explained(
        "The video is longer than TikTok takes: a post than it lets this account post, a "
        "draft than 10 minutes. Cut it, and post it anew.",
        Advice.FIX,
    ),
    "frame_rate_check_failed": Explained(
        "The video has fewer than 23 or more than 60 pictures per second. A mended copy can be "
        "posted.",
        Advice.FIX,
    ),
    "picture_size_check_failed": Explained(
        "A picture is too large or too small: videos have sides of 360 to 4096 pixels, "
        "photos a shorter side of 1080 at most. A mended copy can be posted. TikTok does not say "
        "which photo it is.",
        Advice.FIX,
    ),
    "internal": Explained(
        "A part of TikTok was down, and nothing was posted. Try again later.", Advice.RETRY
    ),
    "video_pull_failed": Explained(f"The video {_NOT_FETCHED}", Advice.RETRY),
    "photo_pull_failed": Explained(f"A photo {_NOT_FETCHED}", Advice.RETRY),
    "publish_cancelled": Explained("It was cancelled before it was posted.", Advice.GIVE_UP),
    "auth_removed": Explained(
        "The account's owner took the authorisation back before it was posted. Connect "
        "the account again, then retry.",
        Advice.RECONNECT,
    ),
    "spam_risk_text": Explained(
        f"TikTok took the text for spam. {_SPAM} Write another text and post it anew.", Advice.FIX
    ),
    "spam_risk": Explained(
        f"TikTok found the post too risky and does not say why. {_SPAM}", Advice.GIVE_UP
    ),
    "unknown": Explained("TikTok gave a reason that nobody knows yet.", Advice.GIVE_UP),
}

# What a consent or a refresh is refused with.
_OAUTH: Final = {
    "access_denied": Explained(
        "The request was refused on TikTok's page, or, of a sandbox, the account is none "
        "of its target users.",
        Advice.RECONNECT,
    ),
    "invalid_client": Explained(
        "TikTok does not know the app's client key or secret. Compare both with the "
        "developer portal; sandbox and production have their own.",
        Advice.FIX,
    ),
    "invalid_grant": Explained(
        "TikTok does not take the account's authorisation any more. Connect the account again.",
        Advice.RECONNECT,
    ),
    "invalid_request": Explained(
        "TikTok found the request for an authorisation malformed. Compare the redirect "
        "address with the one in the developer portal, then connect the account again.",
        Advice.RECONNECT,
    ),
    "invalid_scope": Explained(
        "The app may not ask for one of these permissions. Add it to the app in the "
        "developer portal.",
        Advice.FIX,
    ),
    "unauthorized_client": Explained(
        "The app may not be used like this: it is a draft or under review, lacks Login "
        "Kit, or the key is that of the other environment, sandbox or production.",
        Advice.FIX,
    ),
    "unsupported_grant_type": Explained("TikTok does not give tokens in this way.", Advice.GIVE_UP),
    "unsupported_response_type": Explained(
        "TikTok does not answer a consent in this way.", Advice.GIVE_UP
    ),
    "server_error": Explained("Something at TikTok is broken. Try again later.", Advice.RETRY),
    "temporarily_unavailable": Explained(
        "TikTok is not there just now. Try again later.", Advice.RETRY
    ),
    "state_mismatch": Explained(
        "What came back belongs to another attempt to connect. Begin once more.", Advice.RETRY
    ),
}

WORDS: Final[Mapping[str, Explained]] = MappingProxyType({**_POSTING, **_FAILURES, **_OAUTH})
