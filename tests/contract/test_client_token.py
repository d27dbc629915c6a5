"""Tokens of an app itself."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.contract.desk import DESKTOP, WEB, Desk
from tiktok_client import AppKeys, OAuthError, TokenInvalid
from tools.coverage import Row

Rows = Mapping[str, Row]


@pytest.mark.parametrize("app", [DESKTOP, WEB], ids=["desktop", "web"])
@pytest.mark.spec(
    "oauth.client-token",
    "oauth.client-token.prefix",
    "oauth.client-token.lifetime",
    "oauth.client-token.no-refresh",
    "oauth.token.grant-types",
)
async def test_an_app_gets_a_token_of_its_own(desk: Desk, rows: Rows, app: AppKeys) -> None:
    token = await desk.client(app=app).oauth.client_token()
    assert desk.calls[-1].url_without_query.endswith(rows["oauth.client-token"]["path"])
    assert token.access_token.startswith(rows["oauth.client-token.prefix"]["prefix"])
    lifetime = timedelta(seconds=rows["oauth.client-token.lifetime"]["value"])
    assert token.expires_in == lifetime
    form = {"client_key": app.client_key, "client_secret": app.client_secret}
    raw = await desk.form("/v2/oauth/token/", form | {"grant_type": "client_credentials"})
    assert set(raw.json()) == set(rows["oauth.client-token"]["response"])
    again = await desk.client(app=app).oauth.client_token()
    assert again.access_token != token.access_token


@pytest.mark.spec("oauth.client-token.lifetime")
async def test_its_lifetime_is_what_the_answer_says(desk: Desk) -> None:
    await desk.settings(client_token_s=60)
    assert (await desk.client().oauth.client_token()).expires_in == timedelta(minutes=1)


@pytest.mark.spec("oauth.client-token.not-a-user")
async def test_it_opens_nothing_of_a_person(desk: Desk, rows: Rows) -> None:
    client = desk.client((await desk.client().oauth.client_token()).access_token)
    refusal = rows["oauth.client-token.not-a-user"]["refusal"]
    for call in (client.posting.creator_info, client.display.user_info):
        with pytest.raises(TokenInvalid) as caught:
            await call()
        assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])


@pytest.mark.spec("oauth.error.invalid_client")
async def test_a_wrong_secret_gets_none(desk: Desk) -> None:
    with pytest.raises(OAuthError) as caught:
        await desk.client(app=AppKeys(DESKTOP.client_key, "wrong")).oauth.client_token()
    assert caught.value.code == "invalid_client"
    assert caught.value.doc_url.endswith("client-access-token-management")
    assert "wrong" not in str(caught.value)
