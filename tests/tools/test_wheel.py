"""The client's wheel on its own: what is in it, what comes with it, and that it posts."""

import json
import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from demo.video import make_video
from tests.contract.test_client_pages import granted
from tiktok_emulator import running
from tools import setup

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "packages" / "tiktok-client"
PYRIGHT = Path(sys.executable).parent / "pyright"
# httpx2 brings httpcore2 and idna; these in turn bring the rest.
WITH_IT = {"anyio", "httpx2"}
FIVE_LINES = """
import sys; from tiktok_client import Endpoints, PrivacyLevel, TikTok, VideoPost
with TikTok(token=sys.argv[1], endpoints=Endpoints.at(sys.argv[2])) as tiktok:
    video = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY, title="From a wheel")
    result = tiktok.posting.post_video("clip.mp4", video)
    print(result.status.state)
"""

pytestmark = pytest.mark.slow


def uv(*arguments: str | Path) -> str:
    """Run uv as `make setup` does; from its cache if that has everything, else over the network.

    Set-up has fetched all that is needed here, so a machine without a network will do.
    """
    environment = {**os.environ, **setup.told_to_uv()}  # noqa: TID251  # for the child only
    command = [str(part) for part in (setup.find_uv(), *arguments)]
    for where in ("--offline", "--no-progress"):
        done = subprocess.run(
            [*command, where],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return done.stdout
    pytest.fail(
        f"'uv {arguments[0]}' found what it needs neither in its cache nor in the package index "
        f"that pip is set up for. Is there a network? `make setup` fills the cache.\n{done.stderr}"
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, built as for a release."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--quiet", "--out-dir", folder, PACKAGE)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that was empty but for the wheel."""
    folder = tmp_path_factory.mktemp("alone")
    uv("venv", "--quiet", "--python", sys.executable, folder)
    python = folder / "bin" / "python"
    uv("pip", "install", "--quiet", "--python", python, wheel)
    return python


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith("/METADATA"))
        facts = message_from_bytes(archive.read(metadata))
    assert "tiktok_client/py.typed" in names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"tiktok_client"}
    assert not [name for name in names if "test" in name or name.endswith(".pyc")]
    needs = facts.get_all("Requires-Dist") or []
    assert {need.partition(">")[0].strip() for need in needs} == WITH_IT
    assert facts["Requires-Python"] == ">=3.11"


def test_only_httpx2_and_what_that_needs_come_with_it(alone: Path) -> None:
    listed = json.loads(uv("pip", "list", "--python", alone, "--format", "json"))
    installed = {each["name"] for each in listed}
    program = (
        "from importlib.metadata import requires; import sys, re\n"
        "seen, waiting = set(), ['httpx2']\n"
        "while waiting:\n"
        "    name = waiting.pop()\n"
        "    seen.add(name)\n"
        "    needs = [n for n in requires(name) or [] if 'extra ==' not in n]\n"
        "    names = {re.match(r'[\\w.-]+', n)[0].lower() for n in needs}\n"
        "    waiting += [n for n in names & set(sys.argv[1:]) if n not in seen]\n"
        "print(*seen)\n"
    )
    command = [alone, "-I", "-c", program, *installed]
    brought = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert installed == {"tiktok-client", *brought}
    assert installed >= WITH_IT


def test_it_posts_to_the_emulator_in_five_lines(alone: Path, tmp_path: Path) -> None:
    assert len(FIVE_LINES.strip().splitlines()) == 5
    make_video(tmp_path / "clip.mp4", width=360, height=640, fps=30, duration_s=1)
    with running() as emulator:
        emulator.consent("demo-desktop-key", "demo")
        token = granted(emulator).access_token
        done = subprocess.run(
            [alone, "-I", "-W", "error", "-c", FIVE_LINES, token, emulator.base_url],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout.strip(), done.stderr) == ("PUBLISH_COMPLETE", "")
        assert [post["title"] for post in emulator.posts()] == ["From a wheel"]


def test_an_outsiders_program_is_clean_under_strict_pyright(alone: Path, tmp_path: Path) -> None:
    program = PACKAGE / "tests" / "typing" / "program.py"
    (tmp_path / "program.py").write_bytes(program.read_bytes())
    rules = {"typeCheckingMode": "strict", "include": ["program.py"]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(rules))
    command = [PYRIGHT, "--project", tmp_path, "--pythonpath", alone]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_public_type_is_known_without_a_guess(alone: Path, tmp_path: Path) -> None:
    # This mode of pyright takes the Python that is on PATH.
    path = f"{alone.parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251  # for the child only
    environment = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(alone.parent.parent)}  # noqa: TID251  # as above
    done = subprocess.run(
        [PYRIGHT, "--verifytypes", "tiktok_client", "--ignoreexternal", "--outputjson"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)["typeCompleteness"]
    exported = [each for each in told["symbols"] if each["isExported"]]
    assert len(exported) > 500
    assert [
        each["name"] for each in exported if each["isTypeAmbiguous"] or not each["isTypeKnown"]
    ] == []
    assert told["completenessScore"] == 1
