"""Where TikTok is, and to which addresses bytes may be sent."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import SplitResult, urlsplit

__all__ = ["Endpoints"]

UPLOAD_DOMAIN = ".tiktokapis.com"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DEFAULT_PORTS = {"https": 443, "http": 80}
# What an address and its host may consist of. Anything else is where two parsers of one address
# could disagree, or what no network takes.
ADDRESS = re.compile(r"[!-~]+", re.ASCII)
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*|[0-9a-f:.]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The bases of the REST API and of the consent page. Without arguments: TikTok's own hosts.

    Everything else that is told about in public is retired or made up, and answers 404.

    spec: path.unknown-404, path.final-slash
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

    def allows_pull(self, url: str) -> bool:
        """Whether media can be fetched from this address: https, from a host that has a name.

        Only TikTok knows whether the app has verified it: as a domain, with everything below it, or
        as a prefix of addresses. Its own sample video needs no verification. What stands in for
        TikTok (`at`) may be able to fetch from its own machine, so loopback addresses are taken
        then, http or https.

        spec: pull.init.https-only, pull.init.no-ip, pull.init.ownership-domain
        spec: pull.init.ownership-prefix, pull.init.verification-file, pull.init.tiktok-sample
        Source: content-posting-api-media-transfer-guide, 2026-09-11.
        """
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return False
        if self.upload_origin and parts.scheme in DEFAULT_PORTS and host in LOOPBACK:
            return True
        return parts.scheme == "https" and bool(host) and not _is_ip(host)

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
        bare = parts.username is None and parts.password is None
        if origin is None or not bare or not ADDRESS.fullmatch(url):
            return False
        if self.upload_origin and origin == _origin(urlsplit(self.upload_origin)):
            return True
        scheme, host, port = origin
        return scheme == "https" and port == 443 and host.endswith(UPLOAD_DOMAIN)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _origin(parts: SplitResult) -> tuple[str, str, int] | None:
    if parts.scheme not in DEFAULT_PORTS or not HOST.fullmatch(parts.hostname or ""):
        return None
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
