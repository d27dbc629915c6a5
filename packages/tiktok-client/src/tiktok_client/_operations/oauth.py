"""Authorise, exchange, refresh, revoke: without a network.

Source: login-kit-web, login-kit-desktop (2026), oauth-user-access-token-management 2026-11-05,
oauth-get-, oauth-refresh-, oauth-revoke-a-user-access-token 2026-11-02.
"""

import hashlib
import hmac
import secrets
import string
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from tiktok_client.codes import CALLBACK_HINTS, OAUTH_CODES
from tiktok_client.endpoints import Endpoints
from tiktok_client.errors import Advice, OAuthError, StateMismatch, without_secrets
from tiktok_client.limits import MAX_REDIRECT_CHARS
from tiktok_client.models.oauth import (
    AppKeys,
    AuthorizeRequest,
    Callback,
    ClientToken,
    TokenGrant,
)

from .wire import FORM, Fields, Request, Response, read_oauth

__all__ = [
    "AppKind",
    "authorize",
    "client_token",
    "code_challenge",
    "exchange",
    "new_verifier",
    "read_callback",
    "read_client_token",
    "read_grant",
    "read_revoked",
    "refresh",
    "revoke",
]

AppKind = Literal["desktop", "web"]

VERIFIER_ALPHABET = string.ascii_letters + string.digits + "-._~"
VERIFIER_CHARS = 64
LOOPBACK = frozenset({"localhost", "127.0.0.1"})


def new_verifier() -> str:
    """Make a fresh PKCE verifier.

    spec: oauth.pkce.verifier-length
    """
    return "".join(secrets.choice(VERIFIER_ALPHABET) for _ in range(VERIFIER_CHARS))


def code_challenge(verifier: str) -> str:
    """Make the challenge of a verifier: SHA-256 in lowercase hex, not the usual base64url.

    spec: oauth.pkce.hex
    Source: login-kit-desktop (2026), and the test vector of TikTok's Android SDK.
    """
    return hashlib.sha256(verifier.encode("ascii")).hexdigest()


def authorize(
    app: AppKeys,
    endpoints: Endpoints,
    *,
    redirect_uri: str,
    scopes: Iterable[str],
    kind: AppKind,
    state: str | None = None,
    always_ask: bool = False,
) -> AuthorizeRequest:
    """Build the address of the consent page. PKCE for desktop apps only, as TikTok has it.

    spec: oauth.authorize, oauth.authorize.client-key, oauth.authorize.response-type
    spec: oauth.authorize.scope, oauth.authorize.redirect-uri, oauth.authorize.state
    spec: oauth.authorize.code-challenge, oauth.authorize.code-challenge-method
    spec: oauth.authorize.disable-auto-auth
    """
    check_redirect(redirect_uri, kind)
    asked = ",".join(scopes)
    if not asked:
        raise ValueError("name at least one scope")
    state = state or secrets.token_urlsafe(32)
    verifier = new_verifier() if kind == "desktop" else None
    query = {
        "client_key": app.client_key,
        "response_type": "code",
        "scope": asked,
        "redirect_uri": redirect_uri,
        "state": state,
    }
    if verifier is not None:
        query |= {"code_challenge": code_challenge(verifier), "code_challenge_method": "S256"}
    if always_ask:
        query["disable_auto_auth"] = "1"
    url = f"{endpoints.www}/v2/auth/authorize/?{urlencode(query)}"
    return AuthorizeRequest(url=url, state=state, code_verifier=verifier)


def check_redirect(uri: str, kind: AppKind) -> None:
    """Raise ValueError for a redirect address that TikTok cannot have registered.

    spec: oauth.redirect.desktop-loopback, oauth.redirect.web-https, oauth.redirect.no-query
    spec: oauth.redirect.length
    """
    parts = urlsplit(uri)
    if len(uri) > MAX_REDIRECT_CHARS:
        raise ValueError(f"a redirect address has at most {MAX_REDIRECT_CHARS} characters")
    if parts.query or parts.fragment or "?" in uri or "#" in uri:
        raise ValueError("a redirect address has no query and no fragment")
    if kind == "web" and parts.scheme != "https":
        raise ValueError("a web app's redirect address is https")
    if kind == "desktop" and (
        parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK or not parts.port
    ):
        raise ValueError("a desktop app's redirect address is localhost or 127.0.0.1 with a port")


def read_callback(url_or_query: str, *, expected_state: str) -> Callback:
    """Read the callback's address or query string; the code comes out decoded.

    Raises StateMismatch if it is not the answer to our request, and OAuthError if the person or
    TikTok said no, or if there is neither a code nor an error.

    spec: oauth.callback.code, oauth.callback.scopes, oauth.callback.error
    """
    before, mark, after = url_or_query.partition("?")
    query = (after if mark else before).partition("#")[0]
    values = dict(parse_qsl(query, keep_blank_values=True))
    if not hmac.compare_digest(values.get("state", "").encode(), expected_state.encode()):
        raise StateMismatch(
            operation="oauth.authorize",
            code="state_mismatch",
            message="this callback does not belong to the consent that was asked for",
            log_id=None,
            status=302,
            advice=Advice.REAUTHORISE,
        )
    code, error = values.get("code"), values.get("error")
    if error or not code:
        # TikTok's own Android library takes neither a code nor an error for a refusal.
        raise _refused(error or "access_denied", values)
    return Callback(code=code, scopes=split_scopes(values.get("scopes", "")))


def _refused(error: str, values: dict[str, str]) -> OAuthError:
    """Make the error of a callback: TikTok's words, and ours where its error_type says more.

    spec: oauth.callback.error-extras, oauth.callback.draft-app, oauth.callback.sandbox-target
    spec: oauth.sandbox.targets
    """
    error_type = values.get("error_type") or None
    hint = CALLBACK_HINTS.get((error, error_type or ""))
    parts = [values.get("error_description"), error_type, hint.words if hint else None]
    return OAuthError(
        operation="oauth.authorize",
        code=error,
        message=without_secrets(" / ".join(part for part in parts if part)),
        log_id=values.get("logid") or values.get("log_id") or None,
        status=302,
        advice=hint.advice if hint else OAUTH_CODES.get(error),
        error_type=error_type,
        err_code=values.get("errCode") or None,
    )


def split_scopes(text: str) -> frozenset[str]:
    """Split TikTok's comma list."""
    return frozenset(scope.strip() for scope in text.split(",") if scope.strip())


def _form(operation: str, url: str, values: dict[str, str]) -> Request:
    """Build a form post; TikTok refuses JSON here.

    spec: oauth.token.form-only, oauth.token.client-secret
    """
    headers = {"Content-Type": FORM, "Cache-Control": "no-cache"}
    return Request(operation, "POST", url, headers, urlencode(values).encode("ascii"))


def exchange(
    app: AppKeys, endpoints: Endpoints, *, code: str, redirect_uri: str, code_verifier: str | None
) -> Request:
    """Ask for tokens with a code, which works once. `redirect_uri` as it was at authorize.

    spec: oauth.token, oauth.token.grant-types, oauth.token.code-single-use
    spec: oauth.token.code-lifetime, oauth.token.redirect-same, oauth.redirect.exact
    spec: oauth.token.web-without-challenge
    """
    values = {
        "client_key": app.client_key,
        "client_secret": app.client_secret,
        "code": code,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
    }
    if code_verifier is not None:
        values["code_verifier"] = code_verifier
    return _form("oauth.token", f"{endpoints.api}/v2/oauth/token/", values)


def refresh(app: AppKeys, endpoints: Endpoints, *, refresh_token: str) -> Request:
    """Ask for new tokens; the refresh token that is sent dies.

    spec: oauth.token.rotation, oauth.token.grant-types
    """
    values = {
        "client_key": app.client_key,
        "client_secret": app.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }
    return _form("oauth.refresh", f"{endpoints.api}/v2/oauth/token/", values)


def client_token(app: AppKeys, endpoints: Endpoints) -> Request:
    """Ask for a token of the app itself.

    spec: oauth.client-token, oauth.token.grant-types
    Source: client-access-token-management (2026).
    """
    values = {
        "client_key": app.client_key,
        "client_secret": app.client_secret,
        "grant_type": "client_credentials",
    }
    return _form("oauth.client_token", f"{endpoints.api}/v2/oauth/token/", values)


def read_client_token(answer: Response) -> ClientToken:
    """Read it. There is no refresh token: the next one is asked for in the same way.

    spec: oauth.client-token.prefix, oauth.client-token.lifetime, oauth.client-token.no-refresh
    spec: oauth.client-token.not-a-user
    """
    fields = read_oauth(answer)
    return ClientToken(
        access_token=fields.text("access_token"),
        expires_in=_lifetime(fields, "expires_in"),
        log_id=fields.text_if_any("log_id"),
    )


def read_grant(answer: Response) -> TokenGrant:
    """Read tokens. Lifetimes are what the answer says, never a constant.

    spec: oauth.token.access-lifetime, oauth.token.refresh-lifetime, oauth.token.prefixes
    spec: oauth.scopes.partial
    """
    fields = read_oauth(answer)
    return TokenGrant(
        open_id=fields.text("open_id"),
        scopes=split_scopes(fields.text("scope")),
        access_token=fields.text("access_token"),
        refresh_token=fields.text("refresh_token"),
        expires_in=_lifetime(fields, "expires_in"),
        refresh_expires_in=_lifetime(fields, "refresh_expires_in"),
        log_id=fields.text_if_any("log_id"),
    )


def _lifetime(fields: Fields, name: str) -> timedelta:
    try:
        return timedelta(seconds=fields.integer(name))
    except OverflowError:
        raise fields.answer.refuse(f"field {name} is no lifetime") from None


def revoke(app: AppKeys, endpoints: Endpoints, *, access_token: str) -> Request:
    """Disconnect the app from this person. A token that is dead already is refused.

    spec: oauth.revoke, oauth.revoke.kills-both, oauth.revoke.unknown-token
    """
    values = {
        "client_key": app.client_key,
        "client_secret": app.client_secret,
        "token": access_token,
    }
    return _form("oauth.revoke", f"{endpoints.api}/v2/oauth/revoke/", values)


def read_revoked(answer: Response) -> None:
    """Read revoke's answer: nothing, or `{}`; a refusal raises."""
    read_oauth(answer)
