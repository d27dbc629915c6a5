"""Where a browser goes that comes back from a consent page: to who asked, or to a plain page."""

import html
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from postwright.api.errors import InvalidRequest
from postwright.connections.models import PlatformApp
from postwright.errors import Misconfigured

_LONGEST = 2000
_SAFE: Final = {
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  :root {{ color-scheme: light dark; }}
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto; padding: 0 1.5rem; }}
  h1 {{ font-size: 1.5rem; line-height: 1.25; }}
  p {{ margin: .5rem 0; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
</body>
</html>
"""  # noqa: E501  # as it is sent


def callback_path(platform: str) -> str:
    """Where networks send browsers back to, below the API's address."""
    return f"/v1/connect/{platform}/callback"


def redirect_uri(app: PlatformApp, public_url: str, request: Request) -> str:
    """The address that the network sends an app's browsers back to: ours, as it is registered.

    Args:
        app: its own address counts, if that leads here. A desktop app's browser comes back to the
            machine that it runs on.
        public_url: the address of the settings.
        request: on which port it came.

    Raises:
        Misconfigured: a web app needs a public address.
    """
    path = callback_path(app.platform)
    if app.redirect_uri.endswith(path) and "*" not in app.redirect_uri:
        return app.redirect_uri
    if public_url and (app.kind == "web" or _is_loopback(urlsplit(public_url))):
        return public_url + path
    if app.kind == "web":
        raise Misconfigured(
            "The network has no address to send browsers back to.",
            why="POSTWRIGHT_WEB__PUBLIC_URL is not set.",
            fix=f"Set it, and register that address with {path} behind it.",
        )
    return f"http://127.0.0.1:{request.scope['server'][1]}{path}"


def checked(url: str) -> str:
    """An address to send a browser to in the end.

    Raises:
        InvalidRequest: it is neither https, nor on the machine of who looks at it.
    """
    try:
        parts = urlsplit(url)
        is_https = parts.scheme == "https" and bool(parts.hostname)
        fits = is_https or (parts.scheme == "http" and _is_loopback(parts))
        _ = parts.port
    except ValueError:
        fits, parts = False, SplitResult("", "", "", "", "")
    plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>')
    if not (fits and plain and len(url) <= _LONGEST and "@" not in parts.netloc):
        raise InvalidRequest(
            "A browser is not sent to this address.",
            why="It is https, or http on 127.0.0.1 or localhost; it has no user name, and "
            f"{_LONGEST} characters at most.",
            param="redirectUrl",
        )
    return url


def sent_back(url: str, told: Mapping[str, str]) -> Response:
    """Send the browser to an address, which keeps what it asks for and is told more."""
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(told))))
    there = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))
    return RedirectResponse(there, 303, headers=_SAFE)


def page(title: str, text: str, status: int = 200) -> Response:
    """A plain page for a person."""
    body = _PAGE.format(title=html.escape(title), text=html.escape(text))
    return HTMLResponse(body, status, headers=_SAFE)


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
