"""A person, TikTok or another tool ends an authorisation: believed at once, once, and in order."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from postwright.connections import queries
from postwright.connections.models import Connection, ConnectionState
from tests.factories.callback import APP, Callback

pytestmark = pytest.mark.slow


async def state(callback: Callback, account: Connection) -> Connection:
    async with callback.service.database.transaction() as session:
        return await queries.connection_by_id(session, account.workspace_id, account.id)


async def test_an_account_that_removes_the_app_is_revoked_at_once_and_told_of(
    callback: Callback, account: Connection
) -> None:
    service = callback.service
    await service.advance(hours=1)
    await service.control(
        "POST", "grants/revoke", {"client_key": APP, "username": "demo", "reason": 1}
    )
    await callback.told()
    assert await callback.outcomes() == ["revoked"]
    seen = await state(callback, account)
    assert seen.state is ConnectionState.REVOKED
    assert "settings" in seen.state_detail
    async with service.database.transaction() as session:
        kinds = await session.scalars(text("SELECT kind FROM alerts"))
        assert kinds.all() == ["connection.revoked"]


async def test_one_that_is_older_than_the_consent_is_overtaken(
    callback: Callback, account: Connection
) -> None:
    await callback.say(
        "authorization.removed", {"reason": 1}, account=account, ago=timedelta(hours=1)
    )
    assert await callback.outcomes() == ["overtaken"]
    assert (await state(callback, account)).state is ConnectionState.CONNECTED


async def test_one_of_the_very_moment_of_the_consent_is_found_out_by_asking(
    callback: Callback, account: Connection
) -> None:
    await callback.say("authorization.removed", {"reason": 5}, account=account)
    assert await callback.outcomes() == ["nudged"]
    assert (await state(callback, account)).state is not ConnectionState.REVOKED
