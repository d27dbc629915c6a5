"""Why posts wait, in plain words, and what a person can do about it."""

from typing import Final

HOLDS: Final = {
    "rate_limit": "TikTok's limit per minute is used up",
    "daily_cap": "TikTok lets nothing more be posted today",
    "pending_drafts": "too many drafts wait to be finished in the app",
    "active_users": "the app may not post for more accounts today",
    "reconnect": "the account has to be connected again",
    "revoked": "its authorisation was taken away",
    "insufficient_scope": "a permission is missing",
    "account": "the account's own settings forbid it",
    "request": "TikTok does not take what it was asked",
    "network_fault": "something at TikTok is broken",
    "unreachable": "TikTok cannot be reached",
    "no_public_address": "there is no address from which TikTok can fetch it",
    "trouble": "something is wrong on this side",
    "paused": "publishing is paused",
    "copy_in_doubt": "this may be a copy of the data",
    "missed": "its time passed while nothing was running",
    "restored": "it may have gone out before a backup was put back",
    "unconfirmed": "nobody can prove whether it is out",
}

_RECONNECT: Final = "postwright accounts reconnect {account}"
_RESUME: Final = "postwright resume, or postwright resume --account {account}"

# For those that only a person can end, and those that a person can end sooner.
STEPS: Final = {
    "reconnect": _RECONNECT,
    "revoked": _RECONNECT,
    "insufficient_scope": f"{_RECONNECT}, and leave every permission on",
    "pending_drafts": "finish a draft in TikTok's app, or wait",
    "no_public_address": "set POSTWRIGHT_WEB__PUBLIC_URL for every process, as "
    "docs/howto/serve-media.md says; postwright doctor looks at it",
    "unreachable": "postwright doctor",
    "trouble": "postwright doctor",
    "paused": _RESUME,
    "copy_in_doubt": "postwright installation",
    "missed": "postwright reschedule {id} --at now, or postwright cancel {id}",
    "restored": "look in TikTok's app, then: postwright reconcile {id}",
}

NEEDS_A_PERSON: Final = frozenset(
    {
        "reconnect", "revoked", "insufficient_scope", "paused", "copy_in_doubt", "missed",
        "restored", "no_public_address", "unconfirmed",
    }
)  # fmt: skip

# Of these the publication's detail says more than that: how many, since when, which one.
TELL_MORE: Final = frozenset(
    {
        "unreachable", "daily_cap", "trouble", "paused", "pending_drafts", "active_users",
        "copy_in_doubt", "missed", "restored", "unconfirmed",
    }
)  # fmt: skip
