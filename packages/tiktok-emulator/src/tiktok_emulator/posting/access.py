"""Who calls a posting endpoint: token, scope and rate, in this order."""

from collections import deque
from collections.abc import Mapping
from datetime import timedelta

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.oauth.state import Grant, Token
from tiktok_emulator.operations import Operation
from tiktok_emulator.store import World

PUBLISH = "video.publish"
DRAFT = "video.upload"


def bearer(world: World, headers: Mapping[str, str]) -> Token | None:
    """The user access token of the Authorization header, dead or alive."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return world.access_tokens.get(value.strip()) if scheme.lower() == "bearer" else None


def admit(
    world: World, headers: Mapping[str, str], operation: Operation, scopes: tuple[str, ...]
) -> Grant:
    """The grant behind a call that may go on; the call is counted.

    `scopes`: any one of them is enough. Limits are counted for one user of one app, so that a
    refreshed token does not start anew, and only for calls that get this far; a refused call
    takes no place in the window.

    Raises:
        PostingRefusal: 401 or 429.

    spec: limits.window, limits.no-retry-after
    spec: error.access_token_invalid, error.scope_not_authorized, error.rate_limit_exceeded
    Source: v2 error handling page, 2026; rate limit page, 2026-08-04; order assumed.
    """
    token = _living_token(world, headers)
    if not set(scopes) & set(token.scopes):
        raise PostingRefusal(
            401,
            "scope_not_authorized",
            "The user did not authorize the scope required for completing this request.",
            rule="error.scope_not_authorized",
            why=f"the token has {', '.join(token.scopes)} but needs {' or '.join(scopes)}; the "
            "person must consent to it.",
        )
    _count(world, token.grant, operation)
    return token.grant


def _living_token(world: World, headers: Mapping[str, str]) -> Token:
    token = bearer(world, headers)
    now = world.clock.now()
    if token is not None and token.works(now):
        return token
    raise PostingRefusal(
        401,
        "access_token_invalid",
        "The access token is invalid or not found in the request.",
        rule="oauth.client-token.not-a-user"
        if _is_client_token(world, headers)
        else "error.access_token_invalid",
        why=(
            _no_token(world, headers)
            if token is None
            else "the token was revoked."
            if token.is_dead
            else f"the token expired at {token.expires_at:%H:%M:%S} UTC; refresh it."
        ),
    )


def _is_client_token(world: World, headers: Mapping[str, str]) -> bool:
    return headers.get("authorization", "").partition(" ")[2].strip() in world.client_tokens


def _no_token(world: World, headers: Mapping[str, str]) -> str:
    if _is_client_token(world, headers):
        return "a client token (clt.) is for the app alone; this call needs a user's token."
    return (
        "the Authorization header holds no user access token of this emulator; send "
        "'Bearer act....'."
    )


def _count(world: World, grant: Grant, operation: Operation) -> None:
    limits = world.settings.rate_limits
    match operation:
        case Operation.INIT:
            limit, rule = limits.init, "limits.init-per-minute"
        case Operation.INBOX_INIT:
            limit, rule = limits.inbox_init, "limits.inbox-init-per-minute"
        case Operation.PHOTO_INIT:
            limit, rule = limits.photo_init, "limits.photo-init-per-minute"
        case Operation.CANCEL:
            limit, rule = limits.cancel, "limits.cancel-per-minute"
        case Operation.CREATOR_INFO:
            limit, rule = limits.creator_info, "limits.creator-info-per-minute"
        case Operation.USER_INFO | Operation.VIDEO_LIST | Operation.VIDEO_QUERY:
            limit, rule = limits.display, "limits.display-per-minute"
        case _:
            limit, rule = limits.status, "limits.status-per-minute"
    now = world.clock.now()
    window = world.windows.setdefault((operation, grant.client_key, grant.username), deque())
    while window and now - window[0] >= timedelta(seconds=limits.window_s):
        window.popleft()
    if len(window) >= limit:
        free_in = timedelta(seconds=limits.window_s) - (now - window[0])
        raise PostingRefusal(
            429,
            "rate_limit_exceeded",
            "The API rate limit was exceeded. Please try again later.",
            rule=rule,
            why=f"{limit} calls within {limits.window_s:g} s are allowed for one user of one app; "
            f"the next place is free in {free_in.total_seconds():.1f} s.",
        )
    window.append(now)
