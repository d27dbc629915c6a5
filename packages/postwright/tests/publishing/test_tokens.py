"""Tokens end, rotate and get lost; posts go out all the same, or say what a person has to do."""

import asyncio
from pathlib import Path

import pytest

from postwright.connections import queries
from postwright.connections.connect import ConnectFailed
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import ConnectionState, Credential
from postwright.connections.refresh import AccessToken, TokenKeeper
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def state(service: Service, connection_id: str) -> ConnectionState:
    async with service.database.transaction() as session:
        found = await queries.connection_by_id(session, service.workspace_id, connection_id)
        return found.state


async def test_two_processes_that_need_a_token_make_one_refresh(service: Service) -> None:
    account = await service.connect()
    await service.advance(hours=2.5)
    who = OnBehalf(service.workspace_id, account.id)
    network = await service.accounts.networks.of(service.workspace_id, account.id)
    keepers = [TokenKeeper(service.database, service.accounts.vault) for _ in range(8)]
    got = await asyncio.gather(*(keeper.fresh(who, network) for keeper in keepers))
    assert {type(token) for token in got} == {AccessToken}
    assert len({token.value for token in got if isinstance(token, AccessToken)}) == 1
    assert len(await service.control.requests("oauth.refresh")) == 1


async def test_a_token_that_ended_while_waiting_is_refreshed_before_the_post(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.advance(hours=2.5)
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert await state(service, account.id) is ConnectionState.CONNECTED


async def test_a_lost_refresh_with_a_live_token_publishes_and_asks_for_reconnection(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.advance(hours=1.7)
    await service.control.fault("oauth.refresh", "drop_after")
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert await state(service, account.id) is ConnectionState.EXPIRING
    assert len(await service.control.posts()) == 1


async def test_a_lost_refresh_with_a_dead_token_holds_until_reconnected(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.advance(hours=2.5)
    await service.control.fault("oauth.refresh", "drop_after")
    made = await service.publish(account, video)
    service.start_worker()
    held = await service.until(made.publication_id, State.HELD)
    assert held.hold_reason == "reconnect"
    assert await state(service, account.id) is ConnectionState.EXPIRED
    await service.connect()
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_a_token_that_tiktok_ended_early_is_refreshed_once(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.control("POST", "clock", {"advance_s": 3 * 3600})
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.requests("oauth.refresh")) == 1


async def test_a_refresh_that_was_only_dropped_on_the_way_works_the_second_time(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.advance(hours=2.5)
    await service.control.fault("oauth.refresh", "drop_before")
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert await state(service, account.id) is ConnectionState.CONNECTED


async def test_a_lost_code_exchange_tells_the_person_to_connect_again(service: Service) -> None:
    await service.control.fault("oauth.token", "drop_after")
    with pytest.raises(ConnectFailed) as failed:
        await service.connect()
    assert "connect tiktok" in failed.value.command
    account = await service.connect()
    assert account.handle == "demo"


async def test_secrets_are_sealed_in_the_database(service: Service) -> None:
    await service.connect()
    grants = (await service.control("GET", "state"))["grants"]
    async with service.database.transaction() as session:
        row = (await session.execute(Credential.__table__.select())).one()
    assert b"act." not in row.access_token
    assert b"rft." not in row.refresh_token
    assert grants
