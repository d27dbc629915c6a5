"""Renders the pages that people see. Everything put into a template is escaped."""

import hashlib
from collections.abc import Mapping
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tiktok_emulator.store import world_of
from tiktok_emulator.wording import count, length, moment, size, span

# No inline scripts and styles anywhere: what somebody puts into a nickname or a caption stays
# text even if an escape were ever forgotten.
_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {form_action}"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Not no-referrer: browsers would then call the origin of our own forms "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ASSETS = {
    file.name: file.read_bytes()
    for file in resources.files("tiktok_emulator").joinpath("static").iterdir()
    if file.name.endswith(tuple(_MEDIA_TYPES))
}


def _asset(name: str) -> str:
    """The address of a file of ours; it changes with the file, so that it can be kept for ever."""
    return f"/_assets/{name}?v={hashlib.sha256(ASSETS[name]).hexdigest()[:12]}"


_environment = Environment(
    loader=PackageLoader("tiktok_emulator"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(
    asset=_asset, count=count, length_ms=length, moment=moment, size=size, span=span
)


def render(template: str, values: Mapping[str, object]) -> str:
    """A template as text."""
    return _environment.get_template(template).render(values)


def page(
    request: Request,
    template: str,
    values: Mapping[str, object] | None = None,
    *,
    status: int = 200,
    leads_to_apps: bool = False,
) -> HTMLResponse:
    """A page as the answer to a request, under a strict content security policy.

    `leads_to_apps`: its form ends at another program's address. Browsers hold the policy's
    `form-action` against every redirect that follows, and those are the app's own business.
    """
    world = world_of(request)
    shared: dict[str, object] = {
        "here": request.url.path,
        "now": world.clock.now(),
        "ahead": world.clock.offset,
        "is_frozen": world.clock.is_frozen,
        "form_key": request.app.state.form_key,
    }
    policy = _POLICY.format(form_action="'self' http: https:" if leads_to_apps else "'self'")
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return HTMLResponse(render(template, shared | dict(values or {})), status, headers)


async def asset(request: Request) -> Response:
    """A stylesheet, script or picture of ours."""
    name = request.path_params["name"]
    body = ASSETS.get(name)
    if body is None:
        return Response(status_code=404)
    media_type = _MEDIA_TYPES["." + name.rpartition(".")[2]]
    is_named = str(request.url).endswith(_asset(name))
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if is_named else "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=media_type, headers=headers)


ROUTES = [Route("/_assets/{name}", asset, methods=["GET", "HEAD"])]
