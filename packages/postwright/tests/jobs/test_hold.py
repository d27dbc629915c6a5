"""Work in a lane ends before the lease does."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import DataError

from postwright.db.embedded import EmbeddedServer
from postwright.jobs import lanes
from postwright.jobs.hold import hold
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

LEASE = timedelta(seconds=3)
_SHUT = "ALTER DATABASE postwright CONNECTION LIMIT 0"
_OPEN = "ALTER DATABASE postwright CONNECTION LIMIT -1"
_CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = current_user AND pid <> pg_backend_pid()
"""


async def for_ever() -> None:
    await asyncio.Event().wait()


async def claimed(service: Service) -> lanes.Claim:
    async with service.database.transaction() as session:
        await lanes.wake(session, service.workspace_id, "a", "start")
    async with service.database.transaction() as session:
        (claim,) = await lanes.claim(session, "start", most=1, lease=LEASE)
    return claim


async def test_a_renewal_that_fails_of_itself_is_no_lost_lane_but_a_fault(
    service: Service,
) -> None:
    claim = await claimed(service)
    with pytest.raises(DataError):  # no text of PostgreSQL's holds a NUL
        await hold(service.database, claim, lease=LEASE, holder="m\0e", work=for_ever)


async def test_work_is_stopped_before_a_lease_that_cannot_be_renewed_runs_out(
    service: Service, server: EmbeddedServer
) -> None:
    claim = await claimed(service)
    holding = asyncio.get_running_loop().create_task(
        hold(service.database, claim, lease=LEASE, holder="me", work=for_ever)
    )
    owner, app = (
        url.replace("postgresql+psycopg", "postgresql")
        for url in (server.owner_url, server.app_url)
    )
    async with (
        await psycopg.AsyncConnection.connect(owner, autocommit=True) as above,
        await psycopg.AsyncConnection.connect(app, autocommit=True) as connection,
    ):
        await above.execute(_SHUT)
        try:
            await connection.execute(_CUT)
            await holding
            rows = await connection.execute("SELECT lease_until > app_now() FROM lanes")
            assert await rows.fetchall() == [(True,)]
        finally:
            await above.execute(_OPEN)
