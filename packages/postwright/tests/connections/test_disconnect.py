"""A disconnected account leaves no token behind, here or at the network."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from postwright.connections import facts, queries
from postwright.connections.disconnect import Disconnected, Told, disconnect
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import Connection, ConnectionState
from postwright.connections.refresh import NoAccess
from postwright.connections.watch import forget_left_behind
from postwright.platforms.answers import Refusal
from postwright.platforms.tiktok.words import WORDS
from postwright.publishing.states import State
from tests.factories.installation import Service
from tests.factories.outcomes import LEAVINGS

pytestmark = pytest.mark.slow

_ANOTHER_WORKSPACE = text("""
    WITH tenant AS (
        INSERT INTO workspaces (id, name, created_at) VALUES ('ws_2', 'b', app_now()) RETURNING id
    ), app AS (
        INSERT INTO platform_apps (id, workspace_id, platform, client_key, client_secret, kind,
                                   redirect_uri, base_url, source, created_at)
        SELECT 'app_2', tenant.id, platform, client_key, client_secret, kind, redirect_uri,
               base_url, source, platform_apps.created_at
        FROM platform_apps, tenant RETURNING id, workspace_id
    )
    INSERT INTO connections (id, workspace_id, platform_app_id, platform, external_id, handle,
                             display_name, scopes, purposes, granted, state, state_detail,
                             created_at, connected_at)
    SELECT 'conn_2', app.workspace_id, app.id, platform, external_id, handle, display_name, scopes,
           purposes, granted, state, '', created_at, connected_at
    FROM connections, app
""")


async def rows(service: Service, statement: str) -> list[Any]:
    async with service.database.transaction() as session:
        return list((await session.execute(text(statement))).all())


async def ended(service: Service, account: Connection) -> Disconnected:
    done = await disconnect(service.accounts, account, actor="test")
    async with service.database.transaction() as session:
        now = await queries.connection_by_id(session, service.workspace_id, account.id)
    assert (now.state, now.display_name, now.facts) == (ConnectionState.DISCONNECTED, "", None)
    assert now.handle == "demo"
    assert await rows(service, "SELECT 1 FROM credentials") == []
    return done


async def is_revoked(service: Service) -> bool:
    (grant,) = (await service.control("GET", "state"))["grants"]
    return grant["revoked_at"] is not None


async def test_the_network_is_told_and_everything_of_the_person_is_deleted(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    async with service.database.transaction() as session:
        assert await facts.cached(session, service.workspace_id, account.id) is not None
    calls = await rows(service, "SELECT 1 FROM calls")
    assert await ended(service, account) == Disconnected(Told.REVOKED)
    assert await is_revoked(service)
    assert len(await rows(service, "SELECT 1 FROM calls")) == len(calls) + 1
    assert (await service.publication(made.publication_id)).post_url
    told = await rows(service, "SELECT details FROM audit_log WHERE action = 'connection.ended'")
    assert told[0].details["network"] == "revoked"


async def test_nobody_gets_a_token_of_it_any_more_and_what_the_network_says_is_not_kept(
    service: Service,
) -> None:
    account = await service.connect()
    await ended(service, account)
    who = OnBehalf(service.workspace_id, account.id)
    network = await service.accounts.networks.of(service.workspace_id, account.id)
    got = await service.accounts.keeper.fresh(who, network)
    assert isinstance(got, NoAccess)
    assert got.refusal is Refusal.REVOKED
    async with service.database.transaction() as session:
        await facts.remember(session, account.id, {"username": "demo"})
        assert await facts.cached(session, service.workspace_id, account.id) is None
        assert await queries.connections(session, service.workspace_id) == []


async def test_what_is_planned_waits_until_it_is_connected_again(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    await ended(service, account)
    service.start_worker()
    held = await service.until(made.publication_id, State.HELD)
    assert held.hold_reason == "revoked"
    again = await service.connect()
    assert (again.id, again.disconnected_at) == (account.id, None)
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_a_post_that_has_its_token_already_is_not_announced_any_more(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.control.fault("creator_info", "delay_after", delay_s=1.5)
    made = await service.publish(account, video)
    service.start_worker()
    async with asyncio.timeout(20):
        while len(await service.control.requests("creator_info")) < 2:  # connecting asks, too
            await asyncio.sleep(0.02)
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE connections SET state = 'disconnected'"))
    held = await service.until(made.publication_id, State.HELD)
    assert held.hold_reason == "revoked"
    assert await service.control.requests("video.init") == []


async def test_a_token_that_has_ended_is_renewed_to_revoke_with(service: Service) -> None:
    account = await service.connect()
    await service.advance(hours=2.5)
    assert (await ended(service, account)).told is Told.REVOKED
    assert await is_revoked(service)


async def test_a_lost_answer_is_tried_again_and_then_told(service: Service) -> None:
    account = await service.connect()
    await service.control.fault("oauth.revoke", "drop_before")
    assert (await ended(service, account)).told is Told.REVOKED
    account = await service.connect()
    await service.control.fault("oauth.revoke", "drop_after")
    done = await ended(service, account)
    assert done.told is Told.LOST
    assert await is_revoked(service)


async def test_whatever_tiktok_answers_the_account_is_disconnected_and_it_is_said(
    service: Service,
) -> None:
    for leaving in LEAVINGS:
        account = await service.connect()
        more = {"status": leaving.status, "code": leaving.code, "count": None}
        await service.control.fault("oauth.revoke", "error", **more)
        done = await ended(service, account)
        await service.control("DELETE", "faults")
        assert done.told is leaving.told, leaving
        assert leaving.code in done.why
        assert WORDS[leaving.code].advice is leaving.advice


async def test_without_a_token_that_is_said_and_all_the_same_deleted(service: Service) -> None:
    account = await service.connect()
    await service.control("POST", "grants/revoke", {"username": "demo", **app(service)})
    await service.advance(hours=2.5)
    done = await ended(service, account)
    assert done.told is Told.NO_TOKEN
    assert "authorisation" in done.why


async def test_an_authorisation_that_another_workspace_lives_on_is_not_taken_from_it(
    service: Service,
) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        await session.execute(_ANOTHER_WORKSPACE)
    assert (await ended(service, account)).told is Told.SHARED
    assert not await is_revoked(service)


async def test_tokens_that_a_cut_off_command_left_behind_are_deleted_by_workers(
    service: Service,
) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE connections SET state = 'disconnected', disconnected_at = app_now()")
        )
        assert await forget_left_behind(session) == 0
    await service.advance(hours=0.2)
    async with service.database.transaction() as session:
        assert await forget_left_behind(session) == 1
        assert await queries.credential(session, service.workspace_id, account.id) is None


def app(service: Service) -> dict[str, str]:
    return {"client_key": service.settings.tiktok.client_key}
