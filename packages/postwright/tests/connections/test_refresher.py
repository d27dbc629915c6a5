"""Thousands of accounts are kept alive by an index, a few at a time, by all workers together."""

import asyncio

import pytest
from sqlalchemy import text

from postwright.connections import queries
from postwright.connections.models import Connection, ConnectionState
from postwright.connections.refresher import refresh_due
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

_MANY = text("""
    WITH made AS (
        INSERT INTO connections (id, workspace_id, platform_app_id, platform, external_id, handle,
                                 display_name, scopes, purposes, granted, state, state_detail,
                                 created_at, connected_at)
        SELECT 'conn_' || n, workspace_id, platform_app_id, platform, 'open ' || n, 'name ' || n,
               display_name, scopes, purposes, granted, state, '', created_at, connected_at
        FROM connections, generate_series(1, :count) AS n RETURNING id
    )
    INSERT INTO credentials (connection_id, version, access_token, refresh_token, issued_at,
                             access_expires_at, refresh_expires_at, refresh_at, refresh_doubt)
    SELECT made.id, version, access_token, refresh_token, issued_at, access_expires_at,
           refresh_expires_at, refresh_at + interval '1 day', refresh_doubt
    FROM credentials, made
""")

_PLAN = "EXPLAIN SELECT connection_id FROM credentials WHERE refresh_at <= app_now() ORDER BY 1"


async def standing(service: Service, account: Connection) -> ConnectionState:
    async with service.database.transaction() as session:
        now = await queries.connection_by_id(session, service.workspace_id, account.id)
        return now.state


async def test_two_workers_refresh_every_account_once(service: Service) -> None:
    names = ["demo", "private.pia"]
    for name in names:
        await service.connect(name)
    assert await refresh_due(service.accounts) == 0
    await service.advance(hours=1.55)
    looked_at = await asyncio.gather(*(refresh_due(service.accounts) for _ in range(4)))
    assert sum(looked_at) == 2
    assert len(await service.control.requests("oauth.refresh")) == 2
    assert await refresh_due(service.accounts) == 0


async def test_a_day_of_two_hour_tokens_ends_with_everyone_connected(service: Service) -> None:
    account = await service.connect()
    for _ in range(16):
        await service.advance(hours=1.55)
        assert await refresh_due(service.accounts) == 1
    assert await standing(service, account) is ConnectionState.CONNECTED
    assert len(await service.control.requests("oauth.refresh")) == 16


async def test_of_many_accounts_only_those_that_are_due_are_read(service: Service) -> None:
    await service.connect()
    async with service.database.transaction() as session:
        await session.execute(_MANY, {"count": 5_000})
        await session.execute(text("ANALYZE credentials"))
        plan = " ".join(await session.scalars(text(_PLAN)))
    assert "ix_credentials_refresh" in plan
    await service.advance(hours=1.55)
    assert await refresh_due(service.accounts) == 1


async def test_an_account_that_cannot_be_refreshed_keeps_no_other_from_it(
    service: Service,
) -> None:
    lost, kept = await service.connect("demo"), await service.connect("private.pia")
    await service.control(
        "POST",
        "grants/revoke",
        {"username": "demo", "client_key": service.settings.tiktok.client_key},
    )
    await service.advance(hours=1.55)
    assert await refresh_due(service.accounts) == 2
    assert await standing(service, lost) is ConnectionState.EXPIRING
    assert await standing(service, kept) is ConnectionState.CONNECTED
    assert await refresh_due(service.accounts) == 0
    await service.advance(hours=0.5)
    assert await refresh_due(service.accounts) == 1
    assert await standing(service, lost) is ConnectionState.EXPIRED
    await service.advance(hours=50)
    assert await refresh_due(service.accounts) == 1  # the other one
    async with service.database.transaction() as session:
        kinds = list(await session.scalars(text("SELECT kind FROM alerts ORDER BY created_at")))
    assert kinds == ["connection.expiring", "connection.expired"]


async def test_a_copy_that_nobody_has_confirmed_refreshes_nothing(service: Service) -> None:
    await service.connect()
    async with service.database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO installation (id, epoch, marks, confirmed_at, doubted_at, doubt)"
                " VALUES ('inst', 1, '{}', app_now(), app_now(), 'It is a copy.')"
                " ON CONFLICT (only_row) DO UPDATE SET doubted_at = app_now(), doubt = 'A copy.'"
            )
        )
    await service.advance(hours=1.55)
    assert await refresh_due(service.accounts) == 0
    assert await service.control.requests("oauth.refresh") == []
