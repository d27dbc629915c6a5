"""Word from the network that an authorisation is gone counts at once, if it is not old."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from postwright.connections import queries
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import Connection, ConnectionState
from postwright.connections.refresh import AccessToken, NoAccess
from postwright.connections.removal import Removal, revoked_by_network
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def hear(service: Service, account: Connection, seconds: float) -> Removal:
    """Word of a removal so many seconds after the latest consent."""
    async with service.database.transaction() as session:
        now = await queries.connection_by_id(session, service.workspace_id, account.id)
        at = now.connected_at + timedelta(seconds=seconds)
        return await revoked_by_network(session, now, at, "the person removed the app")


async def fresh(service: Service, account: Connection) -> AccessToken | NoAccess:
    network = await service.accounts.networks.of(service.workspace_id, account.id)
    return await service.accounts.keeper.fresh(OnBehalf(service.workspace_id, account.id), network)


async def test_it_counts_at_once_and_people_are_told_once(service: Service) -> None:
    account = await service.connect()
    assert await hear(service, account, 60) is Removal.DONE
    assert await hear(service, account, 61) is Removal.ALREADY
    assert isinstance(await fresh(service, account), NoAccess)
    async with service.database.transaction() as session:
        now = await queries.connection_by_id(session, service.workspace_id, account.id)
        told = (await session.execute(text("SELECT kind, body FROM alerts"))).all()
        assert await queries.credential(session, service.workspace_id, account.id) is None
    assert (now.state, now.state_detail) == (ConnectionState.REVOKED, "the person removed the app")
    assert [row.kind for row in told] == ["connection.revoked"]
    assert "postwright accounts reconnect @demo" in told[0].body["says"]


async def test_word_that_is_older_than_the_latest_consent_takes_nothing(service: Service) -> None:
    account = await service.connect()
    assert await hear(service, account, -60) is Removal.OLDER
    assert isinstance(await fresh(service, account), AccessToken)
    assert await service.control.requests("oauth.refresh") == []


async def test_word_as_old_as_the_consent_is_decided_by_trying(service: Service) -> None:
    account = await service.connect()
    for seconds in (-5, 5):
        assert await hear(service, account, seconds) is Removal.DOUBTFUL
        assert isinstance(await fresh(service, account), AccessToken)
    assert len(await service.control.requests("oauth.refresh")) == 2
    await service.control(
        "POST",
        "grants/revoke",
        {"username": "demo", "client_key": service.settings.tiktok.client_key},
    )
    assert await hear(service, account, 1) is Removal.DOUBTFUL
    assert isinstance(await fresh(service, account), NoAccess)


async def test_an_account_that_was_disconnected_here_stays_so(service: Service) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE connections SET state = 'disconnected'"))
    assert await hear(service, account, 60) is Removal.ALREADY
