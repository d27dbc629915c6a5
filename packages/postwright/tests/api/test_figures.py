"""What is used, and how the installation does."""

from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text

from postwright.publishing.states import State
from tests.factories.api import Api, beside, served_api

pytestmark = pytest.mark.slow


def samples(answer: httpx2.Response) -> dict[tuple[str, ...], float]:
    """The figures by name and the values of their labels, by the labels' names."""
    assert answer.status_code == 200, answer.text
    return {
        (
            each.name.removeprefix("postwright_"),
            *(value for _, value in sorted(each.labels.items())),
        ): each.value
        for family in text_string_to_metric_families(answer.text)
        for each in family.samples
    }


async def test_a_publication_shows_in_the_figures(api: Api, video: Path) -> None:
    connection = await api.service.connect()
    api.service.start_worker()
    done = await api.service.publish(connection, video)
    await api.service.until(done.publication_id, State.PUBLISHED)
    assert (await api.ask("GET", "/v1/auth/verify", await api.key())).status_code == 200
    seen = samples(await api.ask("GET", "/metrics"))
    assert seen["recent_ends", "", "published"] == 1
    assert seen["recent_calls", "ok", "upload"] == 1
    for stage in ("waiting", "uploading", "processing", "all"):
        assert seen["recent_publish_count", stage] == 1
        assert seen["recent_publish_seconds", "0.5", stage] >= 0
    assert seen["accounts", "connected"] == 1
    assert seen["quota_left", "direct"] == seen["quota_left_least", "direct"] == 14
    assert (seen["quota_left", "draft"], seen["quota_used_up", "direct"]) == (5, 0)
    assert 0 < seen["token_horizon_seconds", "access"] <= 86_400
    assert seen["token_horizon_seconds", "refresh"] > 86_400
    assert seen[("workers_alive",)] == 1
    assert seen["http_request_seconds_count", "GET", "/v1/auth/verify", "200"] == 1
    usage = (await api.ask("GET", "/v1/usage-stats", await api.key())).json()
    assert usage["usage"]["uploads"] == 1
    assert usage["usage"]["connectedAccounts"] == 1
    assert usage["media"]["usedBytes"] == video.stat().st_size


async def test_what_waits_and_what_failed_shows_in_the_figures(api: Api) -> None:
    await api.service.connect()
    async with api.service.database.transaction() as session:
        await session.execute(text("UPDATE connections SET cap_at = app_now()"))
        await session.execute(
            text("""
                INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at)
                VALUES ('lane_x', :workspace, 'x', 'start', app_now() - interval '90 seconds')
            """),
            {"workspace": api.service.workspace_id},
        )
    seen = samples(await api.ask("GET", "/metrics"))
    assert seen["queue_due", "start"] == 1
    assert 85 < seen["queue_lag_seconds", "start"] < 600
    assert seen[("accounts_capped",)] == 1
    assert (seen["quota_left", "direct"], seen["quota_used_up", "direct"]) == (0, 1)
    assert seen[("workers_alive",)] == 0


async def test_figures_are_for_this_machine_or_for_who_has_the_token(api: Api) -> None:
    for headers in (
        {"Host": "api.example.com"},
        {"X-Forwarded-For": "192.0.2.7"},
        {"X-Forwarded-For": "127.0.0.1"},
    ):
        refused = await api.ask("GET", "/metrics", headers=headers)
        assert refused.status_code == 401, headers
    assert (await api.ask("GET", "/metrics", "t" * 20)).status_code == 200
    settings = beside(api.service.settings, metrics_token=SecretStr("t" * 20))
    far = {"Host": "api.example.com"}
    async with served_api(api.service, settings) as other:
        assert (await other.ask("GET", "/metrics", "t" * 20, headers=far)).status_code == 200
        assert (await other.ask("GET", "/metrics", "t" * 19, headers=far)).status_code == 401
        assert (await other.ask("GET", "/metrics", headers=far)).status_code == 401


async def test_figures_hold_no_name(api: Api) -> None:
    connection = await api.service.connect()
    key = await api.key()
    await api.ask("GET", "/v1/auth/verify", key)
    told = (await api.ask("GET", "/metrics")).text
    for secret in (connection.id, connection.handle, api.service.workspace_id, key):
        assert secret not in told


async def test_it_says_when_it_is_ready(api: Api) -> None:
    assert (await api.ask("GET", "/healthz")).json() == {"status": "ok"}
    ready = await api.ask("GET", "/readyz")
    assert (ready.status_code, set(ready.json().values())) == (200, {"ok"})


async def test_usage_is_what_the_key_reaches(api: Api) -> None:
    admin = await api.key()
    await api.service.connect()
    made = await api.ask("POST", "/v1/profiles", admin, json={"name": "Empty"})
    bound = await api.key(profile_ids=[made.json()["profile"]["_id"]])
    every = (await api.ask("GET", "/v1/usage", admin)).json()["usage"]
    mine = (await api.ask("GET", "/v1/usage", bound)).json()["usage"]
    assert (every["profiles"], every["connectedAccounts"]) == (2, 1)
    assert (mine["profiles"], mine["connectedAccounts"]) == (1, 0)
