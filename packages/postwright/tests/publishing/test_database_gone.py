"""The database goes away: nothing is lost, nothing goes out twice, and whoever needs it waits."""

import asyncio
import hashlib
import os
import signal
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from postwright.db import embedded
from postwright.db.embedded import EmbeddedServer
from postwright.publishing import turn
from postwright.publishing.schedule import Scheduled
from postwright.publishing.states import State
from tests.factories.installation import Service, running_service

pytestmark = pytest.mark.slow

PATIENCE_S = 30

_HELD_UP = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%platform_apps%'
""")
_INITS = text("SELECT log_id FROM calls WHERE operation = 'video.init' AND publication_id = :id")


async def test_a_dead_database_in_mid_upload_costs_nothing(
    own_server: EmbeddedServer, big_video: Path, tmp_path: Path
) -> None:
    async with running_service(own_server.app_url, tmp_path, lease_s=30) as service:
        # Something that happens every so often fails for sure while the database is away.
        often = service.settings.worker.model_copy(update={"refresh_s": 0.1})
        service.settings = service.settings.model_copy(update={"worker": often})
        account = await service.connect()
        await service.control("PATCH", "settings", {"intake_bytes_per_second": 2_000_000})
        made = await service.publish(account, big_video)
        service.start_worker()
        await service.until(made.publication_id, State.UPLOADING)
        own = await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
        os.kill(own.pid, signal.SIGKILL)
        await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
        await service.control("PATCH", "settings", {"intake_bytes_per_second": None})
        await service.until(made.publication_id, State.PUBLISHED)
        (post,) = await service.control.posts()
        assert post["sha256"] == hashlib.sha256(big_video.read_bytes()).hexdigest()
        sent = [entry["status"] for entry in await service.control.requests("upload")]
        assert sent == [206, 201]  # the range under way went on


async def asked_while_it_dies(service: Service, server: EmbeddedServer, video: Path) -> Scheduled:
    """Publish a file, and kill the database while TikTok is asked."""
    own = await asyncio.to_thread(embedded.ensure_running, server.data_dir)
    account = await service.connect()
    await service.control.fault("video.init", "delay_after", delay_s=1.0)
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.SUBMITTING)
    os.kill(own.pid, signal.SIGKILL)
    return made


async def test_a_call_that_was_answered_while_the_database_was_away_is_in_the_ledger(
    own_server: EmbeddedServer, video: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_service(own_server.app_url, tmp_path) as service:
        made = await asked_while_it_dies(service, own_server, video)
        async with asyncio.timeout(PATIENCE_S):
            while f"the ledger of {made.publication_id}" not in caplog.text:
                await asyncio.sleep(0.02)
        await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
        await service.until(made.publication_id, State.PUBLISHED)
        seen = [entry["log_id"] for entry in await service.control.requests("video.init")]
        async with service.database.transaction() as session:
            kept = await session.scalars(_INITS, {"id": made.publication_id})
        assert sorted(kept) == sorted(seen)
        assert len(seen) == 2  # the first one's id could not be stored


async def test_what_could_not_be_kept_of_a_call_is_said_in_the_log(
    own_server: EmbeddedServer,
    video: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turn, "_KEPT_FOR_S", 0.2)
    async with running_service(own_server.app_url, tmp_path) as service:
        made = await asked_while_it_dies(service, own_server, video)
        lost = f"the ledger of {made.publication_id}: given up"
        async with asyncio.timeout(PATIENCE_S):
            while lost not in caplog.text:
                await asyncio.sleep(0.02)
        await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
    assert "lanes are looked at every" in caplog.text


async def test_a_worker_whose_database_dies_while_it_renews_tokens_waits_for_it(
    own_server: EmbeddedServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_service(own_server.app_url, tmp_path) as service:
        for creator in ("demo", "private.pia"):
            await service.connect(creator)
        await service.advance(hours=23)
        address = own_server.owner_url.replace("+psycopg", "", 1)
        async with asyncio.timeout(PATIENCE_S):
            with closing(psycopg.connect(address, autocommit=True)) as held:
                held.execute("BEGIN")
                # Accounts are claimed without it; their networks are not found.
                held.execute("LOCK TABLE platform_apps IN ACCESS EXCLUSIVE MODE")
                worker = service.start_worker()
                while await held_up(service) < 2:
                    await asyncio.sleep(0.02)
                own = await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
                os.kill(own.pid, signal.SIGKILL)
            while "refreshing tokens: The database cannot be reached." not in caplog.text:
                assert not worker.done()
                await asyncio.sleep(0.02)
            await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
            await service.advance(hours=1)  # those who had claimed them are gone
            while not await are_renewed(service):
                assert not worker.done()
                await asyncio.sleep(0.02)


async def held_up(service: Service) -> int:
    async with service.database.transaction() as session:
        return (await session.scalars(_HELD_UP)).one()


async def are_renewed(service: Service) -> bool:
    async with service.database.transaction() as session:
        return bool(await session.scalar(text("SELECT bool_and(version > 1) FROM credentials")))


async def test_a_worker_that_starts_while_the_database_is_away_waits_for_it(
    own_server: EmbeddedServer, tmp_path: Path
) -> None:
    await asyncio.to_thread(embedded.stop, own_server.data_dir, mode="immediate")
    worker = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("postwright"),
        "worker",
        env={
            **os.environ,  # noqa: TID251  # what any child gets
            "POSTWRIGHT_DATABASE_URL": own_server.app_url,
            "POSTWRIGHT_DATA_DIR": str(tmp_path / "data"),
            "POSTWRIGHT_KEY_FILE": str(tmp_path / "key"),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert worker.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            said = (await worker.stderr.readline()).decode()
            assert "The database cannot be reached." in said
            assert "Trying again in 1 s." in said
            await asyncio.to_thread(embedded.ensure_running, own_server.data_dir)
            assert b"is running" in await worker.stdout.readline()
            worker.terminate()
            assert await worker.wait() == 0
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.communicate()
