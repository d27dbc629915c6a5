"""What a program's surroundings must say so that it takes the emulator for TikTok."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tiktok_emulator.tls.hosts import API


@dataclass(frozen=True, slots=True)
class Secure:
    """Where the TLS side of an emulator is.

    `proxy_url` is for HTTPS_PROXY, `port` speaks TLS itself. `authority` is the certificate to
    trust, `bundle` the same with what the system trusts.
    """

    proxy_url: str
    host: str
    port: int
    authority: Path
    bundle: Path

    def environment(self) -> dict[str, str]:
        """Variables under which Python, Node and curl reach the emulator by TikTok's names."""
        bundle = str(self.bundle)
        return {
            "HTTPS_PROXY": self.proxy_url,
            "https_proxy": self.proxy_url,
            "NO_PROXY": "localhost,127.0.0.1,::1",
            "SSL_CERT_FILE": bundle,
            "REQUESTS_CA_BUNDLE": bundle,
            "CURL_CA_BUNDLE": bundle,
            "NODE_EXTRA_CA_CERTS": str(self.authority),
            "NODE_USE_ENV_PROXY": "1",
        }


def recipe(secure: Secure) -> str:
    """The same for people: lines for a shell, and the ways without a proxy."""
    lines = [
        "# Programs started with these variables take this emulator for TikTok:",
        *_exports(secure.environment()),
        "# Python: ssl, urllib, httpx (SSL_CERT_FILE) and requests (REQUESTS_CA_BUNDLE).",
        "# Node 24 or newer: fetch and https (NODE_EXTRA_CA_CERTS, NODE_USE_ENV_PROXY).",
        "# curl: as above, or without the proxy, for one call:",
        f"#   curl --cacert {secure.authority} --connect-to ::{_at(secure)} https://{API}/...",
        "# Containers and machines with a hosts file: let the names point here and forward 443 to",
        f"#   {_at(secure)}.",
    ]
    return "\n".join(lines)


def _exports(variables: Mapping[str, str]) -> list[str]:
    return [f"export {name}='{value}'" for name, value in variables.items()]


def _at(secure: Secure) -> str:
    return (
        f"[{secure.host}]:{secure.port}" if ":" in secure.host else f"{secure.host}:{secure.port}"
    )
