"""A service with a web process, and a command line that knows only its address and a key."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
