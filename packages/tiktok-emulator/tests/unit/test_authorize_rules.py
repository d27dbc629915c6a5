"""What an authorize request must hold."""

import pytest

from tiktok_emulator.errors import PageRefusal
from tiktok_emulator.oauth.rules import callback_address, check_authorize, granted_scopes
from tiktok_emulator.oauth.state import App, AuthorizeRequest

DESKTOP = App("desk", "s", "desktop", ("http://127.0.0.1:*/cb/",))
WEB = App("web", "s", "web", ("https://app.example/cb",), scopes=("user.info.basic", "video.list"))
APPS = {"desk": DESKTOP, "web": WEB}
GOOD = {
    "client_key": "desk",
    "response_type": "code",
    "scope": "user.info.basic,video.publish",
    "redirect_uri": "http://127.0.0.1:7000/cb/",
    "state": "s1",
    "code_challenge": "0" * 64,
    "code_challenge_method": "S256",
}
WEB_GOOD = {
    "client_key": "web",
    "response_type": "code",
    "scope": "user.info.basic",
    "redirect_uri": "https://app.example/cb",
    "state": "s1",
}


def _without(name: str) -> dict[str, str]:
    return {key: value for key, value in GOOD.items() if key != name}


def test_a_good_request_is_read() -> None:
    asked = check_authorize(GOOD, APPS)
    assert asked.scopes == ("user.info.basic", "video.publish")
    assert asked.code_challenge == "0" * 64
    assert asked.always_ask


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        (_without("client_key"), "oauth.authorize.client-key"),
        (GOOD | {"client_key": "other"}, "oauth.authorize.client-key"),
        (_without("response_type"), "oauth.authorize.response-type"),
        (GOOD | {"response_type": "token"}, "oauth.authorize.response-type"),
        (_without("scope"), "oauth.authorize.scope"),
        (GOOD | {"scope": "user.info.basic,video.list"}, "oauth.authorize.scope"),
        (_without("redirect_uri"), "oauth.authorize.redirect-uri"),
        (GOOD | {"redirect_uri": "http://127.0.0.1:7000/other/"}, "oauth.redirect.exact"),
        (_without("state"), "oauth.authorize.state"),
        (_without("code_challenge"), "oauth.authorize.code-challenge"),
        (GOOD | {"code_challenge_method": "plain"}, "oauth.authorize.code-challenge-method"),
    ],
)
def test_a_bad_request_names_the_rule_it_breaks(query: dict[str, str], rule: str) -> None:
    with pytest.raises(PageRefusal) as caught:
        check_authorize(query, APPS)
    assert caught.value.rule == rule


def test_a_missing_challenge_method_is_read_as_s256() -> None:
    assert check_authorize(_without("code_challenge_method"), APPS).code_challenge == "0" * 64


def test_a_web_app_needs_no_challenge() -> None:
    assert check_authorize(WEB_GOOD, APPS).code_challenge is None


def test_client_id_is_named_as_the_usual_mistake() -> None:
    with pytest.raises(PageRefusal, match="client_id"):
        check_authorize(_without("client_key") | {"client_id": "desk"}, APPS)


def test_the_basic_scope_cannot_be_turned_off() -> None:
    asked = ("user.info.basic", "video.publish", "video.upload")
    assert granted_scopes(asked, ("video.upload",)) == ("user.info.basic", "video.upload")
    assert granted_scopes(asked, None) == asked


def test_the_callback_percent_encodes_the_code() -> None:
    asked = AuthorizeRequest("desk", "http://127.0.0.1:7000/cb/", (), "a&b", None, always_ask=True)
    url = callback_address(asked, {"code": "x*0!1"})
    assert url == "http://127.0.0.1:7000/cb/?code=x%2A0%211&state=a%26b"
