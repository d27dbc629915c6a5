"""The consent page and the two form endpoints of Login Kit."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tiktok_emulator import guard
from tiktok_emulator.errors import CallbackRefusal, OAuthRefusal, PageRefusal
from tiktok_emulator.journal import note_of
from tiktok_emulator.oauth import rules, tokens
from tiktok_emulator.oauth.page import consent_page, refused_page
from tiktok_emulator.oauth.sessions import can_sign_in, sign_in, signed_in
from tiktok_emulator.oauth.state import AuthorizeRequest, ConsentPage, StandingConsent
from tiktok_emulator.store import World, world_of

AUTHORIZE = "/v2/auth/authorize/"
TOKEN = "/v2/oauth/token/"  # noqa: S105  # a path
REVOKE = "/v2/oauth/revoke/"
PAGE_LIFETIME = timedelta(hours=1)


async def authorize(request: Request) -> Response:
    """Show the consent page; or redirect at once, for a standing or an earlier consent.

    `disable_auto_auth=0` skips the page when this browser is signed in as a creator who has
    granted everything asked for.

    spec: oauth.authorize, oauth.authorize.disable-auto-auth
    Source: login kit web page, 2026.
    """
    world = world_of(request)
    try:
        asked = rules.check_authorize(request.query_params, world.apps)
    except PageRefusal as refusal:
        return refused_page(request, refusal)
    try:
        rules.check_live(world.apps[asked.client_key])
    except CallbackRefusal as refusal:
        return _refused(request, asked, refusal)
    standing = _take_standing(world, asked.client_key)
    if standing is not None and standing.decision == "refuse":
        return _declined(request, asked, standing.username, standing.error)
    if standing is not None:
        return _accepted(request, asked, standing.username, standing.scopes)
    username = signed_in(request)
    grant = world.grants.get((asked.client_key, username))
    if not asked.always_ask and grant is not None and grant.covers(asked.scopes):
        return _accepted(request, asked, username, None)
    page_id = world.ids.page()
    world.pages[page_id] = ConsentPage(asked, world.clock.now())
    return consent_page(request, page_id, chosen=username)


async def decide(request: Request) -> Response:
    """Take the form of a consent page, once, and redirect to the app.

    spec: oauth.error.access_denied
    """
    world = world_of(request)
    foreign = guard.problem(request.method, request.headers, world.settings.trusted_hosts)
    if foreign is not None:
        return _page_over(request, foreign)
    try:
        form = await request.form()
    except HTTPException:
        return _page_over(request, "This is no form that a browser sends. Start again.")
    page_id = str(form.get("page_id", ""))
    username = str(form.get("username", ""))
    ticked = tuple(str(scope) for scope in form.getlist("scopes"))
    if form.get("decision") == "search" and page_id in world.pages:
        search = str(form.get("search", "")).strip()
        return consent_page(request, page_id, search=search, chosen=username, ticked=ticked)
    page = world.pages.pop(page_id, None)
    if page is None or world.clock.now() - page.shown_at > PAGE_LIFETIME:
        return _page_over(request, "This page was used before or is too old. Start again.")
    if form.get("decision") == "refuse":
        return _declined(request, page.request, username, "access_denied")
    if not can_sign_in(world, username):
        return _page_over(request, "No account was chosen. Start again from the app.")
    return _accepted(request, page.request, username, ticked)


def _page_over(request: Request, text: str) -> Response:
    refusal = PageRefusal("invalid_request", text, rule="oauth.authorize", why=text)
    return refused_page(request, refusal)


def _take_standing(world: World, client_key: str) -> StandingConsent | None:
    """The first standing decision for this app; used up when its count is."""
    for standing in world.standing:
        if standing.client_key == client_key and can_sign_in(world, standing.username):
            if standing.count is not None:
                standing.count -= 1
                if not standing.count:
                    world.standing.remove(standing)
            return standing
    return None


def _declined(
    request: Request, asked: AuthorizeRequest, username: str, error: str
) -> RedirectResponse:
    """Back to the app without a code: the person, or an order, said no."""
    note = note_of(request)
    note.username = username or None
    note.code, note.rule = error, f"oauth.error.{error}"
    if error == "access_denied":
        note.why = "The person refused on the consent page."
        text = "User denied the authorization."
    else:
        note.why, text = f"A standing refusal with {error} was ordered.", "An ordered refusal."
    answer = {"error": error, "error_description": text}
    return RedirectResponse(rules.callback_address(asked, answer), 302)


def _refused(
    request: Request, asked: AuthorizeRequest, refusal: CallbackRefusal
) -> RedirectResponse:
    """Back to the app without a code, whatever the person wanted."""
    note = note_of(request)
    note.refuse(refusal)
    answer = rules.refusal_answer(refusal, note.log_id)
    return RedirectResponse(rules.callback_address(asked, answer), 302)


def _accepted(
    request: Request, asked: AuthorizeRequest, username: str, ticked: tuple[str, ...] | None
) -> RedirectResponse:
    """Back to the app with a code; the browser stays signed in. None is every scope."""
    world = world_of(request)
    note_of(request).username = username
    try:
        rules.check_target(world.apps[asked.client_key], username)
    except CallbackRefusal as refusal:
        return _refused(request, asked, refusal)
    scopes = rules.granted_scopes(asked.scopes, ticked)
    code = tokens.accept(world, asked, username, scopes)
    answer = {"code": code, "scopes": ",".join(scopes)}
    response = RedirectResponse(rules.callback_address(asked, answer), 302)
    sign_in(request, response, username)
    return response


async def token(request: Request) -> Response:
    """Codes, refresh tokens and the app's own secret for access tokens; forms only.

    spec: oauth.error.unsupported_grant_type
    Source: user access token management, 2026-11-05.
    """
    world = world_of(request)
    form = await _form(request)
    app = rules.check_client(form, world.apps)
    match form.get("grant_type"):
        case "authorization_code":
            answer = tokens.exchange(world, app, form)
        case "refresh_token":
            answer = tokens.refresh(world, app, form)
        case "client_credentials":
            answer = tokens.client_token(world, app)
        case other:
            raise OAuthRefusal(
                "unsupported_grant_type",
                "The grant type is not supported.",
                rule="oauth.token.grant-types",
                why=f"grant_type is {other!r}; it must be authorization_code, refresh_token or "
                "client_credentials.",
            )
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


async def revoke(request: Request) -> Response:
    """Disconnect an app from a user."""
    world = world_of(request)
    form = await _form(request)
    tokens.revoke(world, rules.check_client(form, world.apps), form)
    return JSONResponse({})


async def _form(request: Request) -> dict[str, str]:
    content_type = request.headers.get("content-type", "")
    form: dict[str, str] = {}
    if content_type.split(";")[0].strip().lower() == rules.FORM:
        body = (await request.body()).decode("utf-8", "replace")
        form = dict(parse_qsl(body, keep_blank_values=True))
    rules.check_form(content_type, form)
    return form


def _flat_errors(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer refusals in the flat shape, with the HTTP status of the settings.

    spec: oauth.token.error-shape, oauth.token.errors-http-200
    Source: OAuth error handling page, 2026; the status 200 observed 2026.
    """

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except OAuthRefusal as refusal:
            note = note_of(request)
            note.refuse(refusal)
            body = {
                "error": refusal.code,
                "error_description": refusal.message,
                "log_id": note.log_id,
            }
            return JSONResponse(body, world_of(request).settings.oauth_error_status)

    return answered


ROUTES = [
    Route(AUTHORIZE, authorize, methods=["GET"]),
    Route(AUTHORIZE, decide, methods=["POST"]),
    Route(TOKEN, _flat_errors(token), methods=["POST"]),
    Route(REVOKE, _flat_errors(revoke), methods=["POST"]),
]
