"""What a callback says besides, and which set-up it accuses."""

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.contract.desk import (
    DESKTOP,
    LOOPBACK,
    SCOPES,
    SITE,
    VERIFIER,
    WEB,
    Desk,
    authorize_query,
    exchange_form,
)
from tiktok_client import Advice, OAuthError, Scope, ScopeMissing, limits
from tools.coverage import Row

Rows = Mapping[str, Row]


async def refused_callback(desk: Desk) -> tuple[str, OAuthError]:
    """Go through a consent that TikTok refuses; return the callback and what the client says."""
    await desk.consent()
    oauth = desk.client().oauth
    asked = oauth.authorize(redirect_uri=LOOPBACK, scopes=SCOPES, kind="desktop")
    back = await desk.visit(asked.url)
    with pytest.raises(OAuthError) as caught:
        oauth.read_callback(back, expected_state=asked.state)
    return back, caught.value


@pytest.mark.spec("oauth.callback.draft-app", "oauth.callback.error-extras")
async def test_the_key_of_a_draft_is_refused_in_words_that_help(desk: Desk, rows: Rows) -> None:
    await desk.control("PATCH", f"apps/{DESKTOP.client_key}", {"state": "draft"})
    back, error = await refused_callback(desk)
    row = rows["oauth.callback.draft-app"]
    assert (error.code, error.error_type) == (row["error"], row["error_type"])
    assert error.advice is Advice.FIX_INPUT
    assert "under review" in str(error)
    told = parse_qs(urlsplit(back).query)
    assert set(rows["oauth.callback.error-extras"]["fields"]) <= set(told)
    assert [error.err_code] == told["errCode"]
    assert [error.log_id] == told["logid"]


@pytest.mark.spec(
    "oauth.callback.sandbox-target", "oauth.sandbox.targets", "oauth.callback.error-extras"
)
async def test_an_account_that_is_no_target_of_the_sandbox_is_refused_in_words_that_help(
    desk: Desk, rows: Rows
) -> None:
    path = f"apps/{DESKTOP.client_key}"
    await desk.control("PATCH", path, {"sandbox": True, "target_users": ["pia"]})
    _, error = await refused_callback(desk)
    row = rows["oauth.callback.sandbox-target"]
    assert (error.code, error.error_type) == (row["error"], row["error_type"])
    assert error.advice is Advice.FIX_INPUT  # unlike a person's no, which is final
    assert "target user" in str(error)
    await desk.control("PATCH", path, {"target_users": ["pia", "maya"]})
    assert (await desk.grant()).open_id
    too_many = [f"u{number}" for number in range(rows["oauth.sandbox.targets"]["max"] + 1)]
    answer = await desk.http.patch(f"/_control/{path}", json={"target_users": too_many})
    assert answer.status_code == 400


@pytest.mark.spec("oauth.callback.error")
async def test_a_persons_no_has_none_of_the_extras(desk: Desk) -> None:
    await desk.consent(decision="refuse")
    oauth = desk.client().oauth
    asked = oauth.authorize(redirect_uri=LOOPBACK, scopes=SCOPES, kind="desktop")
    with pytest.raises(OAuthError) as caught:
        oauth.read_callback(await desk.visit(asked.url), expected_state=asked.state)
    error = caught.value
    assert (error.code, error.advice) == ("access_denied", Advice.GIVE_UP)
    assert (error.error_type, error.err_code) == (None, None)


@pytest.mark.spec("oauth.scopes.partial")
async def test_any_scope_but_the_basic_one_can_be_left_out(desk: Desk, rows: Rows) -> None:
    await desk.consent(scopes=["video.publish"])
    oauth = desk.client().oauth
    asked = oauth.authorize(
        redirect_uri=LOOPBACK,
        scopes=[Scope.USER_INFO_BASIC, Scope.VIDEO_PUBLISH, Scope.VIDEO_UPLOAD],
        kind="desktop",
    )
    callback = oauth.read_callback(await desk.visit(asked.url), expected_state=asked.state)
    granted = {rows["oauth.scopes.partial"]["always"], Scope.VIDEO_PUBLISH}
    assert callback.scopes == granted
    grant = await oauth.exchange(
        code=callback.code, redirect_uri=LOOPBACK, code_verifier=asked.code_verifier
    )
    assert grant.scopes == granted
    # A later consent to more gives a new token more, and the old one nothing.
    poor = await desk.grant(scopes=(Scope.USER_INFO_BASIC,))
    rich = await desk.grant(scopes=SCOPES)
    with pytest.raises(ScopeMissing):
        await desk.client(poor.access_token).posting.creator_info()
    assert (await desk.client(rich.access_token).posting.creator_info()).username == "maya"


@pytest.mark.spec("oauth.token.web-without-challenge")
async def test_a_web_app_needs_no_challenge_and_a_verifier_without_one_is_not_looked_at(
    desk: Desk,
) -> None:
    for verifier in (None, VERIFIER):
        callback, made = await desk.authorise(app=WEB)
        assert made is None
        grant = await desk.client(app=WEB).oauth.exchange(
            code=callback.code, redirect_uri=SITE, code_verifier=verifier
        )
        assert grant.open_id


@pytest.mark.spec("oauth.token.web-without-challenge")
async def test_a_web_apps_challenge_is_checked_if_there_is_one(desk: Desk) -> None:
    plain = authorize_query(WEB)
    wrong = plain | {"code_challenge": hashlib.sha256(b"w" * 43).hexdigest()}
    for query, works in ((plain, True), (wrong, False)):
        await desk.consent(app=WEB)
        back = await desk.visit(f"/v2/auth/authorize/?{urlencode(query)}")
        code = parse_qs(urlsplit(back).query)["code"][0]
        answer = (await desk.form("/v2/oauth/token/", exchange_form(code, WEB))).json()
        assert ("access_token" in answer) is works


@pytest.mark.spec("oauth.redirect.length", "oauth.redirect.count")
async def test_redirect_addresses_are_short_and_few(desk: Desk, rows: Rows) -> None:
    longest = rows["oauth.redirect.length"]["max"]
    most = rows["oauth.redirect.count"]["max"]
    assert (longest, most) == (limits.MAX_REDIRECT_CHARS, limits.MAX_REDIRECTS)
    fits = "https://app.example.com/" + "c" * (longest - 24)

    async def registered(*addresses: str) -> int:
        app = {"client_key": WEB.client_key, "kind": "web", "redirect_uris": [*addresses]}
        return (await desk.http.post("/_control/seed", json={"apps": [app]})).status_code

    oauth = desk.client(app=WEB).oauth
    assert await registered(fits) == 200
    assert oauth.authorize(redirect_uri=fits, scopes=SCOPES, kind="web").url
    assert await registered(fits + "c") == 400
    with pytest.raises(ValueError, match="511"):
        oauth.authorize(redirect_uri=fits + "c", scopes=SCOPES, kind="web")
    many = [f"https://app.example.com/{number}" for number in range(most + 1)]
    assert await registered(*many) == 400
    assert await registered(*many[1:]) == 200
