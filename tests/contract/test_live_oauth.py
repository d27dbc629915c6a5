"""Token requests that fail, and the ones that work; also against the real TikTok with --live."""

from collections.abc import Mapping

import pytest

from tests.contract.desk import assert_refused
from tests.contract.live import Account
from tiktok_client import AppKeys, OAuthError, TokenInvalid
from tools.coverage import Row

Rows = Mapping[str, Row]
REFRESH = {"grant_type": "refresh_token", "refresh_token": "rft.never-given"}
EXCHANGE = {
    "grant_type": "authorization_code",
    "code": "never-given",
    "redirect_uri": "http://127.0.0.1:5000/callback/",
    "code_verifier": "v" * 43,
}


@pytest.mark.live
@pytest.mark.spec(
    "oauth.token.rotation",
    "oauth.token.errors-http-200",
    "oauth.token.error-shape",
    "oauth.error.invalid_grant",
)
async def test_a_refresh_token_that_never_was_is_refused(account: Account, rows: Rows) -> None:
    answer = await account.form(REFRESH)
    assert_refused(answer, rows["oauth.token.rotation"])
    assert set(answer.json()) == set(rows["oauth.token.error-shape"]["fields"])
    assert answer.status_code == rows["oauth.token.errors-http-200"]["http_status"]


@pytest.mark.live
@pytest.mark.spec("oauth.token.code-single-use")
async def test_a_code_that_never_was_is_refused(account: Account, rows: Rows) -> None:
    assert_refused(await account.form(EXCHANGE), rows["oauth.token.code-single-use"])


@pytest.mark.live
@pytest.mark.spec("oauth.token.client-secret", "oauth.error.invalid_request")
async def test_a_missing_secret_is_told(account: Account, rows: Rows) -> None:
    answer = await account.form(REFRESH | {"client_secret": ""})
    assert_refused(answer, rows["oauth.token.client-secret"])


@pytest.mark.live
@pytest.mark.spec("oauth.error.invalid_client")
async def test_a_secret_that_is_wrong_is_told(account: Account) -> None:
    wrong = account.client(app=AppKeys(account.app.client_key, "not-it"))
    with pytest.raises(OAuthError) as caught:
        await wrong.oauth.refresh(refresh_token="rft.never-given")
    assert caught.value.code == "invalid_client"
    assert caught.value.log_id


@pytest.mark.live
@pytest.mark.spec("oauth.token.grant-types", "oauth.error.unsupported_grant_type")
async def test_a_grant_type_that_is_none_is_refused(account: Account, rows: Rows) -> None:
    answer = await account.form({"grant_type": "password"})
    assert_refused(answer, rows["oauth.token.grant-types"])


@pytest.mark.live
@pytest.mark.spec("oauth.token.form-only")
async def test_json_is_no_form(account: Account, rows: Rows) -> None:
    keys = {"client_key": account.app.client_key, "client_secret": account.app.client_secret}
    answer = await account.http.post("/v2/oauth/token/", json=keys | REFRESH)
    assert_refused(answer, rows["oauth.token.form-only"])


@pytest.mark.live
@pytest.mark.spec(
    "oauth.client-token",
    "oauth.client-token.prefix",
    "oauth.client-token.lifetime",
    "oauth.client-token.no-refresh",
)
async def test_an_app_has_a_token_of_its_own(account: Account, rows: Rows) -> None:
    answer = (await account.form({"grant_type": "client_credentials"})).json()
    assert set(answer) == set(rows["oauth.client-token"]["response"])
    assert answer["access_token"].startswith(rows["oauth.client-token.prefix"]["prefix"])
    assert answer["expires_in"] == rows["oauth.client-token.lifetime"]["value"]


@pytest.mark.live
@pytest.mark.spec("oauth.client-token.not-a-user")
async def test_the_token_of_an_app_opens_nothing_of_a_person(account: Account, rows: Rows) -> None:
    own = (await account.client().oauth.client_token()).access_token
    with pytest.raises(TokenInvalid) as caught:
        await account.client(own).posting.creator_info()
    refusal = rows["oauth.client-token.not-a-user"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])


@pytest.mark.live
@pytest.mark.spec("oauth.revoke.unknown-token")
async def test_a_token_that_never_was_cannot_be_revoked(account: Account, rows: Rows) -> None:
    keys = {"client_key": account.app.client_key, "client_secret": account.app.client_secret}
    answer = await account.http.post("/v2/oauth/revoke/", data=keys | {"token": "act.never-given"})
    assert_refused(answer, rows["oauth.revoke.unknown-token"])


@pytest.mark.live(needs="refresh")
@pytest.mark.spec(
    "oauth.token",
    "oauth.token.rotation",
    "oauth.token.prefixes",
    "oauth.token.access-lifetime",
    "oauth.token.refresh-lifetime",
)
async def test_each_refresh_gives_a_new_refresh_token(account: Account, rows: Rows) -> None:
    assert account.tokens is not None
    before = account.tokens.refresh_token
    grant = await account.tokens.renew(account.client())
    assert grant.refresh_token != before
    assert grant.refresh_token == account.tokens.refresh_token
    prefixes = rows["oauth.token.prefixes"]
    assert grant.access_token.startswith(prefixes["access"])
    assert grant.refresh_token.startswith(prefixes["refresh"])
    access, refresh = rows["oauth.token.access-lifetime"], rows["oauth.token.refresh-lifetime"]
    assert grant.expires_in.total_seconds() == pytest.approx(access["value"], abs=5)
    assert grant.refresh_expires_in.total_seconds() <= refresh["value"]
    await account.client(grant.access_token).posting.creator_info()


@pytest.mark.live(needs="risks")
@pytest.mark.spec("oauth.token.rotation")
async def test_a_refresh_token_that_was_replaced_is_dead(account: Account, rows: Rows) -> None:
    assert account.tokens is not None
    before = account.tokens.refresh_token
    await account.tokens.renew(account.client())
    answer = await account.form({"grant_type": "refresh_token", "refresh_token": before})
    assert_refused(answer, rows["oauth.token.rotation"])
    await account.tokens.renew(account.client())  # and the newer one was not harmed by it
