"""The same call twice is one call, also when two processes get it at once."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from postwright.connections.rotation import rotate
from postwright.kit.keys import KEY_BYTES, write
from postwright.publishing.sealed import EVERYWHERE
from postwright.workspaces.api_calls import forget_calls
from postwright.workspaces.models import Scope
from tests.factories.api import Api, beside, served_api
from tests.factories.installation import PATIENCE_S

pytestmark = pytest.mark.slow

BODY = {"name": "Acme"}


@pytest.fixture
async def twin(api: Api) -> AsyncGenerator[Api]:
    """Another process over the same database, as far as the two can tell."""
    async with served_api(api.service, beside(api.service.settings)) as other:
        yield other


async def make(api: Api, key: str, name: str | None, body: Any = None) -> httpx2.Response:
    headers = {} if name is None else {"Idempotency-Key": name}
    return await api.ask("POST", "/v1/profiles", key, json=body or BODY, headers=headers)


async def names(api: Api) -> list[str]:
    async with api.service.database.transaction() as session:
        return list(await session.scalars(text("SELECT name FROM profiles ORDER BY name")))


async def test_a_repeat_gets_the_first_answer_and_makes_nothing(api: Api) -> None:
    key = await api.key()
    first, again = await make(api, key, "k"), await make(api, key, "k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    # The order of the fields means nothing.
    body = {"color": "#ffffff", "name": "Other"}
    made = await make(api, key, "o", body)
    again = await make(api, key, "o", dict(reversed(body.items())))
    assert made.json() == again.json()
    assert await names(api) == ["Acme", "Default", "Other"]


async def test_the_same_key_with_another_request_is_refused(api: Api) -> None:
    key = await api.key()
    assert (await make(api, key, "k")).status_code == 201
    other = await make(api, key, "k", {"name": "Other"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
    elsewhere = await api.ask(
        "POST", "/v1/api-keys", key, json=BODY, headers={"Idempotency-Key": "k"}
    )
    assert elsewhere.status_code == 409
    assert await names(api) == ["Acme", "Default"]


async def test_a_key_of_a_workspace_or_with_other_bounds_gets_no_answer_of_others(
    api: Api,
) -> None:
    key = await api.key()
    made = await api.ask(
        "POST", "/v1/api-keys", key, json={"name": "a"}, headers={"Idempotency-Key": "k"}
    )
    stranger = await api.key(workspace_id=await api.other_workspace())
    other = await api.ask(
        "POST", "/v1/api-keys", stranger, json={"name": "a"}, headers={"Idempotency-Key": "k"}
    )
    assert other.status_code == 201
    assert other.json() != made.json()
    profile = (await make(api, key, None)).json()["profile"]["_id"]
    bound = await api.key(Scope.ADMIN, profile_ids=[profile])
    body = {"name": "b", "scope": "profiles", "profileIds": [profile]}
    headers = {"Idempotency-Key": "b"}
    first = await api.ask("POST", "/v1/api-keys", key, json=body, headers=headers)
    assert first.status_code == 201
    second = await api.ask("POST", "/v1/api-keys", bound, json=body, headers=headers)
    assert second.status_code == 409
    assert first.json()["apiKey"]["key"] not in second.text


async def test_a_repeated_request_id_is_the_same_call_only_with_the_same_body(api: Api) -> None:
    key = await api.key()
    headers = {"X-Request-Id": "0b3c"}
    first, again = [
        await api.ask("POST", "/v1/profiles", key, json=BODY, headers=headers) for _ in range(2)
    ]
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await api.ask("POST", "/v1/profiles", key, json={"name": "Other"}, headers=headers)
    assert other.status_code == 201
    without = await make(api, key, None)
    assert without.status_code == 409
    assert without.json()["code"] == "profile_exists"


async def test_what_failed_is_not_kept(api: Api) -> None:
    key = await api.key()
    assert (await make(api, key, None)).status_code == 201
    assert (await make(api, key, "k")).json()["code"] == "profile_exists"
    async with api.service.database.transaction() as session:
        await session.execute(text("DELETE FROM profiles WHERE NOT is_default"))
    assert (await make(api, key, "k")).status_code == 201


async def test_a_key_is_forgotten_after_a_day(api: Api) -> None:
    key = await api.key()
    assert (await make(api, key, "k")).status_code == 201
    await api.service.advance(hours=23, emulator_too=False)
    assert (await make(api, key, "k")).status_code == 201
    await api.service.advance(hours=2, emulator_too=False)
    assert (await make(api, key, "k")).json()["code"] == "profile_exists"
    assert (await make(api, key, "k", {"name": "Other"})).status_code == 201


async def test_many_at_once_over_two_processes_make_one_thing(api: Api, twin: Api) -> None:
    key = await api.key()
    answers = await asyncio.gather(*(make((api, twin)[n % 2], key, "k") for n in range(16)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.text for each in answers}) == 1
    assert sum("Idempotency-Replayed" not in each.headers for each in answers) == 1
    assert await names(api) == ["Acme", "Default"]


async def until_waiting(api: Api, kind: str) -> int:
    """Wait until a statement waits for a lock of a kind; its process number."""
    waits = text("""
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = :kind
    """)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with api.service.database.transaction() as session:
                pid = await session.scalar(waits, {"kind": kind})
                if pid is not None:
                    return int(pid)
            await asyncio.sleep(0.02)


async def test_a_repeat_waits_for_the_first_that_is_still_at_work(api: Api, twin: Api) -> None:
    key = await api.key()
    async with api.service.database.transaction() as session:
        await session.execute(text("LOCK TABLE profiles IN EXCLUSIVE MODE"))
        first = asyncio.create_task(make(api, key, "k"))
        await until_waiting(api, "relation")
        second = asyncio.create_task(make(twin, key, "k"))
        await until_waiting(api, "transactionid")
        assert not first.done()
        assert not second.done()
    one, two = await asyncio.gather(first, second)
    assert one.status_code == 201
    assert one.json() == two.json()
    assert two.headers["Idempotency-Replayed"] == "true"


async def test_a_repeat_does_the_work_when_nothing_came_of_the_first(api: Api, twin: Api) -> None:
    key = await api.key()
    async with api.service.database.transaction() as session:
        await session.execute(text("LOCK TABLE profiles IN EXCLUSIVE MODE"))
        first = asyncio.create_task(make(api, key, "k"))
        worker = await until_waiting(api, "relation")
        second = asyncio.create_task(make(twin, key, "k"))
        await until_waiting(api, "transactionid")
        await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": worker})
        assert (await first).status_code in {500, 503}
    assert (await second).status_code == 201
    assert "Idempotency-Replayed" not in second.result().headers
    assert await names(api) == ["Acme", "Default"]


async def test_answers_are_forgotten_when_their_day_is_over(api: Api) -> None:
    key = await api.key()
    assert (await make(api, key, "k")).status_code == 201
    assert await forget_calls(api.service.database) == 0
    await api.service.advance(hours=25, emulator_too=False)
    assert await forget_calls(api.service.database) == 1


@pytest.mark.parametrize("name", ["", "x" * 256])
async def test_a_name_that_is_none_is_refused(api: Api, name: str) -> None:
    refused = await make(api, await api.key(), name)
    assert (refused.status_code, refused.json()["param"]) == (400, "Idempotency-Key")


async def test_an_answer_with_a_secret_is_repeated_after_the_master_key_was_changed(
    api: Api,
) -> None:
    admin = await api.key()
    named = {"headers": {"Idempotency-Key": "k"}, "json": {"name": "a"}}
    made = await api.ask("POST", "/v1/api-keys", admin, **named)
    assert (await make(api, admin, "open")).status_code == 201  # its answer is not sealed
    file = api.service.settings.key_file
    done = await rotate(api.service.database, file, EVERYWHERE)
    assert (done.resealed, done.tally.unreadable) == (1, [])
    again = await api.ask("POST", "/v1/api-keys", admin, **named)
    assert (again.status_code, again.json()) == (201, made.json())
    assert (await make(api, admin, "open")).headers["Idempotency-Replayed"] == "true"


async def test_an_answer_whose_master_key_is_lost_is_refused_in_words(api: Api) -> None:
    admin = await api.key()
    named = {"headers": {"Idempotency-Key": "k"}, "json": {"name": "a"}}
    assert (await api.ask("POST", "/v1/api-keys", admin, **named)).status_code == 201
    write(api.service.settings.key_file, [secrets.token_bytes(KEY_BYTES)])
    again = await api.ask("POST", "/v1/api-keys", admin, **named)
    assert again.status_code == 409
    assert "cannot be read any more" in again.text
    assert "under another name" in again.text
