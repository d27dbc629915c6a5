"""What Login Kit accepts, as functions without state."""

import hashlib
import string
from collections.abc import Mapping
from urllib.parse import urlencode

from tiktok_emulator.errors import CallbackRefusal, OAuthRefusal, PageRefusal
from tiktok_emulator.oauth.redirects import matches
from tiktok_emulator.oauth.state import App, AuthorizeRequest, Code
from tiktok_emulator.settings import Settings

FORM = "application/x-www-form-urlencoded"
VERIFIER_CHARACTERS = frozenset(string.ascii_letters + string.digits + "-._~")
VERIFIER_LENGTHS = range(43, 129)
ALWAYS_GRANTED = "user.info.basic"
ERR_CODE = "10003"


def check_authorize(query: Mapping[str, str], apps: Mapping[str, App]) -> AuthorizeRequest:
    """An authorize request that may be put before a person.

    A challenge is not looked at more closely than that it is there: as on TikTok, a wrong
    encoding shows only at the exchange.

    Raises:
        PageRefusal: the page says what is wrong; nothing is sent to the redirect address.

    spec: oauth.error.unauthorized_client, oauth.error.invalid_scope
    spec: oauth.error.unsupported_response_type
    Source: login kit web and desktop pages, 2026; Android SDK (method may be missing), 2024-10.
    """
    app = _known_app(query, apps)
    uri = _registered_redirect(query, app)
    if query.get("response_type") != "code":
        raise PageRefusal(
            "unsupported_response_type",
            "response_type",
            rule="oauth.authorize.response-type",
            why="response_type must be 'code'.",
        )
    scopes = _asked_scopes(query, app)
    if not query.get("state"):
        raise PageRefusal(
            "invalid_request",
            "state",
            rule="oauth.authorize.state",
            why="state is missing; send a random value and compare it in the callback.",
        )
    return AuthorizeRequest(
        client_key=app.client_key,
        redirect_uri=uri,
        scopes=scopes,
        state=query["state"],
        code_challenge=_challenge(query, app),
        always_ask=query.get("disable_auto_auth", "1") != "0",
    )


def _known_app(query: Mapping[str, str], apps: Mapping[str, App]) -> App:
    key = query.get("client_key", "")
    if key in apps:
        return apps[key]
    hint = " (client_id is not TikTok's name for it)" if "client_id" in query else ""
    raise PageRefusal(
        "unauthorized_client",
        "client_key",
        rule="oauth.authorize.client-key",
        why=f"client_key is {'unknown' if key else 'missing'}{hint}; seed the app or use its key.",
    )


def _registered_redirect(query: Mapping[str, str], app: App) -> str:
    uri = query.get("redirect_uri", "")
    if matches(app, uri):
        return uri
    raise PageRefusal(
        "invalid_request",
        "redirect_uri",
        rule="oauth.redirect.exact" if uri else "oauth.authorize.redirect-uri",
        why=f"redirect_uri {uri!r} is not registered for this app; it must equal one of "
        f"{', '.join(app.redirect_uris) or '(none registered)'} letter by letter.",
    )


def _asked_scopes(query: Mapping[str, str], app: App) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(s.strip() for s in query.get("scope", "").split(",") if s.strip()))
    foreign = [scope for scope in scopes if scope not in app.scopes]
    if scopes and not foreign:
        return scopes
    raise PageRefusal(
        "invalid_scope",
        "scope",
        rule="oauth.authorize.scope",
        why=(
            f"the app is not set up for {', '.join(foreign)}; ask for a subset of "
            f"{', '.join(app.scopes)}."
            if foreign
            else "scope is missing; send a list separated by commas."
        ),
    )


def _challenge(query: Mapping[str, str], app: App) -> str | None:
    challenge = query.get("code_challenge") or None
    # A missing method is S256: TikTok's own Android SDK leaves it out.
    method = query.get("code_challenge_method") or "S256"
    if challenge is None and app.kind == "desktop":
        raise PageRefusal(
            "invalid_request",
            "code_challenge",
            rule="oauth.authorize.code-challenge",
            why="a desktop app must send code_challenge: the hex SHA-256 of its code_verifier.",
        )
    if challenge is not None and method != "S256":
        raise PageRefusal(
            "invalid_request",
            "code_challenge_method",
            rule="oauth.authorize.code-challenge-method",
            why=f"code_challenge_method {method!r} is not supported; only S256 is.",
        )
    return challenge


def check_live(app: App) -> None:
    """That the app's key may be used for login: production keys only once they are approved.

    Raises:
        CallbackRefusal: unauthorized_client.

    Source: observed 2026 (a draft, or an app under review, comes back with this pair).
    """
    if app.state == "draft" and not app.sandbox:
        raise CallbackRefusal(
            "unauthorized_client",
            "The client is not authorized to request an authorization code.",
            error_type="client_key",
            rule="oauth.callback.draft-app",
            why="the app is a draft: its production key works after the review; use the key of "
            "a sandbox until then.",
        )


def check_target(app: App, username: str) -> None:
    """That a sandbox lets this account in. With an empty list it lets nobody in.

    Raises:
        CallbackRefusal: access_denied.

    spec: oauth.sandbox.targets
    Source: sandbox page, 2026 (up to ten target accounts); the pair observed 2026.
    """
    if app.sandbox and username not in app.target_users:
        raise CallbackRefusal(
            "access_denied",
            "The account is not a target user of the sandbox.",
            error_type="non_sandbox_target",
            rule="oauth.callback.sandbox-target",
            why=f"@{username} is not among the sandbox's target users "
            f"({', '.join(app.target_users) or 'none'}); add it to target_users.",
        )


def refusal_answer(refusal: CallbackRefusal, log_id: str) -> dict[str, str]:
    """The callback of such a refusal, with what no page documents: type, number, log id.

    spec: oauth.callback.error-extras
    Source: observed 2026; the number is known for client_key only.
    """
    return {
        "error": refusal.code,
        "error_description": refusal.message,
        "error_type": refusal.error_type,
        "errCode": ERR_CODE,
        "logid": log_id,
    }


def granted_scopes(
    asked: tuple[str, ...], ticked: tuple[str, ...] | list[str] | None
) -> tuple[str, ...]:
    """What the person left on; the basic scope cannot be turned off. None is everything.

    spec: oauth.scopes.partial
    Source: scopes overview page, 2026.
    """
    if ticked is None:
        return asked
    return tuple(scope for scope in asked if scope in ticked or scope == ALWAYS_GRANTED)


def callback_address(request: AuthorizeRequest, answer: Mapping[str, str]) -> str:
    """Where the browser goes after the decision; values are percent-encoded.

    spec: oauth.callback.code, oauth.callback.scopes, oauth.callback.error
    Source: login kit web page, 2026: code, scopes (plural), state; or error, error_description.
    """
    return f"{request.redirect_uri}?{urlencode({**answer, 'state': request.state})}"


def check_form(content_type: str, form: Mapping[str, str]) -> None:
    """That the body is a form with a key and a secret.

    Raises:
        OAuthRefusal: invalid_request.

    Source: user access token management, 2026-11-05.
    """
    if content_type.split(";", maxsplit=1)[0].strip().lower() != FORM:
        raise OAuthRefusal(
            "invalid_request",
            "The request parameters are malformed.",
            rule="oauth.token.form-only",
            why=f"Content-Type is {content_type or 'missing'!r}; send the fields as {FORM}, "
            "never as JSON.",
        )
    if not form.get("client_key"):
        raise _malformed("client_key")
    if not form.get("client_secret"):
        raise OAuthRefusal(
            "invalid_request",
            "Client secret is missed in request.",
            rule="oauth.token.client-secret",
            why="client_secret is missing from the form.",
        )


def check_client(form: Mapping[str, str], apps: Mapping[str, App]) -> App:
    """The app whose key and secret these are.

    Raises:
        OAuthRefusal: invalid_client.
    """
    app = apps.get(form["client_key"])
    if app is None or app.client_secret != form["client_secret"]:
        raise OAuthRefusal(
            "invalid_client",
            "Client key or secret is incorrect.",
            rule="oauth.error.invalid_client",
            why="no app has this client_key, or its client_secret is another one.",
        )
    return app


def field(form: Mapping[str, str], name: str) -> str:
    """A field that must be there.

    Raises:
        OAuthRefusal: invalid_request.
    """
    if not form.get(name):
        raise _malformed(name)
    return form[name]


def _malformed(name: str) -> OAuthRefusal:
    return OAuthRefusal(
        "invalid_request",
        "The request parameters are malformed.",
        rule="oauth.error.invalid_request",
        why=f"{name} is missing from the form.",
    )


def check_exchange(code: Code, form: Mapping[str, str], settings: Settings) -> None:
    """That a good code is exchanged with the address and the verifier it belongs to.

    Raises:
        OAuthRefusal: invalid_request in either case.

    spec: oauth.token.web-without-challenge
    Source: OAuth get page, 2026-11-02 (redirect); verifier text observed 2025-06.
    """
    if field(form, "redirect_uri") != code.request.redirect_uri:
        raise OAuthRefusal(
            "invalid_request",
            "Redirect_uri is not matched with the uri when requesting code.",
            rule="oauth.token.redirect-same",
            why="redirect_uri differs from the one of the authorize request; send it unchanged.",
        )
    challenge = code.request.code_challenge
    if challenge is None:
        return  # web apps need none, and one that comes without a challenge is not looked at
    verifier = form.get("code_verifier", "")
    if settings.verifier_length_check and not _well_formed(verifier):
        raise _bad_verifier(
            "oauth.pkce.verifier-length",
            "code_verifier must have 43 to 128 characters out of A-Z a-z 0-9 - . _ ~."
            if verifier
            else "code_verifier is missing although a code_challenge was sent.",
        )
    if hashlib.sha256(verifier.encode()).hexdigest() != challenge:
        raise _bad_verifier(
            "oauth.pkce.hex",
            "code_challenge is not the lower-case hex SHA-256 of code_verifier"
            + (
                "; it looks like base64url, which TikTok does not use."
                if len(challenge) in (43, 44)
                else "."
            ),
        )


def _well_formed(verifier: str) -> bool:
    return len(verifier) in VERIFIER_LENGTHS and VERIFIER_CHARACTERS.issuperset(verifier)


def _bad_verifier(rule: str, why: str) -> OAuthRefusal:
    return OAuthRefusal(
        "invalid_request", "Code verifier or code challenge is invalid.", rule=rule, why=why
    )
