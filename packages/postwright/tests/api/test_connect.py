"""Accounts are connected over the API: an address, a browser that comes back, an account."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from sqlalchemy import text

from postwright.workspaces.models import Scope
from tests.factories.api import Api, beside, served_api

pytestmark = pytest.mark.slow

BACK = "http://127.0.0.1:9/done?shop=7"


@pytest.fixture
async def key(api: Api) -> str:
    """A key, and the API's address registered at TikTok."""
    await register(api, client_key=api.service.settings.tiktok.client_key)
    return await api.key(Scope.PUBLISH)


async def register(api: Api, **facts: Any) -> None:
    """Have an app at TikTok that may send browsers back to this API."""
    uris = ["http://127.0.0.1:*/callback/", f"{api.url}/v1/connect/tiktok/callback"]
    app = {"redirect_uris": uris, **facts}
    await api.service.control("POST", "seed", {"apps": [app]})


async def begun(api: Api, key: str, **asked: Any) -> dict[str, Any]:
    answer = await api.ask("GET", "/v1/connect/tiktok", key, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def came_back(
    api: Api,
    url: str,
    username: str = "demo",
    *,
    decision: str = "accept",
    leaves_on: list[str] | None = None,
) -> str:
    """What a browser does: the consent page, and the address that it leads to."""
    consent = {
        "client_key": api.service.settings.tiktok.client_key,
        "username": username,
        "decision": decision,
        "scopes": leaves_on,
        "count": 1,
    }
    await api.service.control("POST", "consent", consent)
    async with httpx2.AsyncClient(verify=False) as browser:
        answer = await browser.get(url)
        return str(answer.headers["location"])


async def visited(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient(verify=False) as browser:
        return await browser.get(url)


def told(answer: httpx2.Response) -> Mapping[str, str]:
    """What the address says that a browser is sent to."""
    assert answer.status_code == 303, answer.text
    there = urlsplit(answer.headers["location"])
    assert (there.scheme, there.netloc, there.path) == ("http", "127.0.0.1:9", "/done")
    said = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert said.pop("shop") == "7"
    return said


async def connections(api: Api) -> list[Any]:
    async with api.service.database.transaction() as session:
        return list(
            await session.execute(
                text("SELECT id, handle, profile_id, state FROM connections ORDER BY handle")
            )
        )


async def test_a_consent_ends_with_an_account_in_its_profile(api: Api, key: str) -> None:
    made = await api.ask("POST", "/v1/profiles", await api.key(), json={"name": "Acme"})
    profile_id = made.json()["profile"]["_id"]
    address = await begun(api, key, profileId=profile_id, redirectUrl=BACK)
    assert address["redirectUri"] == f"{api.url}/v1/connect/tiktok/callback"
    assert address["state"] in address["authUrl"]
    answer = await visited(await came_back(api, address["authUrl"]))
    said = told(answer)
    assert answer.headers["referrer-policy"] == "no-referrer"
    ((account_id, handle, is_in, state),) = await connections(api)
    assert (handle, is_in, state) == ("demo", profile_id, "connected")
    assert said == {
        "connected": "tiktok",
        "profileId": profile_id,
        "accountId": account_id,
        "username": "demo",
    }
    async with api.service.database.transaction() as session:
        actor = await session.scalar(
            text("SELECT actor FROM audit_log WHERE action = 'connection.made'")
        )
    assert str(actor).startswith("key_")


async def test_who_asked_without_an_address_of_their_own_leaves_the_person_a_page(
    api: Api, key: str
) -> None:
    address = await begun(api, key)
    answer = await visited(await came_back(api, address["authUrl"]))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "@demo is connected." in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_state_is_good_once(api: Api, key: str) -> None:
    address = await begun(api, key, redirectUrl=BACK)
    there = await came_back(api, address["authUrl"])
    assert "connected" in told(await visited(there))
    again = told(await visited(there))
    assert again["error"] == "consent_over"
    assert "used already" in again["error_description"]


async def test_of_two_browsers_with_one_state_one_gets_through(api: Api, key: str) -> None:
    address = await begun(api, key, redirectUrl=BACK)
    there = await came_back(api, address["authUrl"])
    both = [told(answer) for answer in await asyncio.gather(visited(there), visited(there))]
    assert sorted("connected" in said for said in both) == [False, True]
    assert [said["error"] for said in both if "error" in said] == ["consent_over"]


async def test_a_state_that_is_not_ours_leads_nowhere(api: Api, key: str) -> None:
    address = await begun(api, key, redirectUrl=BACK)
    there = await came_back(api, address["authUrl"])
    forged = there.replace(address["state"], "A" * len(address["state"]))
    for url in (forged, there.partition("?")[0]):
        answer = await visited(f"{url}&redirectUrl=https://evil.example" if "?" in url else url)
        assert answer.status_code == 400
        assert "no answer to a consent" in answer.text
    assert await connections(api) == []


async def test_an_expired_state_and_one_of_a_revoked_key_are_over(api: Api, key: str) -> None:
    late = await begun(api, key, redirectUrl=BACK)
    there = await came_back(api, late["authUrl"])
    await api.service.advance(hours=0.6, emulator_too=False)
    assert "expired" in told(await visited(there))["error_description"]
    address = await begun(api, key, redirectUrl=BACK)
    there = await came_back(api, address["authUrl"])
    async with api.service.database.transaction() as session:
        await session.execute(text("UPDATE api_keys SET revoked_at = app_now()"))
    assert "API key" in told(await visited(there))["error_description"]
    assert await connections(api) == []


async def test_neither_state_nor_verifier_can_be_read_in_the_database(api: Api, key: str) -> None:
    address = await begun(api, key)
    async with api.service.database.transaction() as session:
        row = (await session.execute(text("SELECT consents::text FROM consents"))).scalar_one()
        verifier = await session.scalar(text("SELECT code_verifier FROM consents"))
    assert address["state"] not in row
    assert address["state"].encode().hex() not in row
    assert bytes(verifier)[:1] not in {b"{", b"["}
    assert len(bytes(verifier)) > 64


async def test_a_web_app_has_its_public_address_and_no_proof_key(api: Api) -> None:
    settings = beside(api.service.settings)
    web = settings.web.model_copy(update={"public_url": "https://b.example/pw"})
    app = settings.tiktok.model_copy(
        update={"app_kind": "web", "redirect_uri": "https://b.example/cb"}
    )
    settings = settings.model_copy(update={"web": web, "tiktok": app})
    async with served_api(api.service, settings) as other:
        address = await begun(other, await api.key())
    assert address["redirectUri"] == "https://b.example/pw/v1/connect/tiktok/callback"
    assert "code_challenge" not in address["authUrl"]
    async with api.service.database.transaction() as session:
        rows = (await session.execute(text("SELECT code_verifier FROM consents"))).all()
    assert [row.code_verifier for row in rows] == [None]


async def test_a_refused_consent_is_told(api: Api, key: str) -> None:
    address = await begun(api, key, redirectUrl=BACK)
    said = told(await visited(await came_back(api, address["authUrl"], decision="refuse")))
    assert said["error"] == "connect_failed"
    assert "refused on TikTok's page" in said["error_description"]
    address = await begun(api, key)
    page = await visited(await came_back(api, address["authUrl"], decision="refuse"))
    assert page.status_code == 409
    assert "refused on TikTok&#x27;s page" in page.text


async def test_a_code_of_another_app_is_refused(api: Api, key: str) -> None:
    await register(api, client_key="other-key", client_secret="other-secret")
    address = await begun(api, key, redirectUrl=BACK)
    there = await came_back(api, address["authUrl"])
    url = address["authUrl"].replace(api.service.settings.tiktok.client_key, "other-key")
    await api.service.control(
        "POST",
        "consent",
        {"client_key": "other-key", "username": "demo", "decision": "accept", "count": 1},
    )
    theirs = str((await visited(url)).headers["location"])
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    before = there.partition("?")[0]
    said = told(await visited(f"{before}?{urlencode({'code': code, 'state': address['state']})}"))
    assert said["error"] == "connect_failed"
    assert await connections(api) == []


async def test_a_reconnected_account_is_the_same_one_and_another_changes_nothing(
    api: Api, key: str
) -> None:
    first = await api.service.connect()
    address = await begun(api, key, redirectUrl=BACK, reconnectAccountId=first.id)
    wrong = await came_back(api, address["authUrl"], "private.pia")
    assert told(await visited(wrong))["error"] == "wrong_account"
    address = await begun(api, key, redirectUrl=BACK, reconnectAccountId=first.id)
    said = told(await visited(await came_back(api, address["authUrl"])))
    assert said["accountId"] == first.id
    assert [row.id for row in await connections(api)] == [first.id]


async def test_an_account_of_another_profile_is_left_where_it_is(api: Api) -> None:
    admin = await api.key()
    first = await api.service.connect()
    made = await api.ask("POST", "/v1/profiles", admin, json={"name": "Acme"})
    profile_id = made.json()["profile"]["_id"]
    await register(api, client_key=api.service.settings.tiktok.client_key)
    bound = await api.key(Scope.PUBLISH, profile_ids=[profile_id])
    refused = await api.ask(
        "GET", "/v1/connect/tiktok", bound, params={"reconnectAccountId": first.id}
    )
    assert refused.status_code == 404
    address = await begun(api, bound, redirectUrl=BACK)
    said = told(await visited(await came_back(api, address["authUrl"])))
    assert said["error"] == "account_elsewhere"
    assert [row.profile_id for row in await connections(api)] == [first.profile_id]


async def test_a_browser_is_sent_to_https_or_to_its_own_machine_only(api: Api, key: str) -> None:
    for url in (
        "http://shop.example/done",
        "https://user@shop.example/",
        "https://",
        "javascript:alert(1)",
        "//shop.example",
        "http://127.0.0.1.shop.example/",
        "https://shop.example/\\evil",
        "https://[::1",
    ):
        for name in ("redirectUrl", "redirect_url"):
            answer = await api.ask("GET", "/v1/connect/tiktok", key, params={name: url})
            assert (answer.status_code, answer.json()["param"]) == (400, "redirectUrl"), url
    for url in ("https://shop.example/done", "http://localhost:3000/"):
        await begun(api, key, redirectUrl=url)


async def test_what_waited_goes_on_when_its_account_is_connected_again(api: Api, key: str) -> None:
    await api.service.connect()
    async with api.service.database.transaction() as session:
        await session.execute(text("UPDATE connections SET state = 'revoked'"))
    address = await begun(api, key, redirectUrl=BACK)
    assert told(await visited(await came_back(api, address["authUrl"])))["connected"] == "tiktok"
    assert [row.state for row in await connections(api)] == ["connected"]
