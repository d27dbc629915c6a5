"""The ledger has each call once, also when nobody knows whether it was written already."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from postwright.connections import ledger
from postwright.connections.ledger import OnBehalf
from postwright.kit.ids import new_key
from postwright.platforms.base import CallFacts
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
CALL = CallFacts(new_key(), "status", AT, 20, 200, "ok", "L1", "")


async def write(service: Service, *calls: CallFacts) -> None:
    """As a worker does whose first try was committed, and who was not told so."""
    for _ in range(2):
        async with service.database.transaction() as session:
            await ledger.write(session, OnBehalf(service.workspace_id), list(calls))


async def log_ids(service: Service) -> list[str]:
    async with service.database.transaction() as session:
        return list(await session.scalars(text("SELECT log_id FROM calls ORDER BY id")))


async def test_a_call_that_is_written_once_more_is_in_the_ledger_once(service: Service) -> None:
    await write(service, CALL, replace(CALL, key=new_key(), log_id="L2"))
    assert await log_ids(service) == ["L1", "L2"]


async def test_two_calls_without_an_answer_are_two_though_they_look_alike(
    service: Service,
) -> None:
    lost = replace(CALL, http_status=None, log_id="")
    await write(service, replace(lost, key=new_key()), replace(lost, key=new_key()))
    assert await log_ids(service) == ["", ""]
