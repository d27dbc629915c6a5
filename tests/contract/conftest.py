"""Client x emulator x spec: everything here goes over a real socket.

With `--live` the tests marked `live` go to the real TikTok instead, see
docs/howto/test-against-the-real-tiktok.md; pytest knows the option when it is given a path in here.
"""

from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from demo.video import make_video
from tests.contract import live_run
from tests.contract.desk import ALL_SCOPES, DESKTOP, LOOPBACK, SITE, UNAUDITED, WEB, Desk
from tests.contract.live import Account, TokenFile
from tests.contract.shelf import photo, shelf
from tiktok_client import AsyncTransport, CallRecord
from tiktok_emulator import AppSeed, CreatorSeed, Emulator, RateLimits, Seed
from tools.coverage import Row, load_rows

WORLD = Seed(
    apps=[
        AppSeed(
            client_key=DESKTOP.client_key,
            client_secret=DESKTOP.client_secret,
            kind="desktop",
            redirect_uris=[LOOPBACK],
            audited=True,
            scopes=[*ALL_SCOPES],
        ),
        AppSeed(
            client_key=UNAUDITED.client_key,
            client_secret=UNAUDITED.client_secret,
            kind="desktop",
            redirect_uris=[LOOPBACK],
            audited=False,
            scopes=[*ALL_SCOPES],
        ),
        AppSeed(
            client_key=WEB.client_key,
            client_secret=WEB.client_secret,
            kind="web",
            redirect_uris=[SITE],
            audited=True,
            scopes=[*ALL_SCOPES],
        ),
    ],
    creators=[
        CreatorSeed(username="maya", nickname="Maya M."),
        CreatorSeed(username="pia", nickname="Pia P.", private=True),
    ],
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --live."""
    live_run.add_option(parser)


@pytest.hookimpl(tryfirst=True)  # before the plugin that closes the network reads its options
def pytest_configure(config: pytest.Config) -> None:
    """With --live read the keys, or end at once."""
    live_run.configure(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --live keep what is marked so."""
    live_run.choose(config, items)


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncGenerator[Emulator]:
    """A TikTok of one's own, with three apps, a public creator (maya) and a private one (pia)."""
    async with Emulator.serve(port=0, base=WORLD, spool=tmp_path / "spool", seed=7) as running:
        yield running


@pytest.fixture
async def desk(emulator: Emulator) -> AsyncGenerator[Desk]:
    """The client and raw requests, both at the emulator."""
    calls: list[CallRecord] = []
    async with (
        AsyncTransport(on_call=calls.append) as transport,
        httpx2.AsyncClient(base_url=emulator.base_url, timeout=30, verify=False) as http,
    ):
        yield Desk(emulator.base_url, http, transport, calls)


@pytest.fixture
async def account(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Account]:
    """A private creator who has connected an unaudited app; with --live the one of the keys."""
    if live_run.is_live(request.config):
        async with live_run.real_account(request.config) as real:
            yield real
        return
    async with (
        Emulator.serve(port=0, base=WORLD, spool=tmp_path / "spool", seed=7) as running,
        AsyncTransport() as transport,
        httpx2.AsyncClient(base_url=running.base_url, timeout=30, verify=False) as http,
        shelf() as media,
    ):
        desk = Desk(running.base_url, http, transport, [])
        await desk.settings(rate_limits={**NO_LIMITS, "window_s": 60})
        facts = {"allow_localhost_urls": True}
        await desk.control("PATCH", f"apps/{UNAUDITED.client_key}", facts)
        grant = await desk.grant("pia", UNAUDITED, ALL_SCOPES)
        tokens = TokenFile(tmp_path / "tokens.json", grant.refresh_token)
        tokens.take(grant, datetime.now(UTC))
        yield Account(
            endpoints=desk.endpoints,
            http=http,
            transport=transport,
            app=UNAUDITED,
            access_token=grant.access_token,
            tokens=tokens,
            photo_url=media.put("/one.jpg", photo()),
        )


NO_LIMITS = dict.fromkeys(RateLimits.model_fields, 100_000)


@pytest.fixture(scope="session")
def rows() -> Mapping[str, Row]:
    """Every row of spec/tiktok/."""
    return load_rows()


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small MP4 that TikTok takes."""
    path = tmp_path_factory.mktemp("video") / "small.mp4"
    make_video(path, width=360, height=640, fps=30, duration_s=1)
    return path.read_bytes()
