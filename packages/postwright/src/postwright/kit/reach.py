"""Tells machines that everybody can reach from those of our own network."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM, inet_aton, inet_ntoa, socket

_CARRIES_IPV4 = IPv6Network("64:ff9b::/96")
# What the last 64 bits of an address begin with that is tunnelled to an IPv4 one.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
# Of one network, for documents, or for the workings of networks; not every library lists them.
_OWN = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("3fff::/20"),
    IPv6Network("5f00::/16"),
)


Networks = Collection[IPv4Network | IPv6Network]


class NotPublic(Exception):
    """A name or address that leads into a private network; the message says which."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network, and not one of this machine or beside.

    An IPv4 address inside an IPv6 one is looked at, too: a gateway would lead there.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return all(_is_global(each) for each in (found, *_inside(found)))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None or address in _CARRIES_IPV4:
            return True  # what counts is inside
        if address.is_site_local:
            return False
    if any(address in network for network in _OWN):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inside(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    if not isinstance(address, IPv6Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _CARRIES_IPV4 or int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)


def is_known_private(host: str, *, allowed: Networks = ()) -> bool:
    """Whether a host is a private IP address, however it is spelt, or a name of this machine.

    Nothing is looked up: of any other name it is seen when it is asked for.
    """
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    with suppress(OSError):
        host = inet_ntoa(inet_aton(host))
    try:
        address = str(ip_address(host))
    except ValueError:
        return False
    return not (is_public(address) or _is_allowed(address, allowed))


def is_here(address: str) -> bool:
    """Whether an IP address is one of this machine's own; nothing is sent to learn it.

    Its public one, too: a firewall before the machine does not stand between it and itself.
    """
    try:
        there = ip_address(address)
        family = AF_INET6 if there.version == 6 else AF_INET
        with socket(family, SOCK_DGRAM) as asking:
            asking.connect((address, 9))
            return ip_address(asking.getsockname()[0].partition("%")[0]) == there
    except (OSError, ValueError):
        return False  # nothing leads there


async def public_address(
    host: str, port: int, *, allowed: Networks = (), own_ports: Collection[int] | None = None
) -> str:
    """An IP address of a host to connect to: the name is not to be looked up a second time.

    Args:
        host: a name, or an address in any spelling.
        port: where it will be connected to.
        allowed: networks whose addresses are as good as public ones.
        own_ports: where this machine's own public addresses are, too; None: everywhere.

    Raises:
        NotPublic: one of its addresses is not public.
        OSError: it has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    strange = {each for each in addresses if not _is_allowed(each, allowed)}
    private = sorted(each for each in strange if not is_public(each))
    if private:
        raise NotPublic(f"{host} leads into a private network ({', '.join(private)})")
    if own_ports is not None and port not in own_ports and any(map(is_here, strange)):
        raise NotPublic(f"{host} leads to this machine itself, at port {port}")
    return addresses[0]


def _is_allowed(address: str, allowed: Networks) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in allowed)
