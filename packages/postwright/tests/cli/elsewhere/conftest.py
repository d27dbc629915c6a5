"""What strangers have who come to the same service."""

import asyncio

import pytest
from sqlalchemy import text

from postwright.db.database import Database
from postwright.workspaces.api_keys import create_key
from postwright.workspaces.models import Scope
from tests.factories.commandline import Commandline


@pytest.fixture
def strangers_key(connected: Commandline, database_url: str) -> str:
    """A key of another workspace of the same installation, which may do everything there."""
    assert connected("accounts").code == 0

    async def make() -> str:
        database = Database(database_url)
        async with database.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO workspaces (id, name, created_at)"
                    " VALUES ('ws_stranger', 'x', app_now())"
                )
            )
            made = await create_key(
                session,
                "ws_stranger",
                name="x",
                scope=Scope.ADMIN,
                profile_ids=None,
                days=None,
                actor="test",
            )
        await database.close()
        return made.text

    return asyncio.run(make())
