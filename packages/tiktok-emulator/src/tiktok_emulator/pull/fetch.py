"""The one place where the emulator fetches media: no redirects, no proxies, no surprises.

It connects to the very IP address that it has looked at, so that a name which changes between
the look and the connection leads nowhere else, and it goes to private networks only for an app
that may name this machine.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from socket import SOCK_STREAM
from urllib.parse import urlsplit, urlunsplit

import httpx2

from tiktok_emulator.pull.address import Address

CONNECT_S = 10
AGENT = "tiktok-emulator"


class FetchFailed(Exception):
    """The media cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect for an address, and the host that is asked for there."""

    url: str
    host: str
    server_name: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server of media says before the bytes; -1 where it does not say how many."""

    status: int
    length: int
    body: AsyncIterator[bytes]


async def find(address: Address, stand_ins: Mapping[str, str]) -> Target:
    """Where to connect. `stand_ins` has a base URL for hosts that only exist in a test.

    Raises:
        FetchFailed: no such host, or one inside a private network.
    """
    parts = urlsplit(address.url)
    host = parts.netloc.rpartition("@")[2]
    if stand_in := stand_ins.get(address.host):
        base = urlsplit(stand_in)
        url = urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))
        return Target(url, host, None)
    if address.is_loopback:
        return Target(address.url, host, None)
    ip = await _public_ip(address)
    netloc = f"[{ip}]:{address.port}" if ":" in ip else f"{ip}:{address.port}"
    url = urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
    return Target(url, host, address.host)


async def _public_ip(address: Address) -> str:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(address.host, address.port, type=SOCK_STREAM)
    except OSError as error:
        raise FetchFailed(f"{address.host} has no address: {error.strerror}") from error
    ips = [str(entry[4][0]) for entry in found]
    if not ips or not all(ip_address(ip).is_global for ip in ips):
        raise FetchFailed(f"{address.host} leads into a private network: {', '.join(ips)}")
    return ips[0]


@contextlib.asynccontextmanager
async def ask(
    target: Target, method: str = "GET", *, first: int | None = None, last: int = 0
) -> AsyncGenerator[Answer]:
    """One request; with `first`, for the bytes up to `last` only. The body comes as it was sent.

    Raises:
        FetchFailed: no connection, or it broke; also from inside the body.

    spec: pull.init.no-redirect
    Source: media transfer guide, 2026-09-11.
    """
    headers = {"Host": target.host, "User-Agent": AGENT, "Accept-Encoding": "identity"}
    if first is not None:
        headers["Range"] = f"bytes={first}-{last}"
    extensions = {"sni_hostname": target.server_name} if target.server_name else None
    verify = await asyncio.to_thread(_trust) if target.url.startswith("https:") else False
    try:
        async with (
            httpx2.AsyncClient(
                verify=verify,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx2.Timeout(None, connect=CONNECT_S),
            ) as http,
            http.stream(method, target.url, headers=headers, extensions=extensions) as answer,
        ):
            yield Answer(answer.status_code, _length(answer.headers), answer.aiter_raw())
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
        why = str(error) or type(error).__name__
        raise FetchFailed(f"the connection to {target.host} failed: {why}") from error


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _length(headers: Mapping[str, str]) -> int:
    value = headers.get("content-length", "")
    return int(value) if value.isdecimal() and len(value) < 16 else -1
