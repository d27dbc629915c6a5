"""Where TikTok is, and to which addresses bytes may be sent."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urlsplit

__all__ = ["Endpoints"]

UPLOAD_DOMAIN = ".tiktokapis.com"
DEFAULT_PORTS = {"https": 443, "http": 80}
# What a host may consist of. Anything else is where two parsers of one address could disagree.
HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The bases of the REST API and of the consent page. Without arguments: TikTok's own hosts.

    Source: login-kit-web, content-posting-api-reference-direct-post, 2026-09-11.
    """

    api: str = "https://open.tiktokapis.com"
    www: str = "https://www.tiktok.com"
    upload_origin: str | None = None

    @classmethod
    def at(cls, base: str) -> Self:
        """Put everything on one base, such as `http://127.0.0.1:8700`, uploads included.

        Raises ValueError if it is not an http(s) origin (scheme, host, optional port, nothing
        more).
        """
        parts = urlsplit(base)
        bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not bare:
            raise ValueError(f"{base!r} is not an origin like http://127.0.0.1:8700")
        origin = base.rstrip("/")
        return cls(api=origin, www=origin, upload_origin=origin)

    def allows_upload(self, url: str) -> bool:
        """Whether bytes may be sent to this address.

        TikTok hands out regional hosts that no page lists, so anything under tiktokapis.com over
        https is taken, and the origin given to `at`. Nothing else, nor an address with a user in
        it: whoever could change the answer of init would get the creator's video.

        spec: posting.init.upload-url
        """
        try:
            parts = urlsplit(url)
            origin = _origin(parts)
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None or origin is None:
            return False
        if self.upload_origin and origin == _origin(urlsplit(self.upload_origin)):
            return True
        scheme, host, port = origin
        return scheme == "https" and port == 443 and host.endswith(UPLOAD_DOMAIN)


def _origin(parts: SplitResult) -> tuple[str, str, int] | None:
    if parts.scheme not in DEFAULT_PORTS or not HOST.fullmatch(parts.hostname or ""):
        return None
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
