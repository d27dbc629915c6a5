"""Someone else's client, as it is published, against ours: accounts, connecting, lengths."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.factories.api import Api
from tests.factories.sdk import LateNotFoundError, Zernio

pytestmark = pytest.mark.slow

T = TypeVar("T")


async def apart(call: Callable[..., T], *given: Any, **named: Any) -> T:
    """Run a call that blocks beside the server, which runs in this loop."""
    return await asyncio.to_thread(call, *given, **named)


@pytest.fixture
async def client(api: Api) -> Zernio:
    return Zernio(api_key=await api.key(), base_url=api.url, max_retries=1)


async def consented(api: Api, url: str) -> str:
    """Go through a consent as a browser does; where it ends."""
    key = api.service.settings.tiktok.client_key
    consent = {"client_key": key, "username": "demo", "decision": "accept", "count": 1}
    await api.service.control("POST", "consent", consent)
    async with httpx2.AsyncClient(verify=False) as browser:
        back = await browser.get(url)
        done = await browser.get(back.headers["location"])
    return str(done.headers["location"])


async def test_from_an_address_to_an_account_that_is_listed(api: Api, client: Zernio) -> None:
    app = {
        "client_key": api.service.settings.tiktok.client_key,
        "redirect_uris": [f"{api.url}/v1/connect/tiktok/callback"],
    }
    await api.service.control("POST", "seed", {"apps": [app]})
    profile = (await apart(client.profiles.list)).profiles
    assert profile is not None
    profile_id = str(profile[0].field_id)
    for ask in (
        lambda: apart(
            client.connect.get_connect_url,
            "tiktok",
            profile_id,
            redirect_url="https://shop.example/done",
        ),
        lambda: client.connect.aget_connect_url(
            "tiktok", profile_id, redirect_url="https://shop.example/done"
        ),
    ):
        address = await ask()
        assert address["state"]
        ended = urlsplit(await consented(api, address["authUrl"]))
        assert ended.netloc == "shop.example"
        said = parse_qs(ended.query)
        assert said["connected"] == ["tiktok"]
        found = (await client.accounts.alist(profile_id=profile_id)).accounts
        assert [each.field_id for each in found] == said["accountId"]
        assert [each.username for each in found] == said["username"] == ["demo"]


async def test_accounts_are_read_changed_and_deleted(api: Api, client: Zernio) -> None:
    account = await api.service.connect()
    listed = await apart(client.accounts.list)
    assert listed.hasAnalyticsAccess is False
    (seen,) = listed.accounts
    assert seen.field_id == account.id
    assert seen.platform.value == "tiktok"
    assert seen.profileId == account.profile_id
    assert seen.isActive
    assert seen.needsReconnection is False
    paged = await client.accounts.alist_accounts(page=1, limit=5, include_status_counts=True)
    assert paged["pagination"]["total"] == 1
    changed = await apart(client.accounts.update_account, account.id, display_name="Ada")
    assert changed["displayName"] == "Ada"
    made = await client.profiles.acreate(name="Acme")
    assert made.profile is not None
    profile_id = str(made.profile.field_id)
    moved = await client.accounts.amove_account_to_profile(account.id, profile_id)
    assert moved["profileId"] == profile_id
    gone = await apart(client.accounts.delete_account, account.id)
    assert gone["message"] == "@demo is disconnected."
    with pytest.raises(LateNotFoundError):
        await client.accounts.aget_account_health(account.id)


async def test_health_and_creator_info_are_what_the_client_reads(api: Api, client: Zernio) -> None:
    account = await api.service.connect()
    every = await apart(client.accounts.get_all_accounts_health)
    assert every["summary"]["healthy"] == 1
    assert [each["accountId"] for each in every["accounts"]] == [account.id]
    one = await client.accounts.aget_account_health(account.id)
    assert one["status"] == "healthy"
    assert one["permissions"]["canPost"] is True
    assert one["tokenStatus"]["valid"] is True
    for info in (
        await apart(client.accounts.get_tik_tok_creator_info, account.id),
        await client.accounts.aget_tik_tok_creator_info(account.id, media_type="photo"),
    ):
        assert info["creator"]["nickname"] == "Demo Creator"
        assert info["creator"]["canPostMore"] is True
        assert info["creator"]["avatarUrl"].startswith("http")
        types = {each["value"]: each["requires"] for each in info["commercialContentTypes"]}
        assert (types["none"], "SELF_ONLY" in types["brand_content"]) == ([], False)
        assert "PUBLIC_TO_EVERYONE" in types["brand_content"]
        assert {each["value"] for each in info["privacyLevels"]} >= {"SELF_ONLY"}


async def test_texts_are_measured(client: Zernio) -> None:
    told = await apart(client.validate.validate_post_length, "ab 🌅")
    assert told["platforms"]["tiktok"]["count"] == 5
    assert told["platforms"]["tiktok"]["valid"] is True
    long = await client.validate.avalidate_post_length("🌅" * 1101)
    assert long["platforms"]["tiktok"] == {
        "count": 2202,
        "limit": 2200,
        "valid": False,
        "unit": "utf16",
        "usedAs": "caption of a video",
    }
    assert long["platforms"]["tiktokPhotoTitle"]["limit"] == 90
    assert long["platforms"]["tiktokPhotoDescription"]["valid"] is True
