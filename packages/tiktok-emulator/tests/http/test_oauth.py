"""Consent, exchange, refresh, revoke."""

from base64 import urlsafe_b64encode
from hashlib import sha256

import httpx2
import pytest

from .conftest import Caller


def _callback(answer: httpx2.Response) -> dict[str, str]:
    return dict(httpx2.URL(answer.headers["location"]).params)


async def test_a_standing_consent_leads_straight_to_tokens(caller: Caller) -> None:
    grant = await caller.sign_in()
    assert grant["access_token"].startswith("act.")
    assert grant["refresh_token"].startswith("rft.")
    assert (grant["expires_in"], grant["refresh_expires_in"]) == (7200, 15552000)
    assert grant["scope"] == "user.info.basic,video.publish,video.upload"
    assert grant["token_type"] == "Bearer"
    assert len(grant["open_id"]) == 36


async def test_the_callback_carries_code_scopes_and_state(caller: Caller) -> None:
    await caller.control("consent", client_key=caller.key, username="demo", scopes=[])
    answer = await caller.authorize(state="a b&c")
    query = _callback(answer)
    assert query["scopes"] == "user.info.basic"
    assert query["state"] == "a b&c"
    assert "%2A0%21" in answer.headers["location"]


async def test_a_refusal_comes_back_as_access_denied(caller: Caller) -> None:
    await caller.control("consent", client_key=caller.key, username="demo", decision="refuse")
    query = _callback(await caller.authorize())
    assert query["error"] == "access_denied"
    assert query["state"] == "s1"
    assert "code" not in query


async def test_a_json_body_is_refused_at_the_token_endpoint(caller: Caller) -> None:
    code = await caller.code()
    answer = await caller.http.post(
        "/v2/oauth/token/",
        json={
            "client_key": caller.key,
            "client_secret": caller.secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": caller.redirect,
            "code_verifier": caller.verifier,
        },
    )
    assert answer.status_code == 200
    assert answer.json()["error"] == "invalid_request"
    assert (await caller.last_request())["rule"] == "oauth.token.form-only"


async def test_base64url_pkce_passes_the_page_and_fails_at_the_exchange(caller: Caller) -> None:
    digest = sha256(caller.verifier.encode()).digest()
    code = await caller.code(code_challenge=urlsafe_b64encode(digest).rstrip(b"=").decode())
    answer = (await caller.exchange(code)).json()
    assert answer["error"] == "invalid_request"
    assert answer["error_description"] == "Code verifier or code challenge is invalid."
    assert len(answer["log_id"]) == 34


async def test_a_code_works_once(caller: Caller) -> None:
    code = await caller.code()
    assert "access_token" in (await caller.exchange(code)).json()
    again = (await caller.exchange(code)).json()
    assert (again["error"], again["error_description"]) == (
        "invalid_grant",
        "Authorization code is expired.",
    )
    assert (await caller.last_request())["rule"] == "oauth.token.code-single-use"


async def test_a_code_is_too_old_after_its_lifetime(caller: Caller) -> None:
    await caller.control("clock", freeze=True)
    code = await caller.code()
    await caller.control("clock", advance_s=600)
    assert (await caller.exchange(code)).json()["error"] == "invalid_grant"
    assert (await caller.last_request())["rule"] == "oauth.token.code-lifetime"


async def test_another_app_cannot_exchange_a_code(caller: Caller, unaudited: Caller) -> None:
    code = await caller.code()
    unaudited.verifier = caller.verifier
    assert (await unaudited.exchange(code)).json()["error"] == "invalid_grant"


async def test_the_redirect_address_of_the_exchange_must_be_the_same(caller: Caller) -> None:
    code = await caller.code()
    answer = await caller.exchange(code, redirect_uri="http://127.0.0.1:7124/callback/")
    assert answer.json()["error"] == "invalid_request"
    assert (await caller.last_request())["rule"] == "oauth.token.redirect-same"


async def test_a_web_app_signs_in_without_pkce(web: Caller) -> None:
    grant = await web.sign_in(code_challenge=None, code_challenge_method=None)
    assert "access_token" in grant


async def test_a_refresh_rotates_and_the_old_token_is_dead_at_once(caller: Caller) -> None:
    first = await caller.sign_in()
    second = (await caller.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["open_id"] == first["open_id"]
    dead = await caller.refresh(first["refresh_token"])
    assert dead.status_code == 200
    assert dead.json()["error"] == "invalid_grant"
    assert dead.json()["error_description"] == "Refresh token is invalid or expired."
    assert (await caller.last_request())["rule"] == "oauth.token.rotation"
    assert "access_token" in (await caller.refresh(second["refresh_token"])).json()


async def test_the_access_token_before_a_refresh_lives_on(caller: Caller) -> None:
    grant = await caller.sign_in()
    await caller.refresh(grant["refresh_token"])
    assert (await caller.call("creator_info/query")).status_code == 200


async def test_the_legacy_profile_keeps_the_refresh_token(caller: Caller) -> None:
    await caller.settings(rotate_refresh=False, access_token_s=86400, refresh_token_s=31536000)
    first = await caller.sign_in()
    await caller.control("clock", advance_s=1000)
    second = (await caller.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] == first["refresh_token"]
    assert second["expires_in"] == 86400
    assert 31534000 < second["refresh_expires_in"] <= 31535000


async def test_a_rotated_token_can_inherit_the_end_of_the_old_one(caller: Caller) -> None:
    await caller.settings(rotation_restarts_lifetime=False)
    first = await caller.sign_in()
    await caller.control("clock", advance_s=1000)
    second = (await caller.refresh(first["refresh_token"])).json()
    assert second["refresh_expires_in"] <= 15551000


async def test_an_access_token_expires_by_the_emulators_clock(caller: Caller) -> None:
    await caller.sign_in()
    await caller.control("clock", advance_s=7200)
    answer = await caller.call("creator_info/query")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "access_token_invalid"
    assert "data" not in answer.json()


async def test_revoking_kills_both_tokens(caller: Caller) -> None:
    grant = await caller.sign_in()
    form = {
        "client_key": caller.key,
        "client_secret": caller.secret,
        "token": grant["access_token"],
    }
    answer = await caller.http.post("/v2/oauth/revoke/", data=form)
    assert (answer.status_code, answer.json()) == (200, {})
    assert (await caller.call("creator_info/query")).status_code == 401
    assert (await caller.refresh(grant["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await caller.http.post("/v2/oauth/revoke/", data=form)).json()["error"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_request"),
        ({"client_key": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"code": ""}, "invalid_request"),
        ({"code": "nonsense"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"code_verifier": ""}, "invalid_request"),
    ],
)
async def test_token_errors_are_flat_and_http_200(
    caller: Caller, changes: dict[str, str], error: str
) -> None:
    answer = await caller.exchange(**{"code": await caller.code()} | changes)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"error", "error_description", "log_id"}
    assert body["error"] == error


async def test_oauth_errors_can_be_switched_to_400(caller: Caller) -> None:
    await caller.settings(oauth_error_status=400)
    assert (await caller.refresh("rft.nonsense")).status_code == 400


async def test_a_client_grant_has_no_refresh_token(caller: Caller) -> None:
    form = {
        "client_key": caller.key,
        "client_secret": caller.secret,
        "grant_type": "client_credentials",
    }
    body = (await caller.http.post("/v2/oauth/token/", data=form)).json()
    assert body["access_token"].startswith("clt.")
    assert "refresh_token" not in body


async def test_a_second_consent_leaves_the_first_tokens_alive(caller: Caller) -> None:
    first = await caller.sign_in()
    await caller.sign_in()
    assert "access_token" in (await caller.refresh(first["refresh_token"])).json()
    assert (await caller.state())["grants"][0]["living_access_tokens"] == 3
