"""Which redirect addresses may be registered, and which one an app may ask for."""

import re
from urllib.parse import urlsplit

from tiktok_emulator.oauth.state import App, Kind

LONGEST = 511
LOOPBACK = ("localhost", "127.0.0.1")
_PORT = re.compile(r"[0-9]{1,5}")


def registration_problem(kind: Kind, uri: str) -> str | None:
    """Why TikTok would not register this address, or None.

    spec: oauth.redirect.no-query, oauth.redirect.web-https, oauth.redirect.desktop-loopback
    spec: oauth.redirect.length
    Source: login kit web and desktop pages, 2026.
    """
    if not uri.isascii() or not uri.isprintable() or " " in uri:
        return "holds characters that an address cannot"
    if "?" in uri or "#" in uri:
        return "has a query or fragment; neither is allowed"
    if len(uri) > LONGEST:
        return f"is {len(uri)} characters long; under 512 are allowed"
    scheme, host, port = _split(uri)
    if kind == "web":
        return None if scheme == "https" and host else "must be absolute and https for a web app"
    if scheme not in ("http", "https") or host not in LOOPBACK:
        return "must be http(s)://localhost or 127.0.0.1 for a desktop app"
    if port != "*" and not _is_port(port):
        return "needs a port (a number, or * for any) for a desktop app"
    return None


def matches(app: App, uri: str) -> bool:
    """Whether the app registered this address: letter by letter, or with `*` for its port.

    spec: oauth.redirect.exact
    """
    return any(_matches(registered, uri) for registered in app.redirect_uris)


def _matches(registered: str, uri: str) -> bool:
    if registered == uri:
        return True
    if ":*" not in registered:
        return False
    before, after = registered.split(":*", 1)
    port = uri[len(before) + 1 : len(uri) - len(after)]
    return uri == f"{before}:{port}{after}" and _is_port(port)


def _is_port(text: str) -> bool:
    return _PORT.fullmatch(text) is not None and 0 < int(text) < 65_536


def _split(uri: str) -> tuple[str, str, str]:
    """Scheme, host and port as written; the port may be `*`, which urlsplit would not give."""
    try:
        parts = urlsplit(uri)
    except ValueError:  # a bracket without its pair
        return uri.partition(":")[0], "", ""
    authority = parts.netloc
    if "@" in authority:
        return parts.scheme, "", ""
    host, _, port = authority.partition(":")
    return parts.scheme, host, port
