"""Keeps foreign web pages away from our own paths: the pages, their forms, the control plane.

Whoever runs the emulator also browses the web, and any page there can send requests to
127.0.0.1. Two things tell such a request: what the browser says about its origin, and, when a
name of the attacker's was pointed at this machine, the name in `Host`. Programs that are no
browser say neither of the first and call us by an address or a local name, so nothing changes
for them.
"""

import ipaddress
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Names that nobody can register, and those that the TLS mode answers to.
LOCAL_SUFFIXES = (
    ".localhost",
    ".local",
    ".internal",
    ".test",
    ".example",
    ".example.com",
    ".invalid",
    ".lan",
    ".home.arpa",
    ".tiktok.com",
    ".tiktokapis.com",
)


def refusal(scope: Scope, trusted: Collection[str]) -> Response | None:
    """The answer to a request that some foreign page sent to one of our own paths, or None."""
    why = problem(scope["method"], Headers(scope=scope), trusted)
    if why is None:
        return None
    if scope["path"].startswith("/_control"):
        return JSONResponse({"error": why}, 403)
    return PlainTextResponse(why + "\n", 403)


def problem(method: str, headers: Mapping[str, str], trusted: Collection[str]) -> str | None:
    """Why a request to one of our own paths is not answered, or None.

    `headers` are looked up in lower case; `trusted` are further names that are ours.
    """
    host = headers.get("host", "")
    if host and not is_ours(host, trusted):
        return (
            f"This emulator does not know itself as {_name(host)!r}. Call it by an address or as "
            "localhost, or add the name to the setting trusted_hosts."
        )
    if method in SAFE_METHODS:
        return None
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return f"Another web page sent this (Sec-Fetch-Site is {site!r}); only our own pages may."
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return f"Another web page sent this (Origin is {origin!r}); only our own pages may."
    return None


def is_ours(host: str, trusted: Collection[str]) -> bool:
    """Whether a `Host` is one that no stranger's domain can be: an address or a local name."""
    name = _name(host)
    if name in trusted or "." not in name or name.endswith(LOCAL_SUFFIXES):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    """Without port, brackets and final dot; an IPv6 address has no dot and is always ours."""
    if host.startswith("["):
        return "localhost"
    return host.partition(":")[0].rstrip(".").lower()
