"""Renders the pages that people see. Everything put into a template is escaped."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tiktok_emulator.store import world_of

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
_SPANS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ASSETS = {
    file.name: file.read_bytes()
    for file in resources.files("tiktok_emulator").joinpath("static").iterdir()
    if file.name.endswith(tuple(_MEDIA_TYPES))
}


def _size(size_bytes: int) -> str:
    """A size for people: 12.3 MB."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} GB"


def _length(duration_ms: int) -> str:
    """A duration for people: 1:05."""
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes}:{seconds:02}"


def _moment(at: datetime) -> str:
    return f"{at:%d %b %Y, %H:%M:%S} UTC"


def _count(number: int) -> str:
    """A number as a phone shows it: 950, 12.3K, 4.1M."""
    if number < 10_000:
        return f"{number:,}"
    value, unit = (number / 1e3, "K") if number < 999_500 else (number / 1e6, "M")
    return f"{value:.1f}".removesuffix(".0") + unit


def _span(span: timedelta) -> str:
    """A time span for people, in its two largest units: 3 h 20 min."""
    left = abs(round(span.total_seconds()))
    for seconds, unit, smaller, name in _SPANS:
        if left >= seconds:
            amount, rest = divmod(left, seconds)
            return f"{amount} {unit} {rest // smaller} {name}".removesuffix(f" 0 {name}")
    return f"{left} s"


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
    asset=_asset, count=_count, length_ms=_length, moment=_moment, size=_size, span=_span
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
