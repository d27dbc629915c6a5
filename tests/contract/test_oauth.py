"""Authorisation with the client: what works, and what a person or TikTok refuses."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.contract.desk import DESKTOP, LOOPBACK, SCOPES, SITE, WEB, Desk
from tiktok_client import (
    Advice,
    AppKeys,
    OAuthError,
    ScopeMissing,
    StateMismatch,
    TokenInvalid,
    TransportError,
)
from tools.coverage import Row

Rows = Mapping[str, Row]


@pytest.mark.spec(
    "oauth.authorize",
    "oauth.authorize.client-key",
    "oauth.authorize.response-type",
    "oauth.authorize.scope",
    "oauth.authorize.redirect-uri",
    "oauth.authorize.code-challenge",
    "oauth.authorize.code-challenge-method",
    "oauth.callback.code",
    "oauth.callback.scopes",
    "oauth.token",
    "oauth.token.prefixes",
)
async def test_a_desktop_app_is_authorised_with_pkce(desk: Desk, rows: Rows) -> None:
    callback, verifier = await desk.authorise()
    assert verifier is not None
    assert callback.scopes == set(SCOPES)
    grant = await desk.client().oauth.exchange(
        code=callback.code, redirect_uri=LOOPBACK, code_verifier=verifier
    )
    prefixes = rows["oauth.token.prefixes"]
    assert grant.access_token.startswith(prefixes["access"])
    assert grant.refresh_token.startswith(prefixes["refresh"])
    assert grant.open_id
    assert grant.scopes == set(SCOPES)
    info = await desk.client(grant.access_token).posting.creator_info()
    assert info.username == "maya"


async def test_a_web_app_is_authorised_without_pkce(desk: Desk) -> None:
    callback, verifier = await desk.authorise(app=WEB)
    assert verifier is None
    grant = await desk.client(app=WEB).oauth.exchange(code=callback.code, redirect_uri=SITE)
    assert grant.scopes == set(SCOPES)


@pytest.mark.spec("oauth.token.access-lifetime", "oauth.token.refresh-lifetime")
async def test_lifetimes_are_read_from_the_answer(desk: Desk, rows: Rows) -> None:
    grant = await desk.grant()
    access_s = rows["oauth.token.access-lifetime"]["value"]
    assert grant.expires_in == timedelta(seconds=access_s)
    refresh_s = rows["oauth.token.refresh-lifetime"]["value"]
    assert grant.refresh_expires_in == timedelta(seconds=refresh_s)
    await desk.settings(access_token_s=86400, refresh_token_s=31536000)
    older = await desk.grant()
    assert (older.expires_in, older.refresh_expires_in) == (timedelta(days=1), timedelta(days=365))


async def test_an_access_token_dies_when_its_time_is_over(desk: Desk) -> None:
    client = await desk.connected()
    await desk.advance(7199)
    await client.posting.creator_info()
    await desk.advance(1)
    with pytest.raises(TokenInvalid) as caught:
        await client.posting.creator_info()
    assert caught.value.advice is Advice.REAUTHORISE


@pytest.mark.spec("oauth.authorize.state")
async def test_the_state_comes_back_and_another_one_is_refused(desk: Desk) -> None:
    await desk.consent()
    oauth = desk.client().oauth
    asked = oauth.authorize(redirect_uri=LOOPBACK, scopes=SCOPES, kind="desktop", state="a b&c=ü")
    back = await desk.visit(asked.url)
    assert parse_qs(urlsplit(back).query)["state"] == ["a b&c=ü"]
    assert oauth.read_callback(back, expected_state="a b&c=ü").code
    with pytest.raises(StateMismatch):
        oauth.read_callback(back, expected_state="other")


@pytest.mark.spec("oauth.callback.error", "oauth.error.access_denied")
async def test_a_person_who_says_no_is_understood(desk: Desk) -> None:
    await desk.consent(decision="refuse")
    oauth = desk.client().oauth
    asked = oauth.authorize(redirect_uri=LOOPBACK, scopes=SCOPES, kind="desktop")
    back = await desk.visit(asked.url)
    with pytest.raises(OAuthError) as caught:
        oauth.read_callback(back, expected_state=asked.state)
    assert (caught.value.code, caught.value.advice) == ("access_denied", Advice.GIVE_UP)


async def test_a_person_may_grant_less_than_was_asked_for(desk: Desk) -> None:
    await desk.consent(scopes=["user.info.basic"])
    oauth = desk.client().oauth
    asked = oauth.authorize(redirect_uri=LOOPBACK, scopes=SCOPES, kind="desktop")
    callback = oauth.read_callback(await desk.visit(asked.url), expected_state=asked.state)
    assert callback.scopes == {"user.info.basic"}
    grant = await oauth.exchange(
        code=callback.code, redirect_uri=LOOPBACK, code_verifier=asked.code_verifier
    )
    assert grant.scopes == {"user.info.basic"}
    with pytest.raises(ScopeMissing):
        await desk.client(grant.access_token).posting.creator_info()


@pytest.mark.spec("oauth.authorize.disable-auto-auth")
async def test_someone_who_has_consented_is_asked_again_only_on_demand(desk: Desk) -> None:
    await desk.grant()
    oauth = desk.client().oauth
    again = oauth.authorize(redirect_uri=LOOPBACK, scopes=SCOPES, kind="desktop", always_ask=True)
    assert (await desk.http.get(again.url)).status_code == 200  # the page, whatever was granted
    at_once = again.url.replace("disable_auto_auth=1", "disable_auto_auth=0")
    assert "code=" in await desk.visit(at_once)


@pytest.mark.spec("oauth.token.rotation", "oauth.error.invalid_grant")
async def test_a_refresh_gives_new_tokens_and_kills_the_one_that_was_sent(desk: Desk) -> None:
    first = await desk.grant()
    oauth = desk.client().oauth
    second = await oauth.refresh(refresh_token=first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token
    assert second.open_id == first.open_id
    with pytest.raises(OAuthError) as caught:
        await oauth.refresh(refresh_token=first.refresh_token)
    assert (caught.value.code, caught.value.advice) == ("invalid_grant", Advice.REAUTHORISE)
    assert caught.value.log_id
    third = await oauth.refresh(refresh_token=second.refresh_token)
    await desk.client(third.access_token).posting.creator_info()


async def test_a_refresh_token_dies_when_its_time_is_over(desk: Desk) -> None:
    grant = await desk.grant()
    await desk.advance(grant.refresh_expires_in.total_seconds())
    with pytest.raises(OAuthError, match="invalid_grant"):
        await desk.client().oauth.refresh(refresh_token=grant.refresh_token)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.spec("oauth.token.errors-http-200", "oauth.token.error-shape")
async def test_a_refusal_is_understood_whatever_its_http_status(desk: Desk, status: int) -> None:
    await desk.settings(oauth_error_status=status)
    with pytest.raises(OAuthError) as caught:
        await desk.client().oauth.refresh(refresh_token="rft.never")
    assert (caught.value.code, caught.value.status) == ("invalid_grant", status)


@pytest.mark.spec("oauth.revoke", "oauth.revoke.kills-both")
async def test_revoke_kills_both_tokens(desk: Desk) -> None:
    grant = await desk.grant()
    client = desk.client(grant.access_token)
    await client.oauth.revoke(access_token=grant.access_token)
    with pytest.raises(TokenInvalid):
        await client.posting.creator_info()
    with pytest.raises(OAuthError, match="invalid_grant"):
        await client.oauth.refresh(refresh_token=grant.refresh_token)


@pytest.mark.spec("oauth.error.invalid_client")
async def test_a_wrong_secret_is_refused(desk: Desk) -> None:
    grant = await desk.grant()
    wrong = AppKeys(DESKTOP.client_key, "not-it")
    with pytest.raises(OAuthError) as caught:
        await desk.client(app=wrong).oauth.refresh(refresh_token=grant.refresh_token)
    assert (caught.value.code, caught.value.advice) == ("invalid_client", Advice.FIX_INPUT)
    assert "not-it" not in str(caught.value)


@pytest.mark.parametrize("code", ["server_error", "temporarily_unavailable"])
@pytest.mark.spec("oauth.error.server_error", "oauth.error.temporarily_unavailable")
async def test_tiktoks_own_trouble_is_worth_another_try(desk: Desk, code: str) -> None:
    grant = await desk.grant()
    await desk.fault("oauth.refresh", "error", status=503, code=code)
    oauth = desk.client().oauth
    with pytest.raises(OAuthError) as caught:
        await oauth.refresh(refresh_token=grant.refresh_token)
    assert (caught.value.code, caught.value.advice) == (code, Advice.RETRY_LATER)
    await oauth.refresh(refresh_token=grant.refresh_token)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_lost_exchange_needs_a_new_consent(desk: Desk, kind: str) -> None:
    callback, verifier = await desk.authorise()
    await desk.fault("oauth.token", kind)
    with pytest.raises(TransportError) as caught:
        await desk.client().oauth.exchange(
            code=callback.code, redirect_uri=LOOPBACK, code_verifier=verifier
        )
    assert caught.value.sent is True
    assert caught.value.advice is Advice.REAUTHORISE


async def test_a_lost_refresh_leaves_the_access_token_alive(desk: Desk) -> None:
    grant = await desk.grant()
    await desk.fault("oauth.refresh", "drop_after")
    oauth = desk.client().oauth
    with pytest.raises(TransportError):
        await oauth.refresh(refresh_token=grant.refresh_token)
    with pytest.raises(OAuthError, match="invalid_grant"):
        await oauth.refresh(refresh_token=grant.refresh_token)
    await desk.client(grant.access_token).posting.creator_info()


async def test_codes_travel_percent_encoded(desk: Desk) -> None:
    await desk.consent()
    oauth = desk.client().oauth
    asked = oauth.authorize(redirect_uri=LOOPBACK, scopes=SCOPES, kind="desktop")
    back = await desk.visit(asked.url)
    code = oauth.read_callback(back, expected_state=asked.state).code
    assert quote(code, safe="") in back
    assert code != quote(code, safe="")  # it holds what must be encoded
