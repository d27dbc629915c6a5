"""Requests that no good client makes, each refused in TikTok's own words."""

import base64
import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx2
import pytest

from tests.contract.desk import (
    DESKTOP,
    LOOPBACK,
    SCOPES,
    VERIFIER,
    WEB,
    Desk,
    assert_refused,
    authorize_query,
    exchange_form,
)
from tiktok_emulator import AppSeed, Emulator, Seed, SeedInvalid
from tools.coverage import Row

Rows = Mapping[str, Row]
TOKEN = "/v2/oauth/token/"
RIGHT = hashlib.sha256(VERIFIER.encode()).hexdigest()


async def consent_page(desk: Desk, changes: Mapping[str, str | None]) -> httpx2.Response:
    """Open a consent page whose query is right but for these."""
    told: dict[str, str | None] = {**authorize_query(), **changes}
    query = {name: value for name, value in told.items() if value}
    return await desk.http.get(f"/v2/auth/authorize/?{urlencode(query)}")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_key": None}, "unauthorized_client"),
        ({"client_key": "nobody"}, "unauthorized_client"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "video.fly"}, "invalid_scope"),
        ({"scope": "user.info.basic video.publish"}, "invalid_scope"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
@pytest.mark.spec(
    "oauth.authorize.client-key",
    "oauth.authorize.response-type",
    "oauth.authorize.scope",
    "oauth.authorize.redirect-uri",
    "oauth.authorize.state",
    "oauth.authorize.code-challenge",
    "oauth.authorize.code-challenge-method",
    "oauth.error.unauthorized_client",
    "oauth.error.unsupported_response_type",
    "oauth.error.invalid_scope",
)
async def test_a_wrong_consent_page_says_what_is_wrong(
    desk: Desk, changes: Mapping[str, str | None], error: str
) -> None:
    await desk.consent()
    answer = await consent_page(desk, changes)
    assert answer.status_code == 400
    assert error in answer.text
    assert (await desk.last_request())["code"] == error


async def test_a_missing_challenge_method_is_read_as_s256(desk: Desk) -> None:
    await desk.consent()
    assert (await consent_page(desk, {"code_challenge_method": None})).status_code == 302


@pytest.mark.parametrize(
    "uri",
    [
        LOOPBACK.rstrip("/"),
        LOOPBACK.replace("127.0.0.1", "localhost"),
        LOOPBACK.replace("5000", "5001"),
        LOOPBACK + "x",
        "https://evil.example/callback/",
    ],
)
@pytest.mark.spec("oauth.redirect.exact")
async def test_a_redirect_address_that_is_not_registered_is_refused(desk: Desk, uri: str) -> None:
    answer = await consent_page(desk, {"redirect_uri": uri})
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert (await desk.last_request())["rule"] == "oauth.redirect.exact"


@pytest.mark.parametrize(
    ("kind", "uri"),
    [
        ("web", "http://app.example.com/callback"),
        ("web", "https://app.example.com/callback?x=1"),
        ("web", "https://app.example.com/callback#x"),
        ("desktop", "http://127.0.0.1/callback/"),
        ("desktop", "http://192.168.0.7:5000/callback/"),
        ("desktop", "http://127.0.0.1:5000/callback/?x=1"),
    ],
)
@pytest.mark.spec(
    "oauth.redirect.desktop-loopback", "oauth.redirect.web-https", "oauth.redirect.no-query"
)
async def test_addresses_that_tiktok_would_not_register_cannot_be_seeded(
    desk: Desk, emulator: Emulator, kind: str, uri: str
) -> None:
    app = {"client_key": "aw-new", "client_secret": "s", "kind": kind, "redirect_uris": [uri]}
    with pytest.raises(SeedInvalid):
        emulator.state.seed(Seed(apps=[AppSeed.model_validate(app)]))
    with pytest.raises(ValueError, match="redirect address"):
        desk.client().oauth.authorize(
            redirect_uri=uri, scopes=SCOPES, kind="web" if kind == "web" else "desktop"
        )


@pytest.mark.parametrize(
    "challenge",
    [
        base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("="),
        base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode(),
        RIGHT.upper(),
        VERIFIER,
    ],
)
@pytest.mark.spec("oauth.pkce.hex", "oauth.error.invalid_request")
async def test_a_challenge_that_is_not_hex_fails_at_the_exchange(
    desk: Desk, rows: Rows, challenge: str
) -> None:
    code = await desk.raw_code(challenge)
    assert_refused(await desk.form(TOKEN, exchange_form(code)), rows["oauth.pkce.hex"])


@pytest.mark.spec("oauth.pkce.hex")
async def test_a_hex_challenge_is_what_tiktok_wants(desk: Desk, rows: Rows) -> None:
    vector = rows["oauth.pkce.hex"]["vector"]
    code = await desk.raw_code(vector["challenge"])
    form = exchange_form(code) | {"code_verifier": vector["verifier"]}
    assert "access_token" in (await desk.form(TOKEN, form)).json()


@pytest.mark.parametrize("length", [0, 42, 129])
@pytest.mark.spec("oauth.pkce.verifier-length")
async def test_a_verifier_of_another_length_is_refused(desk: Desk, rows: Rows, length: int) -> None:
    verifier = "v" * length
    code = await desk.raw_code(hashlib.sha256(verifier.encode()).hexdigest())
    answer = await desk.form(TOKEN, exchange_form(code) | {"code_verifier": verifier})
    assert_refused(answer, rows["oauth.pkce.hex"])
    assert (await desk.last_request())["rule"] == "oauth.pkce.verifier-length"


@pytest.mark.spec("oauth.token.form-only")
async def test_json_is_refused_at_the_token_endpoint(desk: Desk, rows: Rows) -> None:
    code = await desk.raw_code(RIGHT)
    answer = await desk.http.post(TOKEN, json=exchange_form(code))
    assert_refused(answer, rows["oauth.token.form-only"])


@pytest.mark.spec("oauth.token.grant-types", "oauth.error.unsupported_grant_type")
async def test_another_grant_type_is_refused(desk: Desk, rows: Rows) -> None:
    code = await desk.raw_code(RIGHT)
    answer = await desk.form(TOKEN, exchange_form(code) | {"grant_type": "password"})
    assert_refused(answer, rows["oauth.token.grant-types"])


@pytest.mark.spec("oauth.token.client-secret")
async def test_a_missing_secret_is_refused(desk: Desk, rows: Rows) -> None:
    form = exchange_form(await desk.raw_code(RIGHT))
    del form["client_secret"]
    assert_refused(await desk.form(TOKEN, form), rows["oauth.token.client-secret"])


@pytest.mark.spec("oauth.token.redirect-same")
async def test_another_redirect_address_is_refused_at_the_exchange(desk: Desk, rows: Rows) -> None:
    form = exchange_form(await desk.raw_code(RIGHT)) | {"redirect_uri": LOOPBACK + "x"}
    assert_refused(await desk.form(TOKEN, form), rows["oauth.token.redirect-same"])


@pytest.mark.spec("oauth.token.code-single-use")
async def test_a_code_works_once(desk: Desk, rows: Rows) -> None:
    form = exchange_form(await desk.raw_code(RIGHT))
    assert "access_token" in (await desk.form(TOKEN, form)).json()
    assert_refused(await desk.form(TOKEN, form), rows["oauth.token.code-single-use"])


@pytest.mark.spec("oauth.token.code-lifetime")
async def test_a_code_is_short_lived(desk: Desk, rows: Rows) -> None:
    row = rows["oauth.token.code-lifetime"]
    form = exchange_form(await desk.raw_code(RIGHT))
    await desk.advance(row["value"])
    assert_refused(await desk.form(TOKEN, form), row)


@pytest.mark.spec("oauth.token.rotation")
async def test_a_rotated_refresh_token_is_refused(desk: Desk, rows: Rows) -> None:
    grant = await desk.grant()
    await desk.client().oauth.refresh(refresh_token=grant.refresh_token)
    form = {
        "client_key": DESKTOP.client_key,
        "client_secret": DESKTOP.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": grant.refresh_token,
    }
    assert_refused(await desk.form(TOKEN, form), rows["oauth.token.rotation"])
    assert (await desk.last_request())["rule"] == "oauth.token.rotation"


async def test_another_apps_refresh_token_is_refused(desk: Desk) -> None:
    grant = await desk.grant()
    form = {
        "client_key": WEB.client_key,
        "client_secret": WEB.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": grant.refresh_token,
    }
    assert (await desk.form(TOKEN, form)).json()["error"] == "invalid_grant"
