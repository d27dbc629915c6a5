"""A refresh kills the token it was made with: what it brought is stored, whatever happens here."""

import asyncio
import os
import signal
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.connections import credentials, queries
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import Connection, ConnectionState
from postwright.connections.refresh import SHORTEST_USE, AccessToken, NoAccess
from postwright.db import embedded
from postwright.db.database import DatabaseGone
from postwright.db.migrate import migrate
from postwright.platforms.answers import Granted
from postwright.publishing.resume import resume_reconnected
from postwright.publishing.states import State
from tests.factories.installation import Service, running_service

pytestmark = pytest.mark.slow

_PAUSE = text("SELECT extract(epoch FROM refreshing_until - app_now())::float FROM credentials")


async def fresh(
    service: Service, account: Connection, *, need: timedelta = SHORTEST_USE
) -> AccessToken | NoAccess:
    network = await service.accounts.networks.of(service.workspace_id, account.id)
    who = OnBehalf(service.workspace_id, account.id)
    return await service.accounts.keeper.fresh(who, network, need=need)


async def begin_slow_refresh(
    service: Service, account: Connection, delay_s: float
) -> "asyncio.Task[AccessToken | NoAccess]":
    """A refresh that TikTok has granted, and whose answer is on its way."""
    await service.advance(hours=2.5)
    await service.control.fault("oauth.refresh", "delay_after", delay_s=delay_s)
    refreshing = asyncio.get_running_loop().create_task(fresh(service, account))
    async with asyncio.timeout(10):
        while not await service.control.requests("oauth.refresh"):
            await asyncio.sleep(0.01)
    return refreshing


async def assert_refreshed_once(service: Service, account: Connection) -> None:
    assert isinstance(await fresh(service, account), AccessToken)
    assert len(await service.control.requests("oauth.refresh")) == 1
    async with service.database.transaction() as session:
        now = await queries.connection_by_id(session, service.workspace_id, account.id)
    assert now.state is ConnectionState.CONNECTED


async def test_a_worker_that_is_stopped_in_a_refresh_stores_what_it_brings(
    service: Service,
) -> None:
    account = await service.connect()
    refreshing = await begin_slow_refresh(service, account, 0.5)
    refreshing.cancel()
    with suppress(asyncio.CancelledError):
        await refreshing
    await assert_refreshed_once(service, account)


async def test_a_database_that_is_away_when_the_tokens_come_costs_no_reconnection(
    tmp_path: Path,
) -> None:
    with tempfile.TemporaryDirectory(prefix="pw-gone-") as folder:
        place = Path(folder) / "postgres"
        server = await asyncio.to_thread(embedded.ensure_running, place)
        try:
            migrate(server.owner_url, app_role="postwright")
            async with running_service(server.app_url, tmp_path) as service:
                account = await service.connect()
                refreshing = await begin_slow_refresh(service, account, 0.5)
                os.kill(server.pid, signal.SIGKILL)
                await asyncio.wait({refreshing}, timeout=1.5)
                await asyncio.to_thread(embedded.ensure_running, place)
                with suppress(DatabaseGone):
                    await refreshing
                await assert_refreshed_once(service, account)
        finally:
            await asyncio.to_thread(embedded.stop, place, mode="immediate")


async def test_connecting_again_in_mid_refresh_wins_and_nobody_deadlocks(
    service: Service,
) -> None:
    account = await service.connect()
    await service.advance(hours=2.5)
    async with service.database.transaction() as session:
        await credentials.lock(session, account.id)
        refreshing = asyncio.get_running_loop().create_task(fresh(service, account))
        await service.until_somebody_waits_for_a_lock()
        grant = Granted(
            "open", frozenset(), "of-the-person", "rft", timedelta(hours=2), timedelta(days=1)
        )
        await credentials.put(session, service.accounts.vault, account.id, grant)
    got = await refreshing
    assert isinstance(got, AccessToken)
    assert got.value == "of-the-person"


async def test_a_verdict_does_not_undo_a_connection_that_was_made_meanwhile(
    service: Service,
) -> None:
    account = await service.connect()
    await service.advance(hours=2.5)
    await service.control.fault("oauth.refresh", "error", status=400, code="invalid_grant")
    async with service.database.transaction() as session:
        await credentials.lock(session, account.id)
        refreshing = asyncio.get_running_loop().create_task(fresh(service, account))
        await service.until_somebody_waits_for_a_lock()
        grant = Granted(
            "open", frozenset(), "of-the-person", "rft", timedelta(hours=2), timedelta(days=1)
        )
        await credentials.put(session, service.accounts.vault, account.id, grant)
    await refreshing
    assert isinstance(await fresh(service, account), AccessToken)


async def test_a_missing_scope_is_noted_and_not_asked_for_again_and_again(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.control.fault(
        "creator_info", "error", status=401, code="scope_not_authorized", count=100
    )
    made = await service.publish(account, video)
    service.start_worker()
    held = await service.until(made.publication_id, State.HELD)
    assert held.hold_reason == "insufficient_scope"
    async with service.database.transaction() as session:
        now = await queries.connection_by_id(session, service.workspace_id, account.id)
        assert now.state is ConnectionState.INSUFFICIENT_SCOPE
        assert await resume_reconnected(session) == 0
    await service.control("DELETE", "faults")
    await service.connect()
    await service.until(made.publication_id, State.PUBLISHED)


async def test_a_refresh_that_keeps_failing_is_tried_less_and_less_often(service: Service) -> None:
    account = await service.connect()
    await service.control.fault(
        "oauth.refresh", "error", status=400, code="invalid_client", count=9
    )
    pauses: list[float] = []
    for hours in (1.55, 0.2, 3):
        await service.advance(hours=hours)
        await fresh(service, account)
        async with service.database.transaction() as session:
            pauses.append(await session.scalar(_PAUSE) or 0)
    assert pauses == sorted(pauses)
    assert pauses[0] < 30
    assert pauses[-1] > 60


async def test_nobody_waits_for_a_network_that_is_away_while_the_token_is_dead(
    service: Service,
) -> None:
    account = await service.connect()
    await service.control.fault("oauth.refresh", "html", status=503, count=9)
    await service.advance(hours=2.5)
    async with asyncio.timeout(20):
        for _ in range(2):
            got = await fresh(service, account)
            assert isinstance(got, NoAccess)
            assert got.passing
            assert "503" in got.detail
    assert len(await service.control.requests("oauth.refresh")) == 1


async def test_tokens_that_live_shorter_than_they_are_needed_are_not_renewed_again_and_again(
    service: Service,
) -> None:
    account = await service.connect()
    await service.control("PATCH", "settings", {"access_token_s": 60})
    await service.advance(hours=2.5)
    async with asyncio.timeout(20):
        got = await fresh(service, account, need=timedelta(minutes=2))
        assert isinstance(got, AccessToken)
        assert isinstance(await fresh(service, account, need=timedelta(minutes=2)), AccessToken)
    assert len(await service.control.requests("oauth.refresh")) == 1


async def test_tokens_that_are_said_to_live_for_ever_are_kept(service: Service) -> None:
    account = await service.connect()
    ever = timedelta(days=999_999_999)
    grant = Granted("open", frozenset(), "for-ever", "rft", ever, ever)
    async with service.database.transaction() as session:
        await credentials.put(session, service.accounts.vault, account.id, grant)
        kept = await credentials.read(session, service.accounts.vault, account.id)
    assert isinstance(kept, credentials.Tokens)
    assert kept.access_token == "for-ever"
    assert kept.left > timedelta(days=365)
