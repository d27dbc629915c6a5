"""Where browsers are sent that come back from a consent page."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import Request

from postwright.api.errors import InvalidRequest
from postwright.api.returning import checked, page, redirect_uri, sent_back
from postwright.connections.models import PlatformApp
from postwright.errors import Misconfigured

OURS = "/v1/connect/tiktok/callback"
HERE = Request({"type": "http", "server": ("127.0.0.1", 8710), "headers": []})


def app(kind: str, registered: str) -> PlatformApp:
    return PlatformApp(platform="tiktok", kind=kind, redirect_uri=registered)


@pytest.mark.parametrize(
    ("kind", "registered", "public", "expected"),
    [
        ("web", "https://a.example/cb", "https://b.example", f"https://b.example{OURS}"),
        ("web", "https://a.example/cb", "https://b.example/pw", f"https://b.example/pw{OURS}"),
        ("web", f"https://a.example{OURS}", "https://b.example", f"https://a.example{OURS}"),
        ("desktop", "http://127.0.0.1:*/callback/", "", f"http://127.0.0.1:8710{OURS}"),
        (
            "desktop",
            "http://127.0.0.1:*/callback/",
            "https://b.example",
            f"http://127.0.0.1:8710{OURS}",
        ),
        ("desktop", f"http://127.0.0.1:*{OURS}", "", f"http://127.0.0.1:8710{OURS}"),
        ("desktop", "x", "http://localhost:9000", f"http://localhost:9000{OURS}"),
    ],
)
def test_the_network_sends_browsers_to_our_address(
    kind: str, registered: str, public: str, expected: str
) -> None:
    assert redirect_uri(app(kind, registered), public, HERE) == expected


def test_a_web_app_needs_a_public_address() -> None:
    with pytest.raises(Misconfigured, match="no address to send browsers back to"):
        redirect_uri(app("web", "https://a.example/cb"), "", HERE)


def test_an_address_keeps_what_it_asks_for_and_its_fragment() -> None:
    answer = sent_back("https://a.example?shop=7#top", {"username": "ada & co"})
    there = urlsplit(answer.headers["location"])
    assert (there.netloc, there.path, there.fragment) == ("a.example", "/", "top")
    assert parse_qs(there.query) == {"shop": ["7"], "username": ["ada & co"]}
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "ftp://a.example/",
        "https:///path",
        "https://a.example:port/",
        "https://u:p@a.example/",
        "http://127.0.0.1@a.example/",
        "https://a.example/\r\nSet-Cookie: x",
        "https://ä.example/",
        "https://a.example/" + "x" * 2000,
        "http://2130706433.example/",
        "",
    ],
)
def test_browsers_are_sent_nowhere_else(url: str) -> None:
    with pytest.raises(InvalidRequest):
        checked(url)


@pytest.mark.parametrize(
    "url",
    ["https://a.example", "http://127.0.0.1:3000/x", "http://[::1]:3000/", "http://localhost/"],
)
def test_https_and_the_persons_own_machine_are_fine(url: str) -> None:
    assert checked(url) == url


def test_a_page_shows_what_strangers_wrote_as_text() -> None:
    answer = page("<script>alert(1)</script>", "a & b", 409)
    text = bytes(answer.body).decode()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "a &amp; b" in text
    assert answer.status_code == 409
    assert "default-src 'none'" in answer.headers["content-security-policy"]
