"""The consent, from the command to the browser and back."""

import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.factories.commandline import APP, Commandline, read_until

pytestmark = pytest.mark.slow


def test_a_browser_is_opened_and_the_account_is_connected(postwright: Commandline) -> None:
    ran = postwright.connect()
    assert "@demo is connected." in ran.out
    assert "@demo is connected again." in postwright.connect().out


def test_without_a_browser_the_address_is_printed_and_the_page_tells_how_it_went(
    postwright: Commandline,
) -> None:
    consent(postwright, "accept")
    process = postwright.start("connect", "tiktok", "--no-browser", until="Open this address")
    assert "@demo is connected." in visit(read_until(process, "http"))
    assert process.wait(timeout=60) == 0


def test_a_person_who_refuses_is_told_so_in_both_places(postwright: Commandline) -> None:
    consent(postwright, "refuse")
    process = postwright.start("connect", "tiktok", "--no-browser", until="Open this address")
    assert "the request was refused on TikTok" in visit(read_until(process, "http"))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 6
    assert "Run it again and accept." in output
    assert postwright("accounts", "--json").json == {"accounts": []}


def test_an_old_tab_does_not_use_up_the_consent(postwright: Commandline) -> None:
    consent(postwright, "accept")
    process = postwright.start("connect", "tiktok", "--no-browser", until="Open this address")
    address = read_until(process, "http")
    back = address.partition("redirect_uri=")[2].partition("&")[0]
    loopback = back.replace("%3A", ":").replace("%2F", "/")
    for path in ("?state=old&code=stolen", "favicon.ico"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            visit(loopback + path)
        assert refused.value.code in {400, 404}
        refused.value.close()
    assert "@demo is connected." in visit(address)
    assert process.wait(timeout=60) == 0


def test_nobody_comes_back(postwright: Commandline) -> None:
    said = postwright.refused(6, "connect", "tiktok", "--no-browser", "--timeout", 1)
    assert "nobody came back from TikTok's page" in said


def test_where_the_browser_is_elsewhere_the_address_it_ends_at_is_given(
    postwright: Commandline,
) -> None:
    consent(postwright, "accept")
    process = postwright.start("connect", "tiktok", "--paste", until="Open this address", say=True)
    said, _ = process.communicate(ended_at(read_until(process, "http").strip()), timeout=60)
    assert "@demo is connected." in said
    assert process.returncode == 0


def test_a_web_app_is_connected_with_the_address_too(postwright: Commandline) -> None:
    back = "https://app.example.com/tiktok/callback"
    app = {
        "client_key": "web-key",
        "client_secret": "web-secret",
        "kind": "web",
        "redirect_uris": [back],
    }
    postwright.control("seed", {"apps": [app], "creators": []})
    postwright.environ |= {
        "POSTWRIGHT_TIKTOK__CLIENT_KEY": "web-key",
        "POSTWRIGHT_TIKTOK__CLIENT_SECRET": "web-secret",
        "POSTWRIGHT_TIKTOK__APP_KIND": "web",
        "POSTWRIGHT_TIKTOK__REDIRECT_URI": back,
    }
    consent(postwright, "accept", client_key="web-key")
    process = postwright.start("connect", "tiktok", until="Open this address", say=True)
    said, _ = process.communicate(ended_at(read_until(process, "http").strip()), timeout=60)
    assert "@demo is connected." in said
    assert process.returncode == 0


@pytest.mark.parametrize("given", ["", "https://app.example.com/?state=old&code=stolen"])
def test_an_address_of_another_consent_connects_nobody(postwright: Commandline, given: str) -> None:
    process = postwright.start("connect", "tiktok", "--paste", until="Open this address", say=True)
    said, _ = process.communicate(f"{given}\n", timeout=60)
    assert process.returncode == 6
    assert "does not belong to the consent" in " ".join(said.split())


def test_with_json_the_address_is_kept_off_stdout(postwright: Commandline) -> None:
    consent(postwright, "accept")
    ran = postwright("connect", "tiktok", "--json", "--timeout", 60)
    assert ran.json["account"] == "@demo"
    assert "/v2/auth/authorize/" in ran.err


def consent(postwright: Commandline, decision: str, *, client_key: str = APP[0]) -> None:
    facts = {"client_key": client_key, "username": "demo", "decision": decision, "count": 1}
    postwright.control("consent", facts)


class Stay(urllib.request.HTTPRedirectHandler):
    """A browser that shows where it was sent and does not go there."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def ended_at(url: str) -> str:
    """The address to which a browser is sent back."""
    with pytest.raises(urllib.error.HTTPError) as sent:
        urllib.request.build_opener(Stay).open(url, timeout=60)
    with sent.value as answer:
        return f"{answer.headers['Location']}\n"


def visit(url: str) -> str:
    with urllib.request.urlopen(url.strip(), timeout=60) as page:  # noqa: S310  # on this machine
        return page.read().decode()
