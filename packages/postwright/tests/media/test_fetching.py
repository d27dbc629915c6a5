"""Where files are fetched from, and where never."""

import asyncio
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from postwright.kit.fetch import Line
from postwright.media import fetching
from postwright.media.errors import MediaUnreadable, TooLarge
from postwright.media.fetching import (
    AddressAway,
    AddressFailed,
    AddressRefused,
    Reach,
    checked,
    fetch_into,
    name_in,
    redirected,
    shown,
)
from postwright.media.store.folder import FolderStore
from tests.factories.origin import Asked, Origin, answer

HERE = (ip_network("127.0.0.0/8"),)
REACH = Reach(HERE, most_bytes=10_000_000, timeout_s=20)
PUBLIC = Reach((), most_bytes=10_000_000, timeout_s=20)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "media", reserve_bytes=0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PAUSE_S", 0.01)


async def fetched(store: FolderStore, url: str, reach: Reach = REACH) -> bytes:
    async with store.receiving(0) as arrival:
        await fetch_into(arrival, checked(url), reach)
        return await asyncio.to_thread(arrival.path.read_bytes)


@contextmanager
def names(*answers: str) -> Generator[list[str]]:
    """Let every look-up of a name give the next of these addresses, the last one for ever."""
    loop = asyncio.get_running_loop()
    real, asked = loop.getaddrinfo, list[str]()

    async def lookup(host: str, port: int, **more: Any) -> list[Any]:
        if host[0].isdigit() or ":" in host:
            return await real(host, port, **more)
        address = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loop, "getaddrinfo", lookup)
        yield asked


# Spellings of the one address that the tests' own server has.
ITS_OWN = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
    "127。0。0。1",
]
OTHERS = [
    "0",
    "0.0.0.0",  # noqa: S104  # fetched from, not listened on
    "10.0.0.1",
    "172.16.5.4",
    "192.168.0.1",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "100.64.0.1",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:101:101:0:0:80ff:fffe]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
]


@pytest.mark.parametrize("host", [*ITS_OWN, *OTHERS])
async def test_nothing_is_fetched_from_a_private_address_however_it_is_spelt(
    origin: Origin, store: FolderStore, host: str
) -> None:
    origin.gives("/secret.mp4", b"secret")
    with pytest.raises(AddressRefused):
        await fetched(store, f"http://{host}:{origin.port}/secret.mp4", PUBLIC)
    assert origin.asked == []
    assert list(store.folder.glob(".part-*")) == []


@pytest.mark.parametrize("host", OTHERS)
async def test_a_redirect_leads_to_no_private_address_however_it_is_spelt(
    origin: Origin, store: FolderStore, host: str
) -> None:
    private = f"http://{host}:{origin.port}/secret.mp4"
    url = origin.leads("/go", private.encode().decode("latin-1"))
    with pytest.raises(AddressRefused):
        await fetched(store, url, Reach((ip_network("127.0.0.1/32"),), 1000, 20))
    assert [asked.path for asked in origin.asked] == ["/go"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.mp4",
        "gopher://example.com/a",
        "data:video/mp4;base64,AAAA",
        "javascript:alert(1)",
        "//example.com/a.mp4",
        "example.com/a.mp4",
        "/etc/passwd",
        "",
        "http://",
        "http:///a.mp4",
        "http://user@example.com/a.mp4",
        "http://user:password@example.com/a.mp4",
        "http://example.com:99999/a.mp4",
        "http://example.com:x/a.mp4",
        "http://exa mple.com/a.mp4",
        "http://example.com/a.mp4\r\nHost: other",
        "http://example.com\\@127.0.0.1/a.mp4",
        "http://example.com/\x00.mp4",
        "http://[::1/a.mp4",
        "http://[fe80::1%25eth0]/a.mp4",
        "http://127.0.0.1%2f.example.com/a.mp4",
        "http://a..b/a.mp4",
        "http://example.com/" + "a" * 5000,
    ],
)
def test_what_is_no_address_of_a_file_on_the_web_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        checked(url)


def test_an_address_is_asked_as_it_was_given_but_for_what_no_server_is_told() -> None:
    assert checked("https://EXAMPLE.com./a%20b/ü.mp4?x=1&y=%2F#top") == (
        "https://example.com/a%20b/%C3%BC.mp4?x=1&y=%2F"
    )
    assert checked("http://bücher.example:8080") == "http://xn--bcher-kva.example:8080/"
    assert shown("https://example.com/a.mp4?signature=secret") == "https://example.com/a.mp4"
    assert name_in("https://example.com/a/My%20clip.mp4?x=1") == "My clip.mp4"


async def test_a_name_is_looked_up_once_and_what_was_checked_is_what_is_asked(
    origin: Origin, store: FolderStore
) -> None:
    content = bytes(4) + os.urandom(1000)
    origin.gives("/a.mp4", content)
    with names("127.0.0.1", "10.0.0.1") as asked:
        got = await fetched(store, f"http://changing.example:{origin.port}/a.mp4")
    assert got == content
    assert asked == ["changing.example"]


async def test_a_name_that_leads_to_a_private_address_at_its_second_look_is_refused_then(
    origin: Origin, store: FolderStore
) -> None:
    there = f"http://changing.example:{origin.port}"
    origin.leads("/go", f"{there}/secret.mp4")
    with names("127.0.0.1", "127.0.0.2"), pytest.raises(AddressRefused):
        await fetched(store, f"{there}/go", Reach((ip_network("127.0.0.1/32"),), 1000, 20))
    assert [asked.path for asked in origin.asked] == ["/go"]


async def test_one_private_address_among_public_ones_is_enough(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def both(host: str, port: int, **_: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.216.34", "127.0.0.1")
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(AddressRefused) as caught:
        await fetched(store, "http://both.example/a.mp4", PUBLIC)
    assert "127.0.0.1" not in caught.value.why


async def test_a_proxy_is_told_the_address_that_was_checked_and_not_the_name(
    origin: Origin, store: FolderStore
) -> None:
    told = list[bytes]()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 403 No\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with names("93.184.216.34"), pytest.raises(AddressAway):
        await fetched(store, "http://a.example/a.mp4", Reach((), 1000, 20, proxy))
    with names("10.0.0.1"), pytest.raises(AddressRefused):
        await fetched(store, "http://a.example/a.mp4", Reach((), 1000, 20, proxy))
    server.close()
    assert told == [b"CONNECT 93.184.216.34:80 HTTP/1.1"]


async def test_proxies_of_the_environment_are_asked_for_nothing(
    origin: Origin, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    assert await fetched(store, origin.gives("/a", b"abcd")) == b"abcd"


async def test_three_redirects_are_followed_and_no_fourth(
    origin: Origin, store: FolderStore
) -> None:
    content = bytes(4) + os.urandom(500)
    origin.gives("/0", content)
    for number in range(1, 5):
        origin.leads(f"/{number}", f"/{number - 1}")
    assert await fetched(store, f"{origin.url}/3") == content
    with pytest.raises(AddressFailed, match="file"):
        await fetched(store, f"{origin.url}/4")


async def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    with pytest.raises(AddressRefused, match="Nothing"):
        redirected("https://a.example/", "https://a.example/", "http://a.example/b")
    assert redirected("u", "http://a.example/", "https://a.example/b")
    with pytest.raises(AddressRefused):
        redirected("u", "http://a.example/", "file:///etc/passwd")
    with pytest.raises(AddressRefused):
        redirected("u", "http://a.example/", "http://me:pw@a.example/")


async def test_a_connection_that_breaks_off_is_taken_up_where_it_ended(
    origin: Origin, store: FolderStore
) -> None:
    content = bytes(4) + os.urandom(300_000)
    url = origin.gives_parts("/a.mp4", content, breaks_after=120_000, etag='"v1"')
    assert await fetched(store, url) == content
    first, second = origin.asked
    assert "range" not in first.headers
    assert (second.headers["range"], second.headers["if-range"]) == ("bytes=120000-", '"v1"')


async def test_what_changed_meanwhile_or_is_known_by_nothing_is_not_pieced_together(
    origin: Origin, store: FolderStore
) -> None:
    content = bytes(4) + os.urandom(300_000)
    url = origin.gives_parts("/a.mp4", content, breaks_after=120_000)
    with pytest.raises(AddressAway):
        await fetched(store, url)
    assert len(origin.asked) == 1

    def whole_again(asked: Asked) -> bytes:
        whole = answer(200, content, etag='"v2"')
        return whole if "range" in asked.headers else whole[:120_000]

    origin.answers["/b.mp4"] = whole_again
    with pytest.raises(AddressAway, match="fetched"):
        await fetched(store, f"{origin.url}/b.mp4")


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (answer(404, b""), AddressFailed),
        (answer(403, b""), AddressFailed),
        (answer(429, b""), AddressAway),
        (answer(503, b""), AddressAway),
        (answer(206, b"x", content_range="bytes 5-5/6"), AddressFailed),
        (answer(200, b"\x1f\x8b", content_encoding="gzip"), AddressFailed),
        (answer(200, b"<!DOCTYPE html>"), AddressFailed),
        (answer(200, b'{"a": 1}', content_type="video/mp4"), AddressFailed),
        (answer(200, b"", content_length="10000001"), TooLarge),
        (answer(200, b"x" * 10_000_001, content_length=""), TooLarge),
        (answer(302, b""), AddressFailed),
        (b"SSH-2.0-OpenSSH\r\n", AddressAway),
        (b"", AddressAway),
    ],
)
async def test_an_answer_that_is_no_file_is_told_as_what_it_is(
    origin: Origin, store: FolderStore, told: bytes, error: type[Exception]
) -> None:
    origin.answers["/a"] = lambda _: told
    with pytest.raises(error):
        await fetched(store, f"{origin.url}/a")
    assert list(store.folder.glob(".part-*")) == []


async def test_chunks_and_a_word_in_advance_are_understood(
    origin: Origin, store: FolderStore
) -> None:
    origin.answers["/a"] = lambda _: (
        b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n"
        b"\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    assert await fetched(store, f"{origin.url}/a") == b"abcde"
    origin.answers["/b"] = lambda _: (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"
    )
    with pytest.raises(AddressAway):
        await fetched(store, f"{origin.url}/b")


_CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1_000_000,
        b"HTTP/1.1 200 OK\r\na: " + b"b" * 6_000_000,
        b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" * 200_000,
        _CHUNKED + b"3;" + b"x" * 6_000_000,
        _CHUNKED + b"3\r\nabc\r\n0\r\n" + b"a: b\r\n" * 1_000_000,
        _CHUNKED + b"200000\r\n" + bytes(1 << 21) + b"\r\n0\r\na: " + b"b" * 6_000_000,
    ],
    ids=["headers", "one", "words in advance", "chunk extension", "trailers", "after much"],
)
async def test_who_sends_headers_without_end_is_left_before_they_fill_the_memory(
    origin: Origin, store: FolderStore, sent: bytes
) -> None:
    origin.answers["/a"] = lambda _: sent
    with pytest.raises(AddressAway) as caught:
        await fetched(store, f"{origin.url}/a")
    assert "without end" in caught.value.why


async def test_a_file_in_tiny_chunks_is_a_file(origin: Origin, store: FolderStore) -> None:
    origin.answers["/a"] = lambda _: _CHUNKED + b"1\r\na\r\n" * 60_000 + b"0\r\n\r\n"
    assert await fetched(store, f"{origin.url}/a") == b"a" * 60_000


async def test_who_sends_nothing_for_too_long_or_takes_too_long_is_left(
    origin: Origin, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin.gives("/a", b"late")
    origin.go.clear()
    with pytest.raises(AddressAway, match="fetched") as caught:
        await fetched(store, f"{origin.url}/a", Reach(HERE, 1000, 0.1))
    assert "within" in caught.value.why
    monkeypatch.setattr(fetching, "IDLE_S", 0.1)
    with pytest.raises(AddressAway) as caught:
        await fetched(store, f"{origin.url}/a")
    assert "Nothing came" in caught.value.why
    origin.go.set()


async def test_who_sends_next_to_nothing_is_left(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = asyncio.Event()

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with suppress(OSError):
            for piece in (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", *[b"x"] * 999):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.transport.abort()
        left.set()

    monkeypatch.setattr(fetching, "IDLE_S", 0.2)
    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    with pytest.raises(AddressAway) as caught:
        await fetched(store, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a")
    await left.wait()
    server.close()
    assert "Next to nothing came" in caught.value.why


def test_a_line_of_the_tests_reaches_no_further_than_it_says() -> None:
    line = Reach(HERE, 1, 1, "http://proxy:3128", Line(connect_to={"a:1": "b:2"})).to_line()
    assert (line.public_only, line.tells_proxy, line.allowed) == (True, True, HERE)
    assert MediaUnreadable.exit_code == AddressFailed.exit_code
