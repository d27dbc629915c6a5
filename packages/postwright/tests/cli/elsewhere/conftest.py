"""A service with a web process, and a command line that knows only its address and a key."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.db.database import Database
from postwright.workspaces.api_keys import create_key
from postwright.workspaces.models import Scope
from tests.factories.afar import Afar
from tests.factories.commandline import Commandline

MakeKey = Callable[..., str]


@pytest.fixture
def make_key(connected: Commandline) -> MakeKey:
    """Makes an API key on the service's machine; its text."""

    def make(scope: str = "admin", *more: object) -> str:
        ran = connected("api-keys", "create", "--name", "test", "--scope", scope, *more)
        assert ran.code == 0, ran
        return ran.out.strip()

    return make


@pytest.fixture
def afar(connected: Commandline, make_key: MakeKey, folder: Path) -> Afar:
    """A command line elsewhere; @demo is connected at the service."""
    url = connected.serve()
    return Afar(connected, url, make_key(), folder / "afar")


@pytest.fixture
def unserved(alone: Commandline, folder: Path) -> Afar:
    """A command line elsewhere, for what is decided before any service is asked."""
    return Afar(alone, "http://127.0.0.1:9", "pw_nobodys", folder / "afar")


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
