"""Profiles are made, listed, changed and deleted over the API."""

import pytest
from sqlalchemy import text

from postwright.workspaces.models import Scope
from tests.factories.api import Api

pytestmark = pytest.mark.slow


async def test_a_profile_is_made_found_changed_and_deleted(api: Api) -> None:
    key = await api.key()
    made = await api.ask(
        "POST", "/v1/profiles", key, json={"name": " Acme ", "color": "#4caf50", "externalId": "a"}
    )
    assert made.status_code == 201, made.text
    profile = made.json()["profile"]
    assert profile["name"] == "Acme"
    assert profile["accountCount"] == 0
    assert not profile["isDefault"]
    listed = (await api.ask("GET", "/v1/profiles", key)).json()
    assert [each["name"] for each in listed["profiles"]] == ["Default", "Acme"]
    assert listed["total"] == 2
    found = (await api.ask("GET", "/v1/profiles?externalId=a", key)).json()
    assert [each["_id"] for each in found["profiles"]] == [profile["_id"]]
    path = f"/v1/profiles/{profile['_id']}"
    changed = await api.ask(
        "PUT", path, key, json={"description": "foxes", "externalId": None, "isDefault": True}
    )
    assert changed.json()["profile"]["description"] == "foxes"
    assert changed.json()["profile"]["externalId"] is None
    assert changed.json()["profile"]["isDefault"]
    assert changed.json()["profile"]["color"] == "#4caf50"
    refused = await api.ask("DELETE", path, key)
    assert refused.status_code == 409
    assert refused.json()["code"] == "profile_in_use"
    default = listed["profiles"][0]["_id"]
    await api.ask("PUT", f"/v1/profiles/{default}", key, json={"isDefault": True})
    assert (await api.ask("DELETE", path, key)).status_code == 200
    assert (await api.ask("GET", path, key)).status_code == 404


async def test_a_profile_with_accounts_stays_and_the_answer_says_how_to_empty_it(
    api: Api,
) -> None:
    key = await api.key()
    made = (await api.ask("POST", "/v1/profiles", key, json={"name": "Acme"})).json()
    profile_id = made["profile"]["_id"]
    connection = await api.service.connect()
    assert connection.profile_id != profile_id
    async with api.service.database.transaction() as session:
        await session.execute(text("UPDATE connections SET profile_id = :id"), {"id": profile_id})
    refused = await api.ask("DELETE", f"/v1/profiles/{profile_id}", key)
    assert refused.status_code == 409
    assert refused.json()["error"] == "Acme has 1 account."
    assert "/v1/accounts/" in refused.json()["details"]["fix"]
    async with api.service.database.transaction() as session:
        await session.execute(text("UPDATE connections SET disconnected_at = app_now()"))
    assert (await api.ask("DELETE", f"/v1/profiles/{profile_id}", key)).status_code == 200


async def test_two_profiles_never_have_the_same_name(api: Api) -> None:
    key = await api.key()
    twice = [await api.ask("POST", "/v1/profiles", key, json={"name": "A"}) for _ in range(2)]
    assert [each.status_code for each in twice] == [201, 409]
    assert twice[1].json()["param"] == "name"
    other = await api.ask("POST", "/v1/profiles", key, json={"name": "B"})
    path = f"/v1/profiles/{other.json()['profile']['_id']}"
    assert (await api.ask("PUT", path, key, json={"name": "A"})).status_code == 409


async def test_what_a_profile_cannot_be_is_named(api: Api) -> None:
    key = await api.key()
    for body, param in (
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "A", "color": "red"}, "color"),
        ({"name": "A", "timezone": "Mars/Base"}, "timezone"),
    ):
        refused = await api.ask("POST", "/v1/profiles", key, json=body)
        assert refused.status_code == 400, body
        assert refused.json()["param"] == param
    default = (await api.ask("GET", "/v1/profiles", key)).json()["profiles"][0]["_id"]
    refused = await api.ask("PUT", f"/v1/profiles/{default}", key, json={"isDefault": False})
    assert (refused.status_code, refused.json()["param"]) == (400, "isDefault")


async def test_a_bound_key_sees_only_its_profiles(api: Api) -> None:
    admin = await api.key()
    made = (await api.ask("POST", "/v1/profiles", admin, json={"name": "Acme"})).json()
    mine = made["profile"]["_id"]
    bound = await api.key(Scope.ADMIN, profile_ids=[mine])
    listed = (await api.ask("GET", "/v1/profiles", bound)).json()
    assert [each["_id"] for each in listed["profiles"]] == [mine]
    assert listed["total"] == 1
    every = (await api.ask("GET", "/v1/profiles", admin)).json()["profiles"]
    default = next(each["_id"] for each in every if each["isDefault"])
    for method in ("GET", "PUT", "DELETE"):
        answer = await api.ask(
            method, f"/v1/profiles/{default}", bound, json={} if method == "PUT" else None
        )
        assert answer.status_code == 404, method
    refused = await api.ask("POST", "/v1/profiles", bound, json={"name": "More"})
    assert (refused.status_code, refused.json()["code"]) == (403, "out_of_reach")


async def test_fields_that_mean_nothing_are_ignored_and_told(api: Api) -> None:
    made = await api.ask(
        "POST", "/v1/profiles", await api.key(), json={"name": "Acme", "crossposting": True}
    )
    assert made.json()["warnings"] == ["crossposting is not known and was ignored."]
