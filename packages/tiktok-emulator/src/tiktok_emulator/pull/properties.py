"""URL properties: what an app has proved to own, so that media may be pulled from there."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from tiktok_emulator.pull.address import Address, read_address

Kind = Literal["domain", "prefix"]
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
SIGNATURE_PREFIX = "tiktok-developers-site-verification="


@dataclass(frozen=True, slots=True)
class Property:
    """A domain (with all its paths and sub-domains) or a URL prefix (letter by letter)."""

    kind: Kind
    value: str
    is_verified: bool = True

    def covers(self, address: Address) -> bool:
        """Whether media at this address may be pulled, once the property is verified.

        spec: pull.init.ownership-domain, pull.init.ownership-prefix
        Source: media transfer guide, 2026-09-11.
        """
        match self.kind:
            case "domain":
                return address.host == self.value or address.host.endswith(f".{self.value}")
            case "prefix":
                own = read_address(self.value)
                return (
                    own is not None
                    and (own.host, own.port) == (address.host, address.port)
                    and address.path.startswith(own.path)
                    and not address.climbs
                )


def property_problem(kind: Kind, value: str) -> str | None:
    """Why TikTok would not take a property, or None.

    Source: media transfer guide, 2026-09-11.
    """
    match kind:
        case "domain":
            if _DOMAIN.fullmatch(value):
                return None
            return "must be a domain in small letters, without scheme, port and path"
        case "prefix":
            address = read_address(value)
            if address is None or address.scheme != "https" or not is_domain(address.host):
                return "must be https:// with a domain"
            if not value.endswith("/") or urlsplit(value).query or address.climbs:
                return "must end with / and have no query"
            return None


def is_domain(host: str) -> bool:
    """Whether a host is a name in the public tree, and neither an IP address nor a bare word."""
    return _DOMAIN.fullmatch(host) is not None


def signature(client_key: str, value: str) -> str:
    """The 32 characters that prove that a property belongs to an app; always the same ones.

    Source: observed in public repositories, 2026: a file tiktok<32>.txt that holds them.
    """
    return hashlib.sha256(f"{client_key} {value}".encode()).hexdigest()[:32]


def signature_file(client_key: str, value: str) -> tuple[str, str]:
    """The name of the verification file and what must be in it.

    spec: pull.init.verification-file
    Source: observed in public repositories, 2026.
    """
    signed = signature(client_key, value)
    return f"tiktok{signed}.txt", f"{SIGNATURE_PREFIX}{signed}"
