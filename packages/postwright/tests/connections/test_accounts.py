"""Apps and accounts as rows: registered once, found by name, refreshed in turn."""

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import connect, queries
from postwright.connections.accounts import Accounts
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import PlatformApp
from postwright.connections.refresh import AccessToken
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

_SAME_NAME_ELSEWHERE = text("""
    WITH app AS (
        INSERT INTO platform_apps (id, workspace_id, platform, client_key, client_secret, kind,
                                   redirect_uri, base_url, source, created_at)
        SELECT 'app_old', workspace_id, platform, 'old key', client_secret, kind, redirect_uri,
               base_url, source, created_at
        FROM platform_apps RETURNING id
    )
    INSERT INTO connections (id, workspace_id, platform_app_id, platform, external_id, handle,
                             display_name, scopes, purposes, granted, state, state_detail,
                             created_at, connected_at)
    SELECT 'conn_0', workspace_id, app.id, platform, external_id, handle, display_name, scopes,
           purposes, granted, 'expired', '', created_at, connected_at
    FROM connections, app
""")


async def test_two_first_commands_at_once_register_one_app(service: Service) -> None:
    async def register(session: AsyncSession) -> PlatformApp:
        return await connect.register_app(
            session, service.accounts.vault, service.workspace_id, service.settings.tiktok
        )

    async def in_time() -> PlatformApp:
        async with service.database.transaction() as session:
            return await register(session)

    async with service.database.transaction() as session:
        first = await register(session)
        late = asyncio.get_running_loop().create_task(in_time())
        await service.until_somebody_waits_for_a_lock()
    second = await late
    assert second.id == first.id
    assert service.accounts.networks.of_app(second)


async def test_of_two_accounts_of_one_name_the_one_that_can_be_used_is_meant(
    service: Service,
) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        await session.execute(_SAME_NAME_ELSEWHERE)
        found = await queries.connection_by_handle(session, service.workspace_id, "@demo")
        assert found.id == account.id


async def test_a_new_client_secret_in_the_settings_is_the_one_that_is_used(
    service: Service,
) -> None:
    account = await service.connect()
    app = next(iter(service.emulator.state.apps.values()))
    renewed = service.settings.tiktok.model_copy(update={"client_secret": SecretStr("renewed")})
    await service.control(
        "POST",
        "seed",
        {
            "apps": [
                {
                    "client_key": app.client_key,
                    "client_secret": "renewed",
                    "kind": app.kind,
                    "redirect_uris": list(app.redirect_uris),
                    "scopes": sorted(app.scopes),
                    "audited": app.audited,
                }
            ],
            "creators": [],
        },
    )
    settings = service.settings.model_copy(update={"tiktok": renewed})
    accounts = Accounts(settings, service.database)
    try:
        await service.advance(hours=2.5)
        network = await accounts.networks.of(service.workspace_id, account.id)
        who = OnBehalf(service.workspace_id, account.id)
        assert isinstance(await accounts.keeper.fresh(who, network), AccessToken)
    finally:
        await accounts.close()
