"""Pauses and the forecast over the API."""

from typing import Any

import pytest

from postwright.workspaces.models import Scope
from tests.factories.posting import Caller

pytestmark = pytest.mark.slow

LATER = "2100-01-15T10:00:00Z"


async def ask(me: Caller, method: str, path: str, key: str | None = None, **more: Any) -> Any:
    answer = await me.api.ask(method, f"/v1{path}", key or me.key, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def bound_key(me: Caller) -> str:
    """A key for a profile to which no account belongs."""
    made = await me.api.ask("POST", "/v1/profiles", me.key, json={"name": "Another"})
    return await me.api.key(profile_ids=[made.json()["profile"]["_id"]])


async def test_an_account_is_paused_and_goes_on(me: Caller) -> None:
    account = {"accountId": me.account.id}
    assert await ask(me, "POST", "/pauses", json={**account, "reason": "wrong video"}) == {
        "isNew": True
    }
    assert await ask(me, "POST", "/pauses", json={**account, "reason": "holidays"}) == {
        "isNew": False
    }
    await ask(me, "POST", "/pauses", json={})
    account_s, workspace_s = (await ask(me, "GET", "/pauses"))["pauses"]
    assert (account_s["of"], account_s["username"]) == ("account", "demo")
    assert account_s["reason"] == "holidays"
    assert (workspace_s["of"], workspace_s["reason"]) == ("workspace", "no reason given")
    await me.made(scheduledFor=LATER)
    (forecast,) = (await ask(me, "GET", "/forecast"))["accounts"]
    assert forecast["paused"]
    left = await ask(me, "POST", "/pauses/end", json=account)
    assert [each["of"] for each in left["pauses"]] == ["workspace"]
    assert (await ask(me, "POST", "/pauses/end", json={}))["pauses"] == []
    assert (await ask(me, "POST", "/pauses/end", json={}))["broughtOn"] == 0


async def test_a_key_for_some_profiles_neither_sees_nor_pauses_the_others(me: Caller) -> None:
    key = await bound_key(me)
    await ask(me, "POST", "/pauses", json={"accountId": me.account.id})
    await me.made(scheduledFor=LATER)
    assert (await ask(me, "GET", "/pauses", key))["pauses"] == []
    forecast = await ask(me, "GET", "/forecast", key)
    assert (forecast["waiting"], forecast["expected"], forecast["accounts"]) == (0, [], [])
    for path, body, status in (
        ("/pauses", {}, 403),
        ("/pauses/end", {}, 403),
        ("/pauses", {"accountId": me.account.id}, 404),
        ("/pauses/end", {"accountId": me.account.id}, 404),
    ):
        answer = await me.api.ask("POST", f"/v1{path}", key, json=body)
        assert answer.status_code == status, path
    answer = await me.api.ask("GET", f"/v1/forecast?accountId={me.account.id}", key)
    assert answer.status_code == 404
    reader = await me.api.key(Scope.READ)
    assert (await me.api.ask("POST", "/v1/pauses", reader, json={})).status_code == 403


async def test_the_forecast_says_when_what_waits_goes_out(me: Caller) -> None:
    posts = [await me.made(scheduledFor=LATER, content=f"{n}") for n in range(3)]
    told = await ask(me, "GET", f"/forecast?limit=2&accountId={me.account.id}")
    assert (told["waiting"], len(told["expected"])) == (3, 2)
    (first, *_) = told["expected"]
    assert first["postId"] in {post["_id"] for post in posts}
    assert first["startsAt"] == first["publishAt"] == "2100-01-15T10:00:00+00:00"
    assert (first["reason"], first["username"], first["kind"]) == ("", "demo", "video")
    (account,) = told["accounts"]
    assert (account["postsUsed"], account["postsMost"], account["paused"]) == (0, 15, None)
