"""Who may send something to our own paths."""

import pytest

from tiktok_emulator.guard import is_ours, problem

HERE = {"host": "127.0.0.1:8700"}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8700",
        "localhost:8700",
        "LOCALHOST.",
        "[::1]:8700",
        "192.168.1.20",
        "emulator:8700",
        "host.docker.internal:8700",
        "emulator.test",
        "www.tiktok.com",
        "open.tiktokapis.com",
    ],
)
def test_addresses_and_local_names_are_ours(host: str) -> None:
    assert is_ours(host, ())


@pytest.mark.parametrize(
    "host", ["evil.com", "evil.com:8700", "127.0.0.1.evil.com", "localhost.evil.com", "1.2.3.4.5"]
)
def test_a_name_that_a_stranger_may_own_is_not_ours(host: str) -> None:
    assert not is_ours(host, ())
    assert problem("GET", {"host": host}, ()) is not None


def test_a_further_name_can_be_trusted() -> None:
    assert problem("POST", {"host": "emulator.acme.com"}, ("emulator.acme.com",)) is None


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"origin": "http://127.0.0.1:8700"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
def test_programs_and_our_own_pages_may_post(more: dict[str, str]) -> None:
    assert problem("POST", HERE | more, ()) is None


@pytest.mark.parametrize(
    "more",
    [
        {"origin": "http://evil.com"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost:8700"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8700"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_a_foreign_page_may_not(method: str, more: dict[str, str]) -> None:
    assert problem(method, HERE | more, ()) is not None
    assert problem("GET", HERE | more, ()) is None
