"""Accounts over the API: listed, looked at, moved, disconnected."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from postwright.connections.models import Connection
from postwright.platforms.purpose import Purpose
from postwright.publishing.pauses import Scope as Paused
from postwright.publishing.pauses import pause
from postwright.publishing.states import State
from postwright.workspaces.models import Scope
from tests.factories.api import Api

pytestmark = pytest.mark.slow

BOTH = frozenset({Purpose.PUBLISH, Purpose.DRAFT})


async def listed(api: Api, key: str, **asked: Any) -> list[str]:
    answer = await api.ask("GET", "/v1/accounts", key, params=asked)
    assert answer.status_code == 200, answer.text
    return [each["username"] for each in answer.json()["accounts"]]


async def health(api: Api, key: str, account: Connection) -> dict[str, Any]:
    answer = await api.ask("GET", f"/v1/accounts/{account.id}/health", key)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def set_state(api: Api, account: Connection, state: str) -> None:
    async with api.service.database.transaction() as session:
        await session.execute(
            text("UPDATE connections SET state = :state WHERE id = :id"),
            {"state": state, "id": account.id},
        )


async def test_accounts_are_listed_by_name_as_they_are_asked_for(api: Api) -> None:
    key = await api.key()
    demo, pia = [await api.service.connect(name) for name in ("demo", "private.pia")]
    made = await api.ask("POST", "/v1/profiles", key, json={"name": "Acme"})
    profile_id = made.json()["profile"]["_id"]
    answer = (await api.ask("GET", "/v1/accounts", key)).json()
    assert answer["hasAnalyticsAccess"] is False
    assert answer["pagination"] is None
    first = answer["accounts"][0]
    assert first["_id"] == demo.id
    assert (first["isActive"], first["needsReconnection"]) == (True, False)
    assert first["profileUrl"] == f"{api.service.settings.tiktok.base_url}/@demo"
    moved = await api.ask("PATCH", f"/v1/accounts/{pia.id}", key, json={"profileId": profile_id})
    assert moved.json()["profileId"] == profile_id
    await set_state(api, pia, "revoked")
    assert await listed(api, key) == ["demo", "private.pia"]
    assert await listed(api, key, profileId=profile_id) == ["private.pia"]
    assert await listed(api, key, status="connected") == ["demo"]
    assert await listed(api, key, status="disconnected") == ["private.pia"]
    assert await listed(api, key, status="revoked") == ["private.pia"]
    assert await listed(api, key, platform="threads") == []
    assert await listed(api, key, search="PIA") == ["private.pia"]
    counted = await api.ask("GET", "/v1/accounts?includeStatusCounts=true", key)
    assert counted.json()["statusCounts"] == {"all": 2, "disconnected": 1}
    refused = await api.ask("GET", "/v1/accounts?status=well", key)
    assert (refused.status_code, refused.json()["param"]) == (400, "status")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=account&order=desc", ["private.pia", "demo"]),
        ("sort=profile&order=desc", ["private.pia", "demo"]),
        ("sort=status", ["demo", "private.pia"]),
        ("sort=connected&order=desc&page=1&limit=1", ["private.pia"]),
        ("sort=platform", ["demo", "private.pia"]),
        ("profileIds=of_nobody,{zoo}", ["private.pia"]),
        ("profileIds=of_nobody", []),
        ("category=social&excludeHidden=true&includeOverLimit=true", ["demo", "private.pia"]),
        ("profileId=all&platform=all", ["demo", "private.pia"]),
        ("category=ads", []),
        ("search={pia}", ["private.pia"]),
    ],
)
async def test_accounts_are_asked_for_as_clients_of_another_server_do(
    api: Api, query: str, found: list[str]
) -> None:
    key = await api.key()
    await api.service.connect()
    pia = await api.service.connect("private.pia")
    made = await api.ask("POST", "/v1/profiles", key, json={"name": "Zoo"})
    zoo = made.json()["profile"]["_id"]
    await api.ask("PATCH", f"/v1/accounts/{pia.id}", key, json={"profileId": zoo})
    asked = query.format(zoo=zoo, pia=pia.id)
    answer = await api.ask("GET", f"/v1/accounts?{asked}", key)
    assert [each["username"] for each in answer.json()["accounts"]] == found


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("profileID=x", "profileID"),
        ("sort=account&cursor=WyJhIiwgImIiXQ", "sort"),
        ("profileIds=" + "x," * 51, "profileIds"),
    ],
)
async def test_what_a_list_of_accounts_does_not_know_lists_nothing(
    api: Api, query: str, param: str
) -> None:
    answer = await api.ask("GET", f"/v1/accounts?{query}", await api.key())
    assert (answer.status_code, answer.json()["param"]) == (400, param)


async def test_a_list_goes_on_after_its_last_account(api: Api) -> None:
    key = await api.key(Scope.READ)
    await api.service.control("POST", "seed", {"creators": [{"username": "ada"}]})
    for name in ("demo", "private.pia", "ada"):
        await api.service.connect(name)
    first = (await api.ask("GET", "/v1/accounts?limit=2", key)).json()
    assert [each["username"] for each in first["accounts"]] == ["ada", "demo"]
    told = first["pagination"]
    assert (told["page"], told["limit"], told["total"], told["pages"]) == (1, 2, 3, 2)
    assert await listed(api, key, limit=2, page=2) == ["private.pia"]
    after = await api.ask(
        "GET", "/v1/accounts", key, params={"limit": 2, "cursor": told["nextCursor"]}
    )
    assert [each["username"] for each in after.json()["accounts"]] == ["private.pia"]
    assert after.json()["pagination"]["nextCursor"] is None
    for wrong in ("x", "WzFd"):
        answer = await api.ask("GET", "/v1/accounts", key, params={"cursor": wrong})
        assert (answer.status_code, answer.json()["param"]) == (400, "cursor")


async def test_an_account_is_moved_and_named(api: Api) -> None:
    key = await api.key()
    account = await api.service.connect()
    made = await api.ask("POST", "/v1/profiles", key, json={"name": "Acme"})
    profile_id = made.json()["profile"]["_id"]
    path = f"/v1/accounts/{account.id}"
    body = {"profileId": profile_id, "displayName": " Ada ", "username": "other", "odd": 1}
    changed = await api.ask("PUT", path, key, json=body)
    assert changed.status_code == 200, changed.text
    told = changed.json()
    assert (told["displayName"], told["username"], told["profileId"]) == ("Ada", "demo", profile_id)
    assert told["warnings"] == [
        "odd is not known and was ignored.",
        "username is the network's and was left as it is.",
    ]
    assert (await api.ask("GET", path, key)).json()["account"] == told["account"]
    unknown = await api.ask("PUT", path, key, json={"profileId": "prof_x"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_profile")
    bound = await api.key(profile_ids=[profile_id])
    elsewhere = await api.ask("PATCH", path, bound, json={"profileId": account.profile_id})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "unknown_profile")


async def test_a_disconnected_account_is_gone_and_tiktok_knows(api: Api, video: Path) -> None:
    key = await api.key()
    account = await api.service.connect()
    soon = datetime.now(UTC) + timedelta(hours=2)
    made = await api.service.publish(account, video, at=soon)
    path = f"/v1/accounts/{account.id}"
    publisher = await api.key(Scope.PUBLISH)
    assert (await api.ask("DELETE", path, publisher)).status_code == 403
    gone = await api.ask("DELETE", path, key)
    assert gone.json() == {
        "message": "@demo is disconnected.",
        "networkTold": "revoked",
        "why": "",
        "cancelledPosts": 0,
        "unfinishedPosts": 1,
    }
    (grant,) = (await api.service.control("GET", "state"))["grants"]
    assert grant["revoked_at"] is not None
    assert (await api.service.publication(made.publication_id)).state is State.SCHEDULED
    assert await listed(api, key) == []
    for method, more in (("GET", ""), ("DELETE", ""), ("GET", "/health")):
        assert (await api.ask(method, path + more, key)).status_code == 404


async def test_what_is_planned_is_cancelled_if_that_is_wanted(api: Api, video: Path) -> None:
    account = await api.service.connect()
    soon = datetime.now(UTC) + timedelta(hours=2)
    made = await api.service.publish(account, video, at=soon)
    gone = await api.ask("DELETE", f"/v1/accounts/{account.id}?cancelPosts=true", await api.key())
    assert (gone.json()["cancelledPosts"], gone.json()["unfinishedPosts"]) == (1, 0)
    assert (await api.service.publication(made.publication_id)).state is State.CANCELLED


async def test_a_healthy_account_says_what_it_may_do(api: Api, video: Path) -> None:
    key = await api.key(Scope.READ)
    account = await api.service.connect(purposes=BOTH)
    await api.service.publish(account, video, at=datetime.now(UTC) + timedelta(hours=2))
    told = await health(api, key, account)
    assert (told["status"], told["state"], told["issues"]) == ("healthy", "connected", [])
    assert told["recommendations"] == []
    token = told["tokenStatus"]
    assert (token["valid"], token["needsRefresh"]) == (True, False)
    assert token["expiresIn"].endswith(" days")
    assert token["accessTokenExpiresAt"] < token["expiresAt"]
    assert told["permissions"]["posting"] == [
        {"scope": "video.publish", "granted": True, "required": True},
        {"scope": "video.upload", "granted": True, "required": True},
    ]
    assert told["permissions"]["missingRequired"] == []
    assert told["permissions"]["canFetchAnalytics"] is False
    on = {each["purpose"]: (each["wanted"], each["on"]) for each in told["purposes"]}
    assert on["draft"] == (True, True)
    assert on["insights"] == (False, False)
    assert told["quota"]["postsLeft"] == told["quota"]["postsMost"]
    assert told["quota"]["postsMost"] > 0
    assert (told["unfinishedPosts"], told["lastPublishedAt"]) == (1, None)


async def test_what_is_wrong_is_said_with_the_step_that_mends_it(api: Api) -> None:
    key = await api.key(Scope.READ)
    account = await api.service.connect(
        purposes=BOTH, leaves_on=["user.info.basic", "video.upload"]
    )
    again = f"GET /v1/connect/tiktok?profileId={account.profile_id}&reconnectAccountId={account.id}"
    told = await health(api, key, account)
    assert told["status"] == "warning"
    assert told["issues"] == ["The permission to publish is missing (video.publish)."]
    assert told["recommendations"] == [
        f"Connect it again and leave that permission on: {again}&purposes=publish"
    ]
    assert told["permissions"]["missingRequired"] == ["video.publish"]
    await set_state(api, account, "revoked")
    async with api.service.database.transaction() as session:
        scope = Paused(api.service.workspace_id, account.id)
        await pause(session, api.service.workspace_id, scope, "legal says so", actor="test")
    told = await health(api, key, account)
    assert (told["status"], told["needsReconnect"]) == ("error", True)
    assert told["tokenStatus"]["valid"] is False
    assert told["tokenStatus"]["expiresAt"] is None
    assert told["issues"] == [
        "Its authorisation was taken away: its posts wait.",
        "It is paused (account): legal says so",
    ]
    assert told["recommendations"][0] == f"Connect it again: {again}"
    assert [(each["of"], each["reason"]) for each in told["pauses"]] == [
        ("account", "legal says so")
    ]


async def test_a_consent_that_ends_soon_is_a_warning(api: Api) -> None:
    account = await api.service.connect()
    async with api.service.database.transaction() as session:
        await session.execute(
            text("UPDATE credentials SET refresh_expires_at = app_now() + interval '20 hours'")
        )
    told = await health(api, await api.key(), account)
    assert told["status"] == "warning"
    assert told["issues"] == ["Its consent ends in 19 hours."]
    assert told["tokenStatus"]["needsRefresh"] is True
    assert told["recommendations"][0].startswith("Connect it again soon: GET /v1/connect/tiktok")


async def test_how_all_stand_is_counted(api: Api) -> None:
    key = await api.key(Scope.READ)
    await api.service.connect()
    pia = await api.service.connect("private.pia")
    await set_state(api, pia, "expired")
    told = (await api.ask("GET", "/v1/accounts/health", key)).json()
    assert told["summary"] == {
        "total": 2,
        "healthy": 1,
        "warning": 0,
        "error": 1,
        "needsReconnect": 1,
    }
    well, ill = told["accounts"]
    assert (well["username"], well["canPost"], well["tokenValid"]) == ("demo", True, True)
    assert (ill["state"], ill["canPost"], ill["tokenExpiresAt"]) == ("expired", False, None)
    only = (await api.ask("GET", "/v1/accounts/health?status=error", key)).json()
    assert [each["username"] for each in only["accounts"]] == ["private.pia"]


async def test_creator_info_is_asked_once_in_five_minutes(api: Api) -> None:
    key = await api.key(Scope.READ)
    account = await api.service.connect("private.pia")
    path = f"/v1/accounts/{account.id}/tiktok/creator-info"
    before = len(await api.service.control.requests("creator_info"))
    told = (await api.ask("GET", path, key)).json()
    base_url = api.service.settings.tiktok.base_url
    assert told["creator"] == {
        "nickname": "Private Pia",
        "username": "private.pia",
        "avatarUrl": f"{base_url}/avatar/private.pia.svg",
        "isVerified": None,
        "canPostMore": True,
    }
    levels = [each["value"] for each in told["privacyLevels"]]
    assert "SELF_ONLY" in levels
    assert "PUBLIC_TO_EVERYONE" not in levels
    limits = told["postingLimits"]
    assert limits["maxVideoDurationSec"] > 0
    assert limits["interactionSettings"]["comment"] == {"available": True, "default": False}
    photo = (await api.ask("GET", f"{path}?mediaType=photo", key)).json()
    assert photo["postingLimits"]["interactionSettings"]["duet"] is None
    assert len(await api.service.control.requests("creator_info")) == before + 1
    await api.service.advance(hours=0.1, emulator_too=False)
    await api.ask("GET", path, key)
    assert len(await api.service.control.requests("creator_info")) == before + 2


async def test_a_picture_is_shown_as_long_as_its_address_is_good(api: Api) -> None:
    key, account = await api.key(Scope.READ), await api.service.connect()

    async def picture() -> str | None:
        answer = await api.ask("GET", f"/v1/accounts/{account.id}", key)
        shown: str | None = answer.json()["account"]["profilePicture"]
        return shown

    assert await picture() is None
    await api.ask("GET", f"/v1/accounts/{account.id}/tiktok/creator-info", key)
    assert await picture() == f"{api.service.settings.tiktok.base_url}/avatar/demo.svg"
    await api.service.advance(hours=2.1, emulator_too=False)
    assert await picture() is None


async def test_a_creator_who_may_post_no_more_today_keeps_what_was_said_last(api: Api) -> None:
    key = await api.key(Scope.READ)
    account = await api.service.connect()
    path = f"/v1/accounts/{account.id}/tiktok/creator-info"
    known = (await api.ask("GET", path, key)).json()
    await api.service.advance(hours=0.1, emulator_too=False)
    await api.service.control.fault(
        "creator_info", "error", status=200, code="spam_risk_too_many_posts"
    )
    told = (await api.ask("GET", path, key)).json()
    assert told["creator"]["canPostMore"] is False
    assert "nothing more be posted today" in told["message"]
    assert told["privacyLevels"] == known["privacyLevels"]


async def test_a_creator_of_whom_nothing_is_known_is_a_platform_error(api: Api) -> None:
    key = await api.key(Scope.READ)
    account = await api.service.connect()
    await api.service.control.fault("creator_info", "error", status=503, code="internal_error")
    answer = await api.ask("GET", f"/v1/accounts/{account.id}/tiktok/creator-info", key)
    assert answer.status_code == 502
    assert answer.json()["type"] == "platform_error"
    await set_state(api, account, "revoked")
    async with api.service.database.transaction() as session:
        await session.execute(text("DELETE FROM credentials"))
    answer = await api.ask("GET", f"/v1/accounts/{account.id}/tiktok/creator-info", key)
    assert answer.status_code == 409
