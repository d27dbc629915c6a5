"""The forecast says what will really happen: also to accounts that nothing goes out of."""

from pathlib import Path

import pytest

from postwright.connections import standing
from postwright.connections.models import ConnectionState
from postwright.db import guard
from postwright.publishing.forecast import Forecast
from postwright.publishing.outlook import outlook
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def look(service: Service) -> list[Forecast]:
    async with service.database.transaction() as session:
        seen = await outlook(session, service.workspace_id, service.accounts.networks.of_app)
        return [one.forecast for one in seen.expected]


async def test_what_waits_for_an_account_that_cannot_be_used_has_no_time(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.publish(account, video)
    assert (await look(service))[0].starts_at is not None
    async with service.database.transaction() as session:
        await standing.change(session, account.id, ConnectionState.EXPIRED)
    (told,) = await look(service)
    assert (told.starts_at, told.reason) == (None, "reconnect")
    assert "its posts wait" in told.says


async def test_nothing_has_a_time_while_this_may_be_a_copy(service: Service, video: Path) -> None:
    account = await service.connect()
    await service.publish(account, video)
    async with service.database.transaction() as session:
        await guard.look(session, guard.place_of(service.settings))
        await guard.say(session, "a person says so")
    (told,) = await look(service)
    assert (told.starts_at, told.reason, told.says) == (None, "copy_in_doubt", "a person says so")
