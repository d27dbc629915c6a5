"""Which addresses are public."""

from ipaddress import ip_network

import pytest

from postwright.kit.reach import is_here, is_known_private, is_public


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_an_address_of_the_public_network_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104  # looked at, not listened on
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "192.0.0.192",
        "192.88.99.1",
        "3fff::1",
        "5f00::1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:101:101:0:0:80ff:fffe",
        "2600::5efe:7f00:1",
        "2600::200:5efe:a00:1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "localhost",
        "",
    ],
)
def test_any_other_address_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "169.254.169.254",
        "2852039166",
        "::1",
        "::ffff:7f00:1",
        "64:ff9b::a00:1",
        "localhost",
        "app.localhost",
    ],
)
def test_what_is_plainly_private_is_known_without_looking_it_up(host: str) -> None:
    assert is_known_private(host)


@pytest.mark.parametrize(
    "host", ["1.1.1.1", "16843009", "2606:4700::1111", "example.com", "localhost.example.com", ""]
)
def test_of_names_nothing_is_known_beforehand(host: str) -> None:
    assert not is_known_private(host)


@pytest.mark.parametrize("host", ["10.1.2.3", "0xa010203", "::ffff:10.1.2.3", "10.2.0.1"])
def test_what_a_setting_allows_is_not_refused_beforehand(host: str) -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("::ffff:0:0/96"))
    assert is_known_private(host, allowed=allowed) == (host == "10.2.0.1")


def test_this_machine_knows_its_own_addresses() -> None:
    assert is_here("127.0.0.1")
    assert not is_here("example.com")
