"""Addresses to pull from, taken apart so that two programs cannot read one differently."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

LONGEST_URL = 2_048
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS = {"https": 443, "http": 80}
_PLAIN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Address:
    """An http(s) URL; `host` is in small letters, `path` as it was written."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    has_userinfo: bool

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        return self.host in LOOPBACK

    @property
    def climbs(self) -> bool:
        """Whether its path goes up or hides where it goes: then no prefix can hold it."""
        path = unquote(self.path)
        return "\\" in path or any(part in (".", "..") for part in path.split("/"))


def read_address(url: object) -> Address | None:
    """The parts of an http(s) URL of printable ASCII, or None if it is no such thing."""
    if not isinstance(url, str) or len(url) > LONGEST_URL or not _PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "\\" in parts.netloc:
        return None
    return Address(
        url=url,
        scheme=parts.scheme,
        host=parts.hostname,
        port=_PORTS[parts.scheme] if port is None else port,
        path=parts.path or "/",
        has_userinfo="@" in parts.netloc,
    )
