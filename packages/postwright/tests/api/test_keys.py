"""Who is let in: keys are made, bound, ended, and counted."""

import asyncio

import httpx2
import pytest
from sqlalchemy import text

from postwright.kit.failures import MOST
from postwright.workspaces.models import Scope
from tests.factories.api import Api, beside, served_api
from tests.factories.installation import PATIENCE_S

pytestmark = pytest.mark.slow


async def test_a_key_is_shown_once_and_kept_as_a_hash(api: Api) -> None:
    admin = await api.key()
    made = await api.ask("POST", "/v1/api-keys", admin, json={"name": "shop"})
    assert made.status_code == 201, made.text
    key = made.json()["apiKey"]
    assert key["key"].startswith("pw_")
    assert len(key["key"]) == 46
    assert (key["access"], key["permission"], key["scope"]) == ("publish", "read-write", "full")
    listed = await api.ask("GET", "/v1/api-keys", admin)
    assert key["key"] not in listed.text
    (shown,) = (each for each in listed.json()["apiKeys"] if each["id"] == key["id"])
    assert shown["keyPreview"] == key["keyPreview"]
    async with api.service.database.transaction() as session:
        row = (
            await session.execute(
                text("SELECT api_keys::text FROM api_keys WHERE id = :id"), {"id": key["id"]}
            )
        ).scalar_one()
        audited = (
            await session.execute(text("SELECT string_agg(details::text, '') FROM audit_log"))
        ).scalar_one()
    assert key["key"] not in row + audited
    verified = (await api.ask("GET", "/v1/auth/verify", key["key"])).json()
    assert verified["valid"]
    assert verified["keyId"] == key["id"]


async def test_a_repeat_of_the_making_shows_the_same_key_and_keeps_it_sealed(api: Api) -> None:
    admin = await api.key()
    headers = {"Idempotency-Key": "one"}
    first, second = [
        await api.ask("POST", "/v1/api-keys", admin, json={"name": "a"}, headers=headers)
        for _ in range(2)
    ]
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    async with api.service.database.transaction() as session:
        body = (await session.execute(text("SELECT body FROM api_calls"))).scalar_one()
    assert first.json()["apiKey"]["key"].encode() not in bytes(body)


async def test_a_revoked_key_is_refused_at_once(api: Api) -> None:
    admin = await api.key()
    made = (await api.ask("POST", "/v1/api-keys", admin, json={"name": "a"})).json()["apiKey"]
    assert (await api.ask("GET", "/v1/auth/verify", made["key"])).status_code == 200
    assert (await api.ask("DELETE", f"/v1/api-keys/{made['id']}", admin)).status_code == 200
    refused = await api.ask("GET", "/v1/auth/verify", made["key"])
    assert refused.status_code == 401
    assert refused.json()["error"] == "The API key was revoked."


async def test_a_key_ends_when_its_days_are_over(api: Api) -> None:
    key = await api.key(days=1)
    assert (await api.ask("GET", "/v1/auth/verify", key)).status_code == 200
    await api.service.advance(hours=24, emulator_too=False)
    refused = await _until_refused(api, key)
    assert refused.json()["error"] == "The API key has expired."


async def test_a_key_that_is_revoked_elsewhere_is_refused_a_moment_later(api: Api) -> None:
    key = await api.key()
    assert (await api.ask("GET", "/v1/auth/verify", key)).status_code == 200
    async with api.service.database.transaction() as session:
        await session.execute(text("UPDATE api_keys SET revoked_at = app_now()"))
    refused = await _until_refused(api, key)
    assert refused.json()["error"] == "The API key was revoked."


async def _until_refused(api: Api, key: str) -> httpx2.Response:
    """What was found of a key holds for a second."""
    async with asyncio.timeout(PATIENCE_S):
        while (answer := await api.ask("GET", "/v1/auth/verify", key)).status_code != 401:
            await asyncio.sleep(0.05)
    return answer


async def test_a_bound_key_makes_no_key_that_reaches_further(api: Api) -> None:
    admin = await api.key()
    ids = [
        (await api.ask("POST", "/v1/profiles", admin, json={"name": name})).json()["profile"]["_id"]
        for name in ("a", "b")
    ]
    bound = await api.key(Scope.ADMIN, profile_ids=[ids[0]])
    for body in (
        {"name": "x"},
        {"name": "x", "scope": "profiles", "profileIds": ids},
    ):
        refused = await api.ask("POST", "/v1/api-keys", bound, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "out_of_reach")
    made = await api.ask(
        "POST",
        "/v1/api-keys",
        bound,
        json={"name": "x", "scope": "profiles", "profileIds": ids[:1]},
    )
    assert [each["_id"] for each in made.json()["apiKey"]["profileIds"]] == ids[:1]
    listed = (await api.ask("GET", "/v1/api-keys", bound)).json()["apiKeys"]
    assert {each["scope"] for each in listed} == {"profiles"}


async def test_what_a_key_cannot_be_is_named(api: Api) -> None:
    admin = await api.key()
    for body, status, param in (
        ({"name": ""}, 400, "name"),
        ({"name": "x", "expiresIn": 0}, 400, "expiresIn"),
        ({"name": "x", "scope": "profiles"}, 400, "profileIds"),
        ({"name": "x", "profileIds": ["prof_x"]}, 400, "scope"),
        ({"name": "x", "scope": "profiles", "profileIds": ["prof_x"]}, 404, None),
        ({"name": "x", "disabledResourceGroups": ["messages"]}, 400, "disabledResourceGroups"),
    ):
        refused = await api.ask("POST", "/v1/api-keys", admin, json=body)
        assert (refused.status_code, refused.json()["param"]) == (status, param), body


async def test_the_last_use_is_noted_at_most_once_a_minute(api: Api) -> None:
    key = await api.key()

    async def used() -> object:
        assert (await api.ask("GET", "/v1/auth/verify", key)).status_code == 200
        async with api.service.database.transaction() as session:
            return (await session.execute(text("SELECT last_used_at FROM api_keys"))).scalar_one()

    first = await used()
    assert first is not None
    assert await used() == first
    await api.service.advance(hours=0.02, emulator_too=False)
    async with asyncio.timeout(PATIENCE_S):
        while await used() == first:
            await asyncio.sleep(0.05)


async def test_whoever_guesses_keys_is_asked_to_wait_and_a_good_key_still_passes(api: Api) -> None:
    key = await api.key()
    assert (await api.ask("GET", "/v1/auth/verify", key)).status_code == 200
    wrong = "pw_" + "x" * 43
    statuses = [
        (await api.ask("GET", "/v1/auth/verify", wrong)).status_code for _ in range(MOST + 1)
    ]
    assert statuses == [401] * MOST + [429]
    late = await api.ask("GET", "/v1/auth/verify", "pw_" + "y" * 43)
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0
    # Many may come from one address: also a key that this process has never seen passes.
    assert (await api.ask("GET", "/v1/auth/verify", key)).status_code == 200
    assert (await api.ask("GET", "/v1/auth/verify", await api.key())).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic pw_x", "pw_x", "Bearer pw_ü", "Bearer pw_" + "x" * 500],
)
async def test_what_is_no_key_is_refused(api: Api, header: str) -> None:
    answer = await api.http.get(
        "/v1/auth/verify", headers=[(b"Authorization", header.encode("latin-1"))]
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "authentication_error"
    assert "X-RateLimit-Limit" not in answer.headers


async def test_a_key_has_so_many_requests_a_minute_and_every_answer_says_how_many_are_left(
    api: Api,
) -> None:
    key = await api.key()
    answers = [await api.ask("GET", "/v1/auth/verify", key) for _ in range(2)]
    assert [each.headers["X-RateLimit-Remaining"] for each in answers] == ["599", "598"]
    assert {each.headers["X-RateLimit-Limit"] for each in answers} == {"600"}
    missing = await api.ask("GET", "/v1/nothing-here", key)
    assert missing.status_code == 404


async def test_too_many_requests_are_refused_and_other_keys_are_not(api: Api) -> None:
    async with served_api(
        api.service, beside(api.service.settings, requests_per_minute=2)
    ) as hasty:
        key = await api.key()
        answers = [await hasty.ask("GET", "/v1/auth/verify", key) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        refused = answers[-1]
        assert refused.json()["type"] == "rate_limit_error"
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["X-RateLimit-Remaining"] == "0"
        assert (await hasty.ask("GET", "/v1/auth/verify", await api.key())).status_code == 200


async def test_a_bound_key_fetches_for_itself_what_others_fetch_already(api: Api) -> None:
    wanted = {"url": "https://example.com/lisbon.mp4"}
    admin = await api.key()
    made = await api.ask("POST", "/v1/profiles", admin, json={"name": "Elsewhere"})
    bound = await api.key(profile_ids=[made.json()["profile"]["_id"]])
    theirs = (await api.ask("POST", "/v1/media/ingest", admin, json=wanted)).json()["media"]["_id"]
    answers = [await api.ask("POST", "/v1/media/ingest", bound, json=wanted) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    (mine,) = {answer.json()["media"]["_id"] for answer in answers}
    assert mine != theirs
    assert (await api.ask("GET", f"/v1/media/{mine}", bound)).status_code == 200
    assert (await api.ask("GET", f"/v1/media/{theirs}", bound)).status_code == 404
