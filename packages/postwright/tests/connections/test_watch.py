"""People hear that a consent ends in 30, 7 and 1 days: of each once."""

import pytest
from sqlalchemy import text

from postwright.connections.watch import warn_of_ends
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def told_when_left(service: Service, days: float) -> list[int]:
    """What is told, in two looks, once so many days are left."""
    async with service.database.transaction() as session:
        await session.execute(
            text(
                "UPDATE app_clock SET ahead = ahead + (SELECT refresh_expires_at FROM credentials)"
                " - app_now() - make_interval(secs => :left_s)"
            ),
            {"left_s": days * 86400},
        )
    for _ in range(2):
        async with service.database.transaction() as session:
            await warn_of_ends(session)
    async with service.database.transaction() as session:
        found = await session.scalars(
            text("DELETE FROM alerts WHERE kind = 'connection.consent_ends' RETURNING body")
        )
        return [body["days_left"] for body in found]


async def test_each_stage_is_told_once(service: Service) -> None:
    await service.connect()
    heard = {days: await told_when_left(service, days) for days in (31, 29.9, 20, 6.9, 2, 0.9, 0.1)}
    assert heard == {31: [], 29.9: [30], 20: [], 6.9: [7], 2: [], 0.9: [1], 0.1: []}


async def test_after_a_long_pause_only_the_last_stage_is_told(service: Service) -> None:
    await service.connect()
    assert await told_when_left(service, 0.5) == [1]


async def test_an_end_that_moves_a_little_is_not_told_again(service: Service) -> None:
    await service.connect()
    assert await told_when_left(service, 29.99) == [30]
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE credentials SET refresh_expires_at = refresh_expires_at + interval '1 h'")
        )
    assert await told_when_left(service, 29.99) == []


async def test_a_new_consent_begins_anew(service: Service) -> None:
    await service.connect()
    assert await told_when_left(service, 29.9) == [30]
    await service.connect()
    assert await told_when_left(service, 29.9) == [30]


async def test_what_was_said_names_the_account_and_the_step(service: Service) -> None:
    await service.connect()
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE credentials SET refresh_expires_at = app_now()"))
        assert await warn_of_ends(session) == 1
        body = await session.scalar(text("SELECT body FROM alerts"))
    assert body["says"] == (
        "@demo: Its consent ends in a day. Connect it again soon: "
        "postwright accounts reconnect @demo"
    )
