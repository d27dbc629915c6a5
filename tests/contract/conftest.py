"""Client x emulator x spec: everything here goes over a real socket."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import httpx2
import pytest

from demo.video import make_video
from tests.contract.desk import DESKTOP, LOOPBACK, SITE, UNAUDITED, WEB, Desk
from tiktok_client import AsyncTransport, CallRecord
from tiktok_emulator import AppSeed, CreatorSeed, Emulator, Seed
from tools.coverage import Row, load_rows

WORLD = Seed(
    apps=[
        AppSeed(
            client_key=DESKTOP.client_key,
            client_secret=DESKTOP.client_secret,
            kind="desktop",
            redirect_uris=[LOOPBACK],
            audited=True,
        ),
        AppSeed(
            client_key=UNAUDITED.client_key,
            client_secret=UNAUDITED.client_secret,
            kind="desktop",
            redirect_uris=[LOOPBACK],
            audited=False,
        ),
        AppSeed(
            client_key=WEB.client_key,
            client_secret=WEB.client_secret,
            kind="web",
            redirect_uris=[SITE],
            audited=True,
        ),
    ],
    creators=[
        CreatorSeed(username="maya", nickname="Maya M."),
        CreatorSeed(username="pia", nickname="Pia P.", private=True),
    ],
)


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
        httpx2.AsyncClient(base_url=emulator.base_url, timeout=30) as http,
    ):
        yield Desk(emulator.base_url, http, transport, calls)


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
