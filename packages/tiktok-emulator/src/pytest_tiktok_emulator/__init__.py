"""A TikTok for pytest: ask for the fixture `tiktok` and point your client at `tiktok.base_url`.

It costs nothing until a test asks for it: the emulator is imported and started then, once for
the session, and is as new for each test.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tiktok_emulator import Running, Seed


@pytest.fixture(scope="session")
def tiktok_base() -> "Seed":
    """Who is there at the start of each test; define your own of this name to change it."""
    from tiktok_emulator import DEMO  # noqa: PLC0415  # only for those who ask

    return DEMO


@pytest.fixture(scope="session")
def tiktok_server(
    tiktok_base: "Seed", tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Running]":
    """The emulator of this session, on a free port, in a thread of its own."""
    from tiktok_emulator import running  # noqa: PLC0415  # only for those who ask

    with running(base=tiktok_base, spool=tmp_path_factory.mktemp("tiktok"), seed=1) as tiktok:
        yield tiktok


@pytest.fixture
def tiktok(tiktok_server: "Running") -> "Running":
    """A TikTok that nobody has used: the same ids and tokens in each test, no faults, real time.

    `tiktok.base_url` is where it is; `tiktok.fail_next(...)`, `tiktok.advance(...)` and the other
    methods command it.
    """
    tiktok_server.reset(seed=1)
    return tiktok_server
