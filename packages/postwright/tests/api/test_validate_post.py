"""A post is looked at before it is made: everything is said at once, and nothing is stored."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from postwright.media.references import reference
from postwright.workspaces.models import Scope
from tests.factories.api import Api, beside, served_api
from tests.factories.installation import Service
from tests.factories.posting import ALONE, caller
from tests.factories.sdk import Zernio

pytestmark = pytest.mark.slow

PATH = "/v1/tools/validate/post"
CHOSEN = {
    "privacyLevel": "PUBLIC_TO_EVERYONE",
    "contentPreviewConfirmed": True,
    "expressConsentGiven": True,
}


@pytest.fixture
async def body(api: Api, video: Path) -> dict[str, Any]:
    """A post that could go out."""
    account = await api.service.connect()
    file = await api.service.add(video)
    return {
        "content": "First light",
        "mediaItems": [{"type": "video", "url": reference(api.url, file.id, file.name)}],
        "platforms": [{"platform": "tiktok", "accountId": account.id}],
        "tiktokSettings": CHOSEN,
        "publishNow": True,
    }


async def verdict(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    answer = await api.ask("POST", PATH, await api.key(Scope.READ), json=body)
    assert answer.status_code == 200, answer.text
    async with api.service.database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM posts")) == 0
        assert await session.scalar(text("SELECT count(*) FROM ingests")) == 0
    return answer.json()


async def test_what_could_go_out_is_valid(api: Api, body: dict[str, Any]) -> None:
    told = await verdict(api, {**body, "crosspost": True})
    assert (told["valid"], told["errors"]) == (True, [])
    assert told["message"] == "Nothing keeps it from going out."
    assert told["warnings"][0] == {
        "platform": None,
        "warning": "crosspost is not known and was ignored.",
    }


async def test_everything_that_is_wrong_is_said_with_its_field(
    api: Api, body: dict[str, Any]
) -> None:
    chosen = {"privacyLevel": "PUBLIC_TO_EVERYONE"}
    told = await verdict(api, {**body, "content": "x" * 2300, "tiktokSettings": chosen})
    assert told["valid"] is False
    params = {each["param"] for each in told["errors"]}
    assert params == {
        "content",
        "tiktokSettings.contentPreviewConfirmed",
        "tiktokSettings.expressConsentGiven",
    }
    assert told["message"] == "3 things keep it from going out."
    (long,) = [each for each in told["errors"] if each["param"] == "content"]
    assert (long["platform"], long["measured"]) == ("tiktok", "2,300 UTF-16 units")


async def test_what_is_not_there_or_past_is_said_as_well(api: Api, body: dict[str, Any]) -> None:
    unknown = {"platform": "tiktok", "accountId": "conn_x"}
    changes: list[tuple[dict[str, Any], str]] = [
        ({"platforms": [unknown]}, "platforms[0].accountId"),
        ({"scheduledFor": "2020-01-15T10:00:00Z", "publishNow": None}, "scheduledFor"),
        ({"mediaItems": []}, "mediaItems"),
        ({"platforms": []}, "platforms"),
    ]
    for change, param in changes:
        told = await verdict(api, {**body, **change})
        assert told["valid"] is False, change
        assert [each["param"] for each in told["errors"]] == [param]


async def test_what_an_account_gets_already_is_said(api: Api, body: dict[str, Any]) -> None:
    key = await api.key()
    url = "https://cdn.example/a.mp4"
    for content, media in (("here", body["mediaItems"]), ("elsewhere", [{"url": url}])):
        post = {**body, "content": content, "mediaItems": media}
        made = await api.ask("POST", "/v1/posts", key, json=post)
        assert made.status_code == 201, made.text
        told = (await api.ask("POST", PATH, key, json=post)).json()
        assert [(each["code"], each["param"]) for each in told["errors"]] == [
            ("duplicate_content", "platforms[0]")
        ]
        assert made.json()["post"]["_id"] in told["errors"][0]["error"]
        for change in (
            {"metadata": {"allowDuplicate": True}},
            {"publishNow": None, "scheduledFor": "2100-01-01T00:00:00Z"},
            {"content": "other"},
        ):
            told = (await api.ask("POST", PATH, key, json={**post, **change})).json()
            assert told["valid"], change


async def test_photos_that_nobody_could_fetch_are_refused(
    service: Service, video: Path, tmp_path: Path
) -> None:
    hidden = beside(service.settings)
    hidden = hidden.model_copy(update={"web": hidden.web.model_copy(update={"public_url": ""})})
    async with served_api(service, hidden) as api:
        me = await caller(api, video)
        items = [{"type": "image", "url": await me.photo_url(tmp_path, 1)}]
        post = me.body(mediaItems=items, publishNow=True, tiktokSettings=ALONE)
        refused = await me.ask("POST", "", json=post)
        assert (refused.status_code, refused.json()["param"]) == (400, "mediaItems")
        (finding,) = refused.json()["details"]["findings"]
        assert finding["rule"] == "no_public_address"
        told = (await api.ask("POST", PATH, me.key, json=post)).json()
        assert [each["code"] for each in told["errors"]] == ["no_public_address"]
        # A draft may be unfinished.
        assert (await me.create(mediaItems=items, isDraft=True)).status_code == 201


async def test_the_public_client_validates(api: Api, body: dict[str, Any]) -> None:
    client = Zernio(api_key=await api.key(Scope.READ), base_url=api.url, max_retries=1)
    platforms = [{**body["platforms"][0], "platformSpecificData": CHOSEN}]
    told = await client.validate.avalidate_post(
        platforms, content="hi", media_items=body["mediaItems"]
    )
    assert told["valid"] is True, told
