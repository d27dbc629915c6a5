"""Someone else's client, as it is published, against ours: profiles, keys, usage, errors."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from postwright.workspaces.models import Scope
from tests.factories.api import Api, beside, served_api
from tests.factories.sdk import (
    ApiKey,
    LateAPIError,
    LateAuthenticationError,
    LateForbiddenError,
    LateNotFoundError,
    LateRateLimitError,
    UsageStats,
    Zernio,
)

pytestmark = pytest.mark.slow

T = TypeVar("T")


async def apart(call: Callable[..., T], *given: Any, **named: Any) -> T:
    """Run a call that blocks beside the server, which runs in this loop."""
    return await asyncio.to_thread(call, *given, **named)


@pytest.fixture
async def client(api: Api) -> Zernio:
    return Zernio(api_key=await api.key(), base_url=api.url, max_retries=1)


async def test_profiles_from_making_to_deleting(client: Zernio) -> None:
    made = await apart(client.profiles.create, name="Acme", color="#4CAF50")
    assert made.profile is not None
    profile_id = made.profile.field_id
    assert profile_id is not None
    listed = await apart(client.profiles.list)
    assert [each.name for each in listed.profiles or []] == ["Default", "Acme"]
    changed = await apart(client.profiles.update, profile_id, name="Acme Europe", is_default=True)
    assert changed.profile is not None
    assert changed.profile.isDefault
    found = await client.profiles.aget(profile_id)
    assert found.profile is not None
    assert found.profile.name == "Acme Europe"
    assert found.profile.createdAt is not None
    default = (listed.profiles or [])[0].field_id
    await client.profiles.aupdate(str(default), is_default=True)
    assert (await client.profiles.adelete(profile_id)).message == "The profile was deleted."


async def test_keys_are_made_listed_and_deleted(api: Api, client: Zernio) -> None:
    made = await apart(client.api_keys.create_api_key, "shop", permission="read", expires_in=30)
    key = ApiKey.model_validate(made["apiKey"])
    assert key.key is not None
    assert key.permission is not None
    reader = Zernio(api_key=key.key, base_url=api.url, max_retries=1)
    assert (await reader.api_keys.averify_credential())["permission"] == "read"
    listed = await client.api_keys.alist_api_keys()
    assert key.id in [ApiKey.model_validate(each).id for each in listed["apiKeys"]]
    with pytest.raises(LateForbiddenError):
        await reader.profiles.acreate(name="x")
    await apart(client.api_keys.delete_api_key, key.id)
    with pytest.raises(LateAuthenticationError):
        await reader.profiles.alist()


async def test_usage_is_what_the_client_reads(client: Zernio) -> None:
    stats = UsageStats.model_validate(await apart(client.usage.get_usage_stats))
    assert stats.usage is not None
    assert stats.usage.profiles == 1
    assert stats.limits is not None
    assert stats.limits.uploads == -1


async def test_errors_are_of_the_clients_classes(api: Api, client: Zernio) -> None:
    with pytest.raises(LateNotFoundError, match="There is no profile prof_x"):
        await apart(client.profiles.get, "prof_x")
    with pytest.raises(LateAPIError) as caught:
        await apart(client.profiles.create, name="")
    assert caught.value.status_code == 400
    assert caught.value.details["param"] == "name"
    nobody = Zernio(api_key="pw_" + "x" * 43, base_url=api.url, max_retries=1)
    with pytest.raises(LateAuthenticationError, match="not known"):
        await nobody.profiles.alist()
    bound = Zernio(api_key=await api.key(Scope.READ), base_url=api.url, max_retries=1)
    with pytest.raises(LateForbiddenError, match="scope"):
        await bound.profiles.acreate(name="x")


async def test_limits_are_what_the_client_reads(api: Api) -> None:
    client = Zernio(api_key=await api.key(), base_url=api.url, max_retries=1)
    await client.profiles.alist()
    assert client.rate_limit_info["limit"] == 600
    assert client.rate_limit_info["remaining"] == 599
    assert client.rate_limit_info["reset"]
    few = beside(api.service.settings, requests_per_minute=1)
    async with served_api(api.service, few) as other:
        hurried = Zernio(api_key=await api.key(), base_url=other.url, max_retries=1)
        await hurried.profiles.alist()
        with pytest.raises(LateRateLimitError):
            await hurried.profiles.alist()


async def test_a_call_that_is_named_is_made_once(client: Zernio) -> None:
    async def make() -> dict[str, Any]:
        return await client.profiles.acreate_profile("Acme", idempotency_key="k")

    first, second = await make(), await make()
    assert first == second
