"""What `--live` does to a run of pytest: keys, an open network, a choice of tests, one account."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest

from tests.contract.live import (
    CALLS_PER_MINUTE,
    Account,
    LiveKeys,
    LiveRefused,
    TokenFile,
    read_keys,
)
from tiktok_client import AsyncSlotLimiter, AsyncTikTok, AsyncTransport

KEYS = pytest.StashKey[LiveKeys]()
LIMITER = pytest.StashKey[AsyncSlotLimiter | None]()
COSTS = ("inits", "posts", "drafts")
MARKER = (
    "live(inits=0, posts=0, drafts=0, needs=None): with --live it also runs against the real "
    "TikTok, at this cost"
)


def add_option(parser: pytest.Parser) -> None:
    """Add --live."""
    told = "run the tests marked live against the real TikTok: costs quota and posts to an account"
    parser.addoption("--live", action="store_true", help=told)


def configure(config: pytest.Config) -> None:
    """Name the marker; with --live read the keys and open the network.

    Raises pytest.UsageError when the keys will not do, or when tests would go side by side.
    """
    config.addinivalue_line("markers", MARKER)
    if not config.getoption("--live", default=False):
        return
    try:
        keys = read_keys(os.environ)  # noqa: TID251  # keys given to a test run, no setting of ours
    except LiveRefused as refused:
        raise pytest.UsageError(str(refused)) from None
    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("--live runs one test after the other: leave out -n")
    config.stash[KEYS] = keys
    # What stands in for TikTok is nobody else's, and needs no patience.
    real = AsyncSlotLimiter(slots=CALLS_PER_MINUTE) if keys.base_url is None else None
    config.stash[LIMITER] = real
    config.option.force_enable_socket = True


def is_live(config: pytest.Config) -> bool:
    """Whether tests go to the real TikTok."""
    return KEYS in config.stash


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --live keep the tests that are marked so and can run with these keys; tell the cost."""
    if not is_live(config):
        return
    lacking = {item: _lacks(config.stash[KEYS], item) for item in items}
    chosen = [item for item in items if lacking[item] == ""]
    config.hook.pytest_deselected(items=[item for item in items if lacking[item] != ""])
    items[:] = chosen
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    reporter.write_line(f"live: {len(chosen)} tests; {_cost(chosen)}")
    for item, what in lacking.items():
        if what:
            reporter.write_line(f"live: left out, for want of {what}: {item.name}")


def _lacks(keys: LiveKeys, item: pytest.Item) -> str | None:
    """What a test lacks to run: nothing (empty), a variable, or the mark itself (None)."""
    mark = item.get_closest_marker("live")
    if mark is None:
        return None
    return keys.lacks(mark.kwargs["needs"]) if mark.kwargs.get("needs") else ""


def _cost(items: list[pytest.Item]) -> str:
    marks = [mark for item in items if (mark := item.get_closest_marker("live"))]
    told = {kind: sum(mark.kwargs.get(kind, 0) for mark in marks) for kind in COSTS}
    return ", ".join(f"{count} {kind}" for kind, count in told.items())


@asynccontextmanager
async def real_account(config: pytest.Config) -> AsyncGenerator[Account]:
    """The account of the keys, with a token that lives long enough for a test."""
    keys = config.stash[KEYS]
    endpoints = keys.endpoints
    async with (
        AsyncTransport() as transport,
        httpx2.AsyncClient(base_url=endpoints.api, timeout=60) as http,
    ):
        tokens = None
        if keys.refresh_token and keys.token_file:
            tokens = TokenFile(keys.token_file, keys.refresh_token)
            anyone = AsyncTikTok(app=keys.app, endpoints=endpoints, transport=transport)
            access_token = await tokens.fresh(anyone)
        else:
            access_token = keys.access_token or ""
        yield Account(
            endpoints=endpoints,
            http=http,
            transport=transport,
            app=keys.app,
            access_token=access_token,
            tokens=tokens,
            photo_url=keys.photo_url,
            limiter=config.stash[LIMITER],
        )
