"""What changes is told: in order, once, and to those only whom it concerns."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from postwright.publishing.events import Place, events_after, forget_events, now_at
from postwright.publishing.models import Event
from postwright.publishing.states import State
from postwright.workspaces.models import Scope
from tests.factories.api import Api, beside, served_api
from tests.factories.installation import PATIENCE_S
from tests.factories.posting import Caller

pytestmark = pytest.mark.slow


def read(told: str) -> list[tuple[str, str, dict[str, Any]]]:
    """The events of a stream: id, kind, data."""
    found = list[tuple[str, str, dict[str, Any]]]()
    for block in told.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["id"], lines["event"], json.loads(lines["data"])))
    return found


async def since(me: Caller, last: str, key: str = "") -> list[tuple[str, str, dict[str, Any]]]:
    answer = await me.api.ask("GET", "/v1/events", key or me.key, headers={"Last-Event-ID": last})
    assert answer.headers["content-type"].startswith("text/event-stream")
    return read(answer.text)


async def test_what_becomes_of_a_post_is_told_in_order(me: Caller) -> None:
    post = await me.made(publishNow=True)
    me.api.service.start_worker()
    await me.api.service.until(post["platforms"][0]["_id"], State.PUBLISHED)
    ready, *events = await since(me, "0-0")
    assert ready[:2] == ("0-0", "ready")
    kinds = [kind for _, kind, _ in events]
    assert kinds[:2] == ["post.platform.scheduled", "post.scheduled"]
    assert [kind for kind in kinds if not kind.startswith("post.platform.")] == [
        "post.scheduled",
        "post.publishing",
        "post.published",
    ]
    assert "post.platform.published" in kinds
    assert {data["postId"] for _, _, data in events} == {post["_id"]}
    assert events[0][2]["accountId"] == me.account.id
    # Whoever goes on after any of them misses none, and gets none twice.
    for place, (last, _, _) in enumerate(events):
        assert (await since(me, last))[1:] == events[place + 1 :]


async def test_without_a_place_it_begins_now_and_goes_on_while_it_is_read(me: Caller) -> None:
    await me.made(publishNow=True)
    headers = {"Authorization": f"Bearer {me.key}", "Accept": "text/event-stream"}
    told = ""
    async with (
        asyncio.timeout(PATIENCE_S),
        me.api.http.stream("GET", "/v1/events", headers=headers) as stream,
    ):
        pieces = stream.aiter_text()
        while "event: ready" not in told:
            told += await anext(pieces)
        later = await me.made(isDraft=True, content="Later")
        while "post.platform.draft" not in told:
            told += await anext(pieces)
    assert [kind for _, kind, _ in read(told)] == ["ready", "post.platform.draft"]
    assert later["_id"] in told


async def streamed(api: Api, key: str, began: asyncio.Event) -> str:
    """All that a stream tells until it ends; it has to end as it should."""
    headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
    told = ""
    async with (
        asyncio.timeout(PATIENCE_S),
        httpx2.AsyncClient(base_url=api.url, verify=False) as http,
        http.stream("GET", "/v1/events", headers=headers) as stream,
    ):
        async for piece in stream.aiter_text():
            told += piece
            began.set()
    return told


async def test_a_stream_ends_when_the_server_stops(me: Caller) -> None:
    service, began = me.api.service, asyncio.Event()
    async with served_api(service, beside(service.settings)) as other:
        stream = asyncio.create_task(streamed(other, me.key, began))
        await began.wait()
    # A server that waited for it in vain would break it off.
    assert "event: ready" in await stream


async def test_a_stream_ends_with_its_key(me: Caller) -> None:
    key, began = await me.api.key(Scope.READ), asyncio.Event()
    stream = asyncio.create_task(streamed(me.api, key, began))
    await began.wait()
    key_id = (await me.api.ask("GET", "/v1/auth/verify", key)).json()["keyId"]
    assert (await me.api.ask("DELETE", f"/v1/api-keys/{key_id}", me.key)).status_code == 200
    assert "event: ready" in await stream


async def test_a_key_hears_only_of_what_it_reaches(me: Caller) -> None:
    await me.made(publishNow=True)
    stranger = await me.api.key(workspace_id=await me.api.other_workspace())
    made = await me.api.ask("POST", "/v1/profiles", me.key, json={"name": "Elsewhere"})
    elsewhere = await me.api.key(Scope.READ, profile_ids=[made.json()["profile"]["_id"]])
    within = await me.api.key(Scope.READ, profile_ids=[me.account.profile_id])
    assert [len(await since(me, "0-0", key)) for key in (stranger, elsewhere, within)] == [1, 1, 3]


async def test_what_a_key_does_not_reach_is_looked_at_once(me: Caller) -> None:
    service = me.api.service
    place = Place(0, 0)
    for n in range(3):
        await me.made(content=f"Hello {n}", isDraft=True)
    async with service.database.transaction() as session:
        whole = await events_after(session, service.workspace_id, place, limit=9)
        assert [is_meant for _, is_meant in whole] == [True] * 3
        mine = Event.id == whole[2][0].id
        begun = await events_after(session, service.workspace_id, place, mine, limit=2)
        assert [(event.id, is_meant) for event, is_meant in begun] == [
            (event.id, False) for event, _ in whole[:2]
        ]
        last, _ = begun[-1]
        place = Place(last.transaction_id, last.id)
        rest = await events_after(session, service.workspace_id, place, mine, limit=2)
        assert [(event.id, is_meant) for event, is_meant in rest] == [(whole[2][0].id, True)]


async def test_an_event_is_not_told_before_those_that_are_older(me: Caller) -> None:
    database, workspace_id = me.api.service.database, me.api.service.workspace_id
    add = text(
        "INSERT INTO events (workspace_id, at, kind, post_id, body) "
        "VALUES (:workspace_id, app_now(), :kind, 'post_1', '{}')"
    )
    async with database.transaction() as reader:
        place = await now_at(reader)
    async with database.transaction() as slow:
        await slow.execute(add, {"workspace_id": workspace_id, "kind": "slow"})
        async with database.transaction() as quick:
            await quick.execute(add, {"workspace_id": workspace_id, "kind": "quick"})
        async with database.transaction() as reader:
            assert await events_after(reader, workspace_id, place, limit=9) == []
    async with database.transaction() as reader:
        found = await events_after(reader, workspace_id, place, limit=9)
    assert [event.kind for event, _ in found] == ["slow", "quick"]


async def test_events_are_forgotten_after_a_week(me: Caller) -> None:
    await me.made(publishNow=True)
    await me.api.service.advance(hours=7 * 24 - 1, emulator_too=False)
    assert await forget_events(me.api.service.database) == 0
    await me.api.service.advance(hours=2, emulator_too=False)
    assert await forget_events(me.api.service.database) == 2


@pytest.mark.parametrize("last", ["x", "1", "1-x", "-", "9" * 40 + "-1"])
async def test_what_names_no_event_is_refused(me: Caller, last: str) -> None:
    answer = await me.api.ask("GET", "/v1/events", me.key, headers={"Last-Event-ID": last})
    assert (answer.status_code, answer.json()["param"]) == (400, "Last-Event-ID")
