"""Which redirect addresses may be registered and asked for."""

import pytest

from tiktok_emulator.oauth.redirects import matches, registration_problem
from tiktok_emulator.oauth.state import App, Kind


@pytest.mark.parametrize(
    ("kind", "uri"),
    [
        ("desktop", "http://127.0.0.1:*/callback/"),
        ("desktop", "http://localhost:8080/callback"),
        ("desktop", "https://localhost:1/"),
        ("web", "https://app.example.com/oauth/tiktok"),
        ("web", "https://app.example.com:8443/oauth"),
        ("web", "https://app.example.com/".ljust(511, "a")),
    ],
)
def test_addresses_that_tiktok_registers(kind: Kind, uri: str) -> None:
    assert registration_problem(kind, uri) is None


@pytest.mark.parametrize(
    ("kind", "uri", "word"),
    [
        ("desktop", "http://127.0.0.1/callback/", "port"),
        ("desktop", "http://127.0.0.1:99999/callback/", "port"),
        ("desktop", "http://192.168.0.4:80/callback/", "localhost"),
        ("desktop", "myapp://127.0.0.1:80/", "localhost"),
        ("desktop", "http://me@127.0.0.1:80/", "localhost"),
        ("desktop", "http://127.0.0.1:*/callback/?a=b", "query"),
        ("web", "http://app.example.com/oauth", "https"),
        ("desktop", "http://127.0.0.1:\uff11\uff12/", "characters"),
        ("desktop", "http://127.0.0.1:*/a b", "characters"),
        ("desktop", "http://[127.0.0.1:80/", "localhost"),
        ("web", "https://[app", "https"),
        ("web", "/oauth", "https"),
        ("web", "https://app.example.com/oauth#x", "fragment"),
        ("web", "https://app.example.com/".ljust(512, "a"), "512"),
    ],
)
def test_addresses_that_tiktok_does_not_register(kind: Kind, uri: str, word: str) -> None:
    assert word in (registration_problem(kind, uri) or "")


def _app(*uris: str) -> App:
    return App("key", "secret", redirect_uris=uris)


def test_an_address_must_match_letter_by_letter() -> None:
    app = _app("http://127.0.0.1:8080/callback/")
    assert matches(app, "http://127.0.0.1:8080/callback/")
    assert not matches(app, "http://127.0.0.1:8080/callback")
    assert not matches(app, "http://localhost:8080/callback/")
    assert not matches(app, "http://127.0.0.1:8081/callback/")
    assert not matches(app, "http://127.0.0.1:8080/Callback/")


def test_a_star_stands_for_any_port_and_nothing_else() -> None:
    app = _app("http://127.0.0.1:*/callback/")
    assert matches(app, "http://127.0.0.1:1/callback/")
    assert matches(app, "http://127.0.0.1:65535/callback/")
    for wrong in ("", "0", "65536", "80/x", "80@evil.example:80", "8 0", "\u0661"):
        assert not matches(app, f"http://127.0.0.1:{wrong}/callback/"), wrong
    assert not matches(app, "http://127.0.0.1:80/callback/extra")
