"""What a person at a terminal can do about posts that wait or have failed."""

from typing import Final

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
    "web_away": "start the web part: postwright web, or postwright up",
    "unreachable": "postwright doctor",
    "trouble": "postwright doctor",
    "paused": _RESUME,
    "copy_in_doubt": "postwright installation",
    "missed": "postwright reschedule {id} --at now, or postwright cancel {id}",
    "restored": "look in TikTok's app, then: postwright reconcile {id}",
}

# And about what has failed; else it is for the advice to say.
MENDS: Final = {
    "url_ownership_unverified": "postwright doctor says whether the proof is in its place; then: "
    "postwright retry {id}",
    "video_pull_failed": "postwright doctor says whether media can be fetched from outside; then: "
    "postwright retry {id}",
    "file_format_check_failed": "postwright check FILE --fix mends it; publish the mended one anew",
    "frame_rate_check_failed": "postwright check FILE --fix mends it; publish the mended one anew",
    "picture_size_check_failed": "postwright check FILE --fix mends it; publish the mended one "
    "anew",
    "duration_check_failed": "postwright check FILE --fix --trim cuts it; publish what is left "
    "anew",
}

NEEDS_A_PERSON: Final = frozenset(
    {
        "reconnect", "revoked", "insufficient_scope", "paused", "copy_in_doubt", "missed",
        "restored", "no_public_address", "web_away", "unconfirmed",
    }
)  # fmt: skip

# Of these the publication's detail says more than that: how many, since when, which one.
TELL_MORE: Final = frozenset(
    {
        "unreachable", "daily_cap", "trouble", "paused", "pending_drafts", "active_users",
        "copy_in_doubt", "missed", "restored", "unconfirmed",
    }
)  # fmt: skip
