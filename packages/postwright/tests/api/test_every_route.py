"""Every route, also those to come: who is let in, and what another workspace's key finds.

A route with a new path parameter needs a fixture for it in tests/factories/routes.py.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from postwright.workspaces.models import Scope
from tests.factories.api import Api
from tests.factories.operations import Operation, operations
from tests.factories.routes import made

pytestmark = pytest.mark.slow

# Operations that need no key.
OPEN = {
    "finish_connect",
    "get_error",
    "get_health",
    "get_metrics",
    "get_readiness",
    "put_upload",
}


# What these name is nobody's.
OF_NOBODY = {"code", "platform"}
# Of these, a key that is bound to another profile must not learn that they are there.
OF_A_PROFILE = {"accountId", "keyId", "mediaId", "postId", "profileId", "publicationId"}


async def _ask(api: Api, operation: Operation, ids: Mapping[str, str], key: str | None) -> Any:
    path = operation.path.format_map(ids)
    return await api.ask(operation.method, path, key, json=operation.example)


def test_only_these_routes_need_no_key() -> None:
    # A route that is open on purpose is added to OPEN; any other one lacks its `caller`.
    assert {each.name for each in operations() if each.scope is None} <= OPEN


async def test_without_a_key_every_route_answers_401(api: Api) -> None:
    ids = await made(api)
    answers = {
        each.name: (await _ask(api, each, ids, None)).status_code
        for each in operations()
        if each.scope is not None
    }
    assert answers
    assert {name: status for name, status in answers.items() if status != 401} == {}


async def test_without_the_scope_every_route_answers_403(api: Api) -> None:
    ids = await made(api)
    weaker: dict[Scope | None, str] = {
        Scope.PUBLISH: await api.key(Scope.READ),
        Scope.ADMIN: await api.key(Scope.PUBLISH),
    }
    seen = 0
    for each in operations():
        if each.scope in weaker:
            answer = await _ask(api, each, ids, weaker[each.scope])
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), each
            seen += 1
    assert seen


async def test_for_another_workspaces_key_nothing_is_there(api: Api) -> None:
    ids = await made(api)
    stranger = await api.key(workspace_id=await api.other_workspace())
    for each in operations():
        if each.scope is None:
            continue
        answer = await _ask(api, each, ids, stranger)
        if set(each.parameters) - OF_NOBODY:
            assert answer.status_code == 404, f"{each.name}: {answer.status_code} {answer.text}"
        told = answer.text
        for name, id_ in ids.items():
            if name in OF_NOBODY:
                continue
            asked = name in each.parameters
            assert asked or id_ not in told, f"{each.name} tells a stranger of {id_}"


async def test_for_a_key_with_other_bounds_nothing_is_there(api: Api) -> None:
    ids = await made(api)
    other = await api.ask("POST", "/v1/profiles", await api.key(), json={"name": "Elsewhere"})
    bound = await api.key(profile_ids=[other.json()["profile"]["_id"]])
    for each in operations():
        if each.scope is not None and OF_A_PROFILE.intersection(each.parameters):
            answer = await _ask(api, each, ids, bound)
            assert answer.status_code == 404, f"{each.name}: {answer.status_code} {answer.text}"
