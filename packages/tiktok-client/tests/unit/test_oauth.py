import re
from collections.abc import Callable
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tiktok_client import (
    Advice,
    AppKeys,
    Endpoints,
    OAuthError,
    ResponseError,
    Scope,
    StateMismatch,
)
from tiktok_client._operations import oauth
from tiktok_client._operations.wire import Response

Answer = Callable[..., Response]
APP = AppKeys("aw123", "hush")
HERE = Endpoints.at("http://127.0.0.1:8700")
CALLBACK = "http://127.0.0.1:3000/callback/"


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_challenge_is_tiktoks_own_test_vector() -> None:
    verifier = "gaeCq5mVvbhA8Ce6w5O9XBVIKMkySgv-_9A-rnhm9Ns"
    expected = "e6a178b120743d08509508f269652b0bdf91e29332921bc9e9744fd3dd41bfef"
    assert oauth.code_challenge(verifier) == expected


def test_verifiers_are_long_enough_and_never_the_same() -> None:
    made = {oauth.new_verifier() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) for verifier in made)


def test_a_desktop_app_asks_with_a_hex_challenge() -> None:
    request = oauth.authorize(
        APP,
        HERE,
        redirect_uri=CALLBACK,
        scopes=("user.info.basic", "video.publish"),
        kind="desktop",
    )
    assert request.code_verifier is not None
    assert request.url.startswith("http://127.0.0.1:8700/v2/auth/authorize/?")
    assert query_of(request.url) == {
        "client_key": "aw123",
        "response_type": "code",
        "scope": "user.info.basic,video.publish",
        "redirect_uri": CALLBACK,
        "state": request.state,
        "code_challenge": oauth.code_challenge(request.code_verifier),
        "code_challenge_method": "S256",
    }
    assert "hush" not in request.url
    assert request.state not in repr(request)
    assert request.code_verifier not in repr(request)


def test_a_web_app_asks_without_pkce() -> None:
    request = oauth.authorize(
        APP,
        Endpoints(),
        redirect_uri="https://example.com/cb",
        scopes=["video.publish"],
        kind="web",
        state="ours",
        always_ask=True,
    )
    query = query_of(request.url)
    assert request.url.startswith("https://www.tiktok.com/v2/auth/authorize/?")
    assert request.code_verifier is None
    assert "code_challenge" not in query
    assert (query["state"], query["disable_auto_auth"]) == ("ours", "1")


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("http://example.com/cb", "web"),
        ("https://example.com/cb?x=1", "web"),
        ("https://example.com/cb#x", "web"),
        ("https://example.com/cb?", "web"),
        ("http://example.com:80/cb", "desktop"),
        ("http://127.0.0.1/cb", "desktop"),
        ("ftp://127.0.0.1:21/cb", "desktop"),
    ],
)
def test_a_redirect_address_that_cannot_be_registered_is_refused(
    uri: str, kind: Literal["web", "desktop"]
) -> None:
    with pytest.raises(ValueError, match="redirect address"):
        oauth.authorize(APP, HERE, redirect_uri=uri, scopes=["video.publish"], kind=kind)


def test_no_scope_is_refused() -> None:
    with pytest.raises(ValueError, match="scope"):
        oauth.authorize(APP, HERE, redirect_uri=CALLBACK, scopes=[], kind="desktop")


def test_a_callback_gives_the_decoded_code_and_the_granted_scopes() -> None:
    code = "Abc*0!6410.e1"
    url = f"{CALLBACK}?code={quote(code, safe='')}&scopes=a.b%2Cc.d&state=s1"
    for told in (url, urlsplit(url).query):
        callback = oauth.read_callback(told, expected_state="s1")
        assert (callback.code, callback.scopes) == (code, frozenset({"a.b", "c.d"}))
        assert code not in repr(callback)


@pytest.mark.parametrize("query", ["code=x&state=other", "code=x", "code=x&state=", "error=e"])
def test_a_callback_with_another_state_is_refused(query: str) -> None:
    with pytest.raises(StateMismatch) as caught:
        oauth.read_callback(query, expected_state="s1")
    assert caught.value.advice is Advice.REAUTHORISE


def test_a_refusal_in_the_callback_says_why() -> None:
    query = "error=access_denied&error_description=No%20thanks&error_type=non_sandbox&state=s"
    with pytest.raises(OAuthError) as caught:
        oauth.read_callback(query, expected_state="s")
    assert caught.value.code == "access_denied"
    assert caught.value.message == "No thanks / non_sandbox"
    assert caught.value.advice is Advice.GIVE_UP


def test_a_refusal_of_the_app_is_told_apart_from_one_of_the_person() -> None:
    with pytest.raises(OAuthError) as caught:
        oauth.read_callback("error=unauthorized_client&state=s", expected_state="s")
    assert caught.value.advice is Advice.FIX_INPUT


def test_neither_a_code_nor_an_error_counts_as_denied() -> None:
    with pytest.raises(OAuthError) as caught:
        oauth.read_callback("state=s", expected_state="s")
    assert caught.value.code == "access_denied"


def test_an_exchange_is_a_form() -> None:
    request = oauth.exchange(APP, HERE, code="a*b!c", redirect_uri=CALLBACK, code_verifier="v" * 43)
    assert (request.method, request.url) == ("POST", "http://127.0.0.1:8700/v2/oauth/token/")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.body.decode()) == {
        "client_key": ["aw123"],
        "client_secret": ["hush"],
        "code": ["a*b!c"],
        "grant_type": ["authorization_code"],
        "redirect_uri": [CALLBACK],
        "code_verifier": ["v" * 43],
    }
    assert "hush" not in repr(request)
    assert (
        b"code_verifier"
        not in oauth.exchange(APP, HERE, code="c", redirect_uri=CALLBACK, code_verifier=None).body
    )


def test_refresh_and_revoke_send_what_their_pages_say() -> None:
    refresh = oauth.refresh(APP, HERE, refresh_token="rft.x")
    assert refresh.operation == "oauth.refresh"
    assert parse_qs(refresh.body.decode())["grant_type"] == ["refresh_token"]
    revoke = oauth.revoke(APP, HERE, access_token="act.x")
    assert revoke.url.endswith("/v2/oauth/revoke/")
    assert parse_qs(revoke.body.decode())["token"] == ["act.x"]


GRANT = {
    "open_id": "-000abc",
    "scope": "user.info.basic,video.publish",
    "access_token": "act.secret!4856.e1",
    "expires_in": 7200,
    "refresh_token": "rft.secret!4856.e1",
    "refresh_expires_in": 15552000,
    "token_type": "Bearer",
}


@pytest.mark.parametrize(("access_s", "refresh_s"), [(7200, 15552000), (86400, 31536000), (17, 3)])
def test_lifetimes_are_what_the_answer_says(answer: Answer, access_s: int, refresh_s: int) -> None:
    grant = oauth.read_grant(
        answer(GRANT | {"expires_in": access_s, "refresh_expires_in": refresh_s, "new": "x"})
    )
    assert grant.expires_in == timedelta(seconds=access_s)
    assert grant.refresh_expires_in == timedelta(seconds=refresh_s)
    assert grant.scopes == {"user.info.basic", "video.publish"}
    assert "secret" not in repr(grant)


def test_a_grant_is_not_lost_over_an_odd_log_id(answer: Answer) -> None:
    assert oauth.read_grant(answer(GRANT | {"log_id": 7})).log_id is None


def test_a_callback_that_repeats_a_secret_is_not_repeated() -> None:
    with pytest.raises(OAuthError) as caught:
        oauth.read_callback(
            "state=s&error=x&error_description=act.s3cret%20died", expected_state="s"
        )
    assert "s3cret" not in str(caught.value) + caught.value.message


def test_a_grant_without_a_lifetime_is_not_guessed(answer: Answer) -> None:
    body = {name: value for name, value in GRANT.items() if name != "expires_in"}
    with pytest.raises(ResponseError, match="expires_in") as caught:
        oauth.read_grant(answer(body))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"{}", b" \n"])
def test_revoke_is_done_when_the_answer_is_empty(answer: Answer, body: bytes) -> None:
    oauth.read_revoked(answer(body))


def test_keys_hide_their_secret() -> None:
    assert "hush" not in repr(APP)


def test_a_redirect_address_over_511_characters_is_refused() -> None:
    longest = "https://example.com/" + "c" * 491
    asked = oauth.authorize(APP, HERE, redirect_uri=longest, scopes=[Scope.VIDEO_LIST], kind="web")
    assert query_of(asked.url)["scope"] == "video.list"
    with pytest.raises(ValueError, match="511 characters"):
        oauth.authorize(APP, HERE, redirect_uri=longest + "c", scopes=["x"], kind="web")


@pytest.mark.parametrize(
    ("query", "code", "advice", "words"),
    [
        (
            "error=unauthorized_client&error_type=client_key",
            "unauthorized_client",
            Advice.FIX_INPUT,
            "draft",
        ),
        (
            "error=access_denied&error_type=non_sandbox_target",
            "access_denied",
            Advice.FIX_INPUT,
            "target user",
        ),
        ("error=access_denied&error_type=brand_new", "access_denied", Advice.GIVE_UP, "brand_new"),
        ("error=access_denied", "access_denied", Advice.GIVE_UP, "access_denied"),
    ],
)
def test_what_a_callback_says_besides_tells_whose_fault_it_is(
    query: str, code: str, advice: Advice, words: str
) -> None:
    more = "&error_description=Something&errCode=10003&logid=2026X"
    with pytest.raises(OAuthError, match=words) as caught:
        oauth.read_callback(f"{query}{more}&state=s1", expected_state="s1")
    error = caught.value
    assert (error.code, error.advice, error.log_id) == (code, advice, "2026X")
    assert (error.err_code, error.message.startswith("Something")) == ("10003", True)
    assert error.error_type == (parse_qs(query).get("error_type") or [None])[0]


def test_a_client_token_is_asked_for_with_the_keys_alone_and_has_no_refresh_token(
    answer: Answer,
) -> None:
    request = oauth.client_token(APP, HERE)
    assert request.url == "http://127.0.0.1:8700/v2/oauth/token/"
    assert parse_qs(request.body.decode()) == {
        "client_key": ["aw123"],
        "client_secret": ["hush"],
        "grant_type": ["client_credentials"],
    }
    body = {"access_token": "clt.1", "expires_in": 7200, "token_type": "Bearer"}
    token = oauth.read_client_token(answer(body))
    assert (token.access_token, token.expires_in) == ("clt.1", timedelta(hours=2))
    assert "clt.1" not in repr(token)


def test_a_lifetime_beyond_all_time_is_refused(answer: Answer) -> None:
    with pytest.raises(ResponseError, match="field expires_in is no lifetime"):
        oauth.read_client_token(answer({"access_token": "clt.1", "expires_in": 10**30}))
