"""Gives out tokens, rotates them and takes them back."""

from collections.abc import Mapping
from datetime import timedelta

from tiktok_emulator.errors import OAuthRefusal
from tiktok_emulator.ids import open_id
from tiktok_emulator.oauth.rules import check_exchange, field
from tiktok_emulator.oauth.state import (
    App,
    AuthorizeRequest,
    ClientToken,
    Code,
    Grant,
    Removal,
    Token,
)
from tiktok_emulator.operations import Operation
from tiktok_emulator.store import World


def accept(world: World, request: AuthorizeRequest, username: str, scopes: tuple[str, ...]) -> str:
    """Record the consent and return a single-use code. The grant itself begins at the exchange."""
    code = world.ids.code()
    world.codes[code] = Code(
        request=request,
        username=username,
        scopes=scopes,
        expires_at=world.clock.now() + timedelta(seconds=world.settings.code_lifetime_s),
    )
    return code


def exchange(world: World, app: App, form: Mapping[str, str]) -> dict[str, object]:
    """Turn a code into tokens.

    A code that was refused for its redirect address or verifier stays usable; TikTok does not
    say.

    spec: oauth.token, oauth.token.prefixes
    Source: OAuth get page, 2026-11-02; lifetime and single use of a code are assumed.
    """
    code = world.codes.get(field(form, "code"))
    now = world.clock.now()
    if code is None or code.request.client_key != app.client_key:
        raise _dead_code("no such code was given to this app; send it URL-decoded, exactly once.")
    if code.is_used:
        raise _dead_code("the code was exchanged before; each works once.")
    if now >= code.expires_at:
        raise OAuthRefusal(
            "invalid_grant",
            "Authorization code is expired.",
            rule="oauth.token.code-lifetime",
            why="the code is too old; send the person through the consent page again.",
        )
    check_exchange(code, form, world.settings)
    code.is_used = True
    key = (app.client_key, code.username)
    old = world.grants.get(key)
    if old is None or old.revoked_at is not None:
        identity = open_id(app.client_key, code.username)
        world.grants[key] = Grant(app.client_key, code.username, identity, code.scopes, now)
    else:
        old.scopes = tuple(dict.fromkeys(old.scopes + code.scopes))
    return issue(world, world.grants[key], code.scopes)


def _dead_code(why: str) -> OAuthRefusal:
    return OAuthRefusal(
        "invalid_grant",
        "Authorization code is expired.",
        rule="oauth.token.code-single-use",
        why=why,
    )


def refresh(world: World, app: App, form: Mapping[str, str]) -> dict[str, object]:
    """New tokens for a refresh token; the one used dies at once. Access tokens live on.

    Source: OAuth refresh page, 2026-11-02. Whether the new one lives its full time is assumed.
    """
    sent = field(form, "refresh_token")
    token = world.refresh_tokens.get(sent)
    now = world.clock.now()
    if token is None or token.grant.client_key != app.client_key or not token.works(now):
        raise OAuthRefusal(
            "invalid_grant",
            "Refresh token is invalid or expired.",
            rule="oauth.token.rotation" if token and token.is_dead else "oauth.error.invalid_grant",
            why=(
                "the refresh token is unknown to this app."
                if token is None or token.grant.client_key != app.client_key
                else "it was rotated away or revoked; always store the newest one before use."
                if token.is_dead
                else "it has expired; the person must consent again."
            ),
        )
    if not world.settings.rotate_refresh:
        return issue(world, token.grant, token.scopes, keep=(sent, token))
    token.is_dead = True
    until = None if world.settings.rotation_restarts_lifetime else token
    return issue(world, token.grant, token.scopes, ends_with=until)


def issue(
    world: World,
    grant: Grant,
    scopes: tuple[str, ...],
    *,
    keep: tuple[str, Token] | None = None,
    ends_with: Token | None = None,
) -> dict[str, object]:
    """A new access token, and a refresh token: a new one, or the one to keep.

    `ends_with` gives a new refresh token the end of an old one. Both `expires_in` values are
    the seconds that are left, as on TikTok.

    spec: oauth.token.access-lifetime, oauth.token.refresh-lifetime
    Source: user access token management, 2026-11-05.
    """
    now = world.clock.now()
    access = world.ids.access_token()
    lifetime = timedelta(seconds=world.settings.access_token_s)
    world.access_tokens[access] = Token(grant, scopes, now + lifetime)
    if keep is None:
        value = world.ids.refresh_token()
        lasting = timedelta(seconds=world.settings.refresh_token_s)
        refreshing = Token(grant, scopes, ends_with.expires_at if ends_with else now + lasting)
        world.refresh_tokens[value] = refreshing
    else:
        value, refreshing = keep
    return {
        "access_token": access,
        "expires_in": world.settings.access_token_s,
        "open_id": grant.open_id,
        "refresh_expires_in": int((refreshing.expires_at - now).total_seconds()),
        "refresh_token": value,
        "scope": ",".join(scopes),
        "token_type": "Bearer",
    }


def revoke(world: World, app: App, form: Mapping[str, str]) -> Grant:
    """Disconnect the app from the user of an access token: every token of both is dead.

    spec: oauth.revoke, oauth.revoke.kills-both
    Source: OAuth revoke page, 2026-11-02; the answer to an unknown token is assumed.
    """
    token = world.access_tokens.get(field(form, "token"))
    if (
        token is None
        or token.grant.client_key != app.client_key
        or not token.works(world.clock.now())
    ):
        raise OAuthRefusal(
            "invalid_request",
            "The access token is invalid or not found in the request.",
            rule="oauth.revoke.unknown-token",
            why="token must be a living user access token of this app.",
        )
    disconnect(world, token.grant, Removal.DEVELOPER_REVOKED)
    return token.grant


def client_token(world: World, app: App) -> dict[str, object]:
    """A token of the app itself; there is no user in it and nothing to refresh it with.

    spec: oauth.client-token, oauth.client-token.prefix, oauth.client-token.lifetime
    spec: oauth.client-token.no-refresh
    Source: client access token management page, 2026.
    """
    value = world.ids.client_token()
    lifetime = world.settings.client_token_s
    world.client_tokens[value] = ClientToken(
        app.client_key, world.clock.now() + timedelta(seconds=lifetime)
    )
    return {"access_token": value, "expires_in": lifetime, "token_type": "Bearer"}


def disconnect(world: World, grant: Grant, reason: Removal = Removal.USER_DISCONNECTED) -> None:
    """Kill every token of a grant, remember when it was taken back, and tell the app.

    Publishes that are not decided yet will fail, even if the user consents anew meanwhile.

    spec: status.fail.auth_removed
    """
    grant.revoked_at = world.clock.now()
    for publish in world.publishes_of(grant.username):
        publish.is_disowned |= publish.client_key == grant.client_key
    for token in (*world.access_tokens.values(), *world.refresh_tokens.values()):
        if token.grant is grant:
            token.is_dead = True
    world.tell(
        "authorization.removed",
        client_key=grant.client_key,
        username=grant.username,
        content={"reason": int(reason)},
    )


def subject(world: World, operation: Operation, form: Mapping[str, str]) -> str | None:
    """Whom a token or revoke request is about, so that faults and the log can tell."""
    match operation:
        case Operation.TOKEN:
            code = world.codes.get(form.get("code", ""))
            return code.username if code else None
        case Operation.REFRESH:
            old = world.refresh_tokens.get(form.get("refresh_token", ""))
            return old.grant.username if old else None
        case _:
            living = world.access_tokens.get(form.get("token", ""))
            return living.grant.username if living else None
