"""Where a service is, and whether a key may be sent there."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from postwright.errors import Misconfigured

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
        parts = urlsplit(address.base) if _is_plain(address.base) else urlsplit("")
        if parts.username is not None or parts.password is not None:
            raise BadAddress(
                "The address of the service has a name or a password in it.",
                fix=f"{_HOW} The key goes into POSTWRIGHT_API_KEY, or a file.",
            )
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
            or not _has_port(text)
        ):
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


def _is_plain(text: str) -> bool:
    return text.isprintable() and " " not in text and "\\" not in text


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
