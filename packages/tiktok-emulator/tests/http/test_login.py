"""Client tokens, drafts, sandboxes, sessions, and refusals of every kind."""

from typing import Any

import httpx2
import pytest

from tiktok_emulator import AppSeed, Emulator, Seed

from .conftest import Caller


def _callback(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    return dict(httpx2.URL(answer.headers["location"]).params)


async def _client_token(caller: Caller, **changes: str) -> Any:
    form = {
        "client_key": caller.key,
        "client_secret": caller.secret,
        "grant_type": "client_credentials",
    } | changes
    return (await caller.http.post("/v2/oauth/token/", data=form)).json()


async def test_a_client_token_lives_two_hours_and_cannot_be_refreshed(caller: Caller) -> None:
    body = await _client_token(caller)
    assert set(body) == {"access_token", "expires_in", "token_type"}
    assert body["access_token"].startswith("clt.")
    assert (body["expires_in"], body["token_type"]) == (7200, "Bearer")
    assert (await caller.refresh(body["access_token"])).json()["error"] == "invalid_grant"
    assert (await caller.last_request())["operation"] == "oauth.refresh"


async def test_a_client_token_needs_the_secret(caller: Caller) -> None:
    wrong = await _client_token(caller, client_secret="wrong")
    assert wrong["error"] == "invalid_client"
    missing = await _client_token(caller, client_secret="")
    assert missing["error_description"] == "Client secret is missed in request."
    assert (await caller.last_request())["operation"] == "oauth.client_token"


async def test_a_client_token_is_no_users_token(caller: Caller) -> None:
    caller.token = (await _client_token(caller))["access_token"]
    answer = await caller.call("creator_info/query")
    assert answer.json()["error"]["code"] == "access_token_invalid"
    form = {"client_key": caller.key, "client_secret": caller.secret, "token": caller.token}
    assert (await caller.http.post("/v2/oauth/revoke/", data=form)).json()["error"]


async def test_a_draft_comes_back_with_client_key(caller: Caller) -> None:
    await caller.control("consent", client_key=caller.key, username="demo")
    await caller.http.patch(f"/_control/apps/{caller.key}", json={"state": "draft"})
    query = _callback(await caller.authorize())
    assert (query["error"], query["error_type"]) == ("unauthorized_client", "client_key")
    assert (query["errCode"], query["state"]) == ("10003", "s1")
    assert query["logid"]
    assert "code" not in query
    entry = await caller.last_request()
    assert (entry["rule"], entry["code"]) == ("oauth.callback.draft-app", "unauthorized_client")
    await caller.http.patch(f"/_control/apps/{caller.key}", json={"state": "live"})
    assert "code" in _callback(await caller.authorize())


async def test_a_sandbox_lets_only_its_target_users_in(caller: Caller, emulator: Emulator) -> None:
    app = AppSeed(
        client_key="sbkey",
        client_secret="s",
        redirect_uris=[caller.redirect],
        sandbox=True,
        state="draft",
        target_users=["demo"],
    )
    emulator.state.seed(Seed(apps=[app]))
    caller.key, caller.secret = "sbkey", "s"
    assert "access_token" in await caller.sign_in("demo")
    await caller.control("consent", client_key="sbkey", username="private.pia")
    query = _callback(await caller.authorize())
    assert (query["error"], query["error_type"]) == ("access_denied", "non_sandbox_target")
    assert (await caller.last_request())["rule"] == "oauth.callback.sandbox-target"
    await caller.http.patch("/_control/apps/sbkey", json={"target_users": ["private.pia"]})
    assert "code" in _callback(await caller.authorize())


@pytest.mark.parametrize(
    "error", ["access_denied", "server_error", "temporarily_unavailable", "invalid_scope"]
)
async def test_a_standing_refusal_comes_back_with_any_error(caller: Caller, error: str) -> None:
    await caller.control(
        "consent", client_key=caller.key, username="demo", decision="refuse", error=error
    )
    query = _callback(await caller.authorize())
    assert query["error"] == error
    assert query["error_description"]
    assert (await caller.last_request())["rule"] == f"oauth.error.{error}"


async def test_a_session_ends_by_the_emulators_clock(caller: Caller) -> None:
    await caller.settings(session_s=60)
    await caller.sign_in()
    assert (await caller.authorize(disable_auto_auth="0")).status_code == 302
    await caller.control("clock", advance_s=61)
    assert (await caller.authorize(disable_auto_auth="0")).status_code == 200


async def test_the_page_is_skipped_only_if_every_scope_was_granted(caller: Caller) -> None:
    await caller.sign_in(scope="user.info.basic,video.upload")
    more = "user.info.basic,video.publish"
    assert (await caller.authorize(disable_auto_auth="0", scope=more)).status_code == 200
    less = await caller.authorize(disable_auto_auth="0", scope="user.info.basic")
    assert _callback(less)["scopes"] == "user.info.basic"


async def test_a_cookie_that_was_made_up_signs_nobody_in(caller: Caller) -> None:
    await caller.sign_in()
    caller.http.cookies.clear()
    caller.http.cookies.set("tiktok_emulator_session", "demo")
    assert (await caller.authorize(disable_auto_auth="0")).status_code == 200


async def test_signing_in_as_another_account_ends_the_first_session(caller: Caller) -> None:
    await caller.sign_in("demo")
    await caller.sign_in("private.pia")
    await caller.authorize(disable_auto_auth="0")
    assert (await caller.last_request())["username"] == "private.pia"


async def test_a_web_app_that_sends_a_challenge_has_it_verified(web: Caller) -> None:
    code = await web.code()
    assert (await web.exchange(code, code_verifier="x" * 43)).json()["error"] == "invalid_request"
    assert "access_token" in (await web.exchange(code)).json()


async def test_a_web_app_may_send_a_verifier_without_a_challenge(web: Caller) -> None:
    code = await web.code(code_challenge=None, code_challenge_method=None)
    assert "access_token" in (await web.exchange(code)).json()


async def test_a_challenge_without_a_method_is_s256(caller: Caller) -> None:
    code = await caller.code(code_challenge_method=None)
    assert "access_token" in (await caller.exchange(code)).json()


@pytest.mark.parametrize(
    "path",
    [
        "/auth/authorize/",
        "/v2/oauth/token",
        "/v2/oauth/revoke",
        "/platform/oauth/connect/",
        "/oauth/access_token/",
        "/v2/oauth/get_qrcode/",
    ],
)
async def test_retired_addresses_are_unknown_paths(caller: Caller, path: str) -> None:
    for answer in (await caller.http.get(path), await caller.http.post(path)):
        assert (answer.status_code, answer.text) == (404, "Unsupported path(Janus)")


async def test_the_consent_page_answers_without_its_final_slash_too(caller: Caller) -> None:
    await caller.control("consent", client_key=caller.key, username="demo", count=1)
    with_slash = (await caller.authorize()).request.url
    await caller.control("consent", client_key=caller.key, username="demo", count=1)
    url = str(with_slash).replace("/authorize/?", "/authorize?")
    assert "code" in _callback(await caller.http.get(url))


async def test_a_grant_can_be_taken_back_and_given_anew(caller: Caller) -> None:
    first = await caller.sign_in()
    await caller.control("grants/revoke", username="demo", client_key=caller.key)
    assert (await caller.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    second = await caller.sign_in()
    assert second["open_id"] == first["open_id"]
    assert (await caller.refresh(second["refresh_token"])).json()["access_token"]


async def test_an_account_that_was_deleted_cannot_consent(caller: Caller) -> None:
    await caller.control("consent", client_key=caller.key, username="demo")
    await caller.http.patch("/_control/creators/demo", json={"account": "deleted"})
    page = await caller.authorize()
    assert page.status_code == 200
    assert "@demo" not in page.text
    await caller.http.patch("/_control/creators/demo", json={"account": "active"})
    assert "code" in _callback(await caller.authorize())
