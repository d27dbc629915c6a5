"""Where a service is, and whether a key may be sent there."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from postwright.errors import Misconfigured

# Names may be in any script; of an address in brackets httpx says whether it is one.
_NETLOC = re.compile(r"(?:(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_HOW = "Give it like https://post.example.com, with nothing after it but a path of your proxy's."


class BadAddress(Misconfigured):
    """The address of the service cannot be used."""

    code = "bad_service_address"


class InClear(Misconfigured):
    """The address of the service is http, and it is not on this machine."""

    code = "service_in_clear"


@dataclass(frozen=True, slots=True)
class Address:
    """The base address of a service: scheme, host, maybe a port and a path; no slash at its end."""

    base: str
    allows_http: bool = False

    @classmethod
    def parse(cls, text: str, *, allows_http: bool = False) -> "Address":
        """Read an address that somebody has given.

        Args:
            text: what they gave; `/v1` at its end is left out.
            allows_http: whether a key may be sent unencrypted to another machine.

        Raises:
            BadAddress: it is no address of a service.
            InClear: it is http, to another machine, and that is not allowed.
        """
        address = cls(text.strip().rstrip("/").removesuffix("/v1"), allows_http)
        netloc = _netloc(address.base)
        if "@" in text:
            # It is not shown: there may be a password in it.
            raise BadAddress(
                "The address of the service has a name or a password in it.",
                fix=f"{_HOW} The key goes into POSTWRIGHT_API_KEY, or a file.",
            )
        if not _NETLOC.fullmatch(netloc) or not _has_port(address.base):
            raise BadAddress(f"{text[:200]!r} is no address of a service.", fix=_HOW)
        address.refuse_clear(address.base)
        return address

    def refuse_clear(self, url: str) -> None:
        """Refuse to send anything unencrypted to another machine.

        Raises:
            InClear: the address would.
        """
        parts = urlsplit(url)
        if parts.scheme == "https" or self.allows_http or _is_here(parts.hostname or ""):
            return
        raise InClear(
            f"The service at {parts.scheme}://{parts.netloc} is not asked: the key would cross the "
            "network unencrypted.",
            why="Whoever sees it on its way may post as you.",
            fix="Use https. In a network that you trust, --allow-http (or "
            "POSTWRIGHT_ALLOW_HTTP=true) lets it be http.",
        )


def _netloc(text: str) -> str:
    """Host and port of an address; empty if it is none, or has more than a path after them."""
    if not text.isprintable() or not {" ", "\\", "?", "#"}.isdisjoint(text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in {"http", "https"} else ""


def _has_port(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
