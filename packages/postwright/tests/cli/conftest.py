"""Commands over a real database and a real emulator."""

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from demo.video import make_video
from postwright.db import embedded
from tests.factories.afar import Afar, MakeKey
from tests.factories.commandline import APP, Commandline, clean_environ, running_emulator, stop_all


@pytest.fixture(scope="session")
def emulator() -> Generator[str]:
    """One emulator for all tests; each finds it empty."""
    with running_emulator() as address:
        yield address


@pytest.fixture
def folder() -> Generator[Path]:
    """A folder with a short path: a database's socket may be in it."""
    with tempfile.TemporaryDirectory(prefix="pw-cli-") as name:
        yield Path(name)


@pytest.fixture
def alone(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Generator[Commandline]:
    """The command with settings of its own: no database given, and no TikTok."""
    environ = clean_environ(
        POSTWRIGHT_DATA_DIR=folder / "data",
        POSTWRIGHT_KEY_FILE=folder / "key",
        POSTWRIGHT_MEDIA__RESERVE_BYTES=0,
    )
    monkeypatch.setattr("os.environ", environ)
    tested = Commandline(capsys, environ, folder / "data")
    yield tested
    stop_all(tested.processes)
    embedded.stop(folder / "data" / "postgres", mode="immediate")


@pytest.fixture
def postwright(alone: Commandline, database_url: str, emulator: str) -> Commandline:
    """The command with a database and an emulator."""
    alone.emulator = emulator
    alone.control("reset", {})
    alone.control("faults", method="DELETE")
    alone.environ |= {
        "POSTWRIGHT_DATABASE_URL": database_url,
        "POSTWRIGHT_TIKTOK__BASE_URL": emulator,
        "POSTWRIGHT_TIKTOK__CLIENT_KEY": APP[0],
        "POSTWRIGHT_TIKTOK__CLIENT_SECRET": APP[1],
    }
    return alone


@pytest.fixture
def connected(postwright: Commandline) -> Commandline:
    """The same, with @demo connected."""
    postwright.connect()
    return postwright


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Videos that no post can be made of, by what is wrong with them."""
    folder = tmp_path_factory.mktemp("clips")
    make_video(folder / "short.mp4", width=540, height=960, duration_s=2)
    make_video(folder / "fast.mp4", width=540, height=960, duration_s=4, fps=200)
    make_video(folder / "tiny.mp4", width=300, height=400, duration_s=4)
    (folder / "text.mp4").write_text("This is no video.")
    return folder


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


@pytest.fixture(params=["here", "afar"])
def asked(request: pytest.FixtureRequest, connected: Commandline) -> Commandline | Afar:
    """A command line at the service's machine, and one elsewhere: what holds for both."""
    return connected if request.param == "here" else request.getfixturevalue("afar")
