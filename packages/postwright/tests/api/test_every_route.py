"""Every route, also those to come: who is let in, and what another workspace's key finds.

A route with a new path parameter needs a fixture for it below.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from postwright.workspaces.models import Scope
from tests.factories.api import Api
from tests.factories.operations import Operation, operations

pytestmark = pytest.mark.slow

# Operations that need no key.
OPEN = {"get_health", "get_readiness", "get_metrics", "put_upload"}


async def _profile(api: Api) -> str:
    made = await api.ask("POST", "/v1/profiles", await api.key(), json={"name": "Of the first"})
    return str(made.json()["profile"]["_id"])


async def _key(api: Api) -> str:
    made = await api.ask("POST", "/v1/api-keys", await api.key(), json={"name": "of the first"})
    return str(made.json()["apiKey"]["id"])


async def _media(api: Api) -> str:
    body = {"filename": "a.mp4", "contentType": "video/mp4"}
    made = await api.ask("POST", "/v1/media/presign", await api.key(), json=body)
    return str(made.json()["key"])


async def _signature(_: Api) -> str:
    return "A" * 36


async def _upload_name(_: Api) -> str:
    return "of-the-first.mp4"


# For each path parameter, what makes the thing it names in the first workspace, and gives its id.
FIXTURES: Mapping[str, Callable[[Api], Awaitable[str]]] = {
    "keyId": _key,
    "mediaId": _media,
    "profileId": _profile,
    "signature": _signature,
    "uploadId": _media,
    "uploadName": _upload_name,
}

# Of these, a key that is bound to another profile must not learn that they are there.
OF_A_PROFILE = {"accountId", "keyId", "mediaId", "postId", "profileId"}


async def _made(api: Api) -> dict[str, str]:
    wanted = {name for each in operations() for name in each.parameters}
    missing = wanted - set(FIXTURES)
    assert not missing, f"no fixture makes a thing for {sorted(missing)}: add one to FIXTURES"
    return {name: await FIXTURES[name](api) for name in sorted(wanted)}


async def _ask(api: Api, operation: Operation, ids: Mapping[str, str], key: str | None) -> Any:
    path = operation.path.format_map(ids)
    return await api.ask(operation.method, path, key, json=operation.example)


def test_only_these_routes_need_no_key() -> None:
    # A route that is open on purpose is added to OPEN; any other one lacks its `caller`.
    assert {each.name for each in operations() if each.scope is None} <= OPEN


async def test_without_a_key_every_route_answers_401(api: Api) -> None:
    ids = await _made(api)
    answers = {
        each.name: (await _ask(api, each, ids, None)).status_code
        for each in operations()
        if each.scope is not None
    }
    assert answers
    assert {name: status for name, status in answers.items() if status != 401} == {}


async def test_without_the_scope_every_route_answers_403(api: Api) -> None:
    ids = await _made(api)
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
    ids = await _made(api)
    stranger = await api.key(workspace_id=await api.other_workspace())
    for each in operations():
        if each.scope is None:
            continue
        answer = await _ask(api, each, ids, stranger)
        if each.parameters:
            assert answer.status_code == 404, f"{each.name}: {answer.status_code} {answer.text}"
        told = answer.text
        for name, id_ in ids.items():
            asked = name in each.parameters
            assert asked or id_ not in told, f"{each.name} tells a stranger of {id_}"


async def test_for_a_key_with_other_bounds_nothing_is_there(api: Api) -> None:
    ids = await _made(api)
    made = await api.ask("POST", "/v1/profiles", await api.key(), json={"name": "Elsewhere"})
    bound = await api.key(profile_ids=[made.json()["profile"]["_id"]])
    for each in operations():
        if each.scope is not None and OF_A_PROFILE.intersection(each.parameters):
            answer = await _ask(api, each, ids, bound)
            assert answer.status_code == 404, f"{each.name}: {answer.status_code} {answer.text}"
