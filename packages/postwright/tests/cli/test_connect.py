"""The consent, from the command to the browser and back."""

import urllib.error
import urllib.request

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


def test_a_web_app_is_told_why_it_cannot_be_connected_here(postwright: Commandline) -> None:
    postwright.environ["POSTWRIGHT_TIKTOK__APP_KIND"] = "web"
    assert "A web app cannot be connected from here." in postwright.refused(11, "connect", "tiktok")


def test_with_json_the_address_is_kept_off_stdout(postwright: Commandline) -> None:
    consent(postwright, "accept")
    ran = postwright("connect", "tiktok", "--json", "--timeout", 60)
    assert ran.json["account"] == "@demo"
    assert "/v2/auth/authorize/" in ran.err


def consent(postwright: Commandline, decision: str) -> None:
    facts = {"client_key": APP[0], "username": "demo", "decision": decision, "count": 1}
    postwright.control("consent", facts)


def visit(url: str) -> str:
    with urllib.request.urlopen(url.strip(), timeout=60) as page:  # noqa: S310  # on this machine
        return page.read().decode()
