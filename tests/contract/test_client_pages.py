"""The client's pages are run as they stand: every block, in order, against an emulator."""

import builtins
import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

import tiktok_client
from tests.contract.shelf import photo
from tiktok_client import AppKeys, Endpoints, Scope, TikTok, TokenGrant, webhooks
from tiktok_emulator import Running, running

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "packages" / "tiktok-client" / "README.md"
PAGES = sorted((ROOT / "docs" / "client").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What pages call the emulator, and what stands for it here.
PRINTED = "http://127.0.0.1:8700"
APP = AppKeys("demo-desktop-key", "demo-desktop-secret")
BACK_TO = "http://127.0.0.1:5000/callback/"


@pytest.fixture
def emulator() -> Iterator[Running]:
    """The emulator as `serve --demo` starts it; @demo says yes to whatever is asked."""
    with running() as emulator:
        emulator.consent(APP.client_key, "demo")
        yield emulator


def browse(prompt: str) -> str:
    """Open the address in a prompt as a browser would; return where it leads."""
    address = re.search(r"http://\S+", prompt)
    assert address is not None, prompt
    return httpx2.get(address[0]).headers["location"]


def granted(emulator: Running) -> TokenGrant:
    """What the quickstart ends with, for every scope there is."""
    with TikTok(app=APP, endpoints=Endpoints.at(emulator.base_url)) as tiktok:
        asked = tiktok.oauth.authorize(redirect_uri=BACK_TO, scopes=Scope, kind="desktop")
        callback = tiktok.oauth.read_callback(browse(asked.url), expected_state=asked.state)
        return tiktok.oauth.exchange(
            code=callback.code, redirect_uri=BACK_TO, code_verifier=asked.code_verifier
        )


@contextlib.contextmanager
def media(emulator: Running) -> Generator[None]:
    """Let https://media.example.com be the app's own, with a photo at every path."""
    content = photo()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        owned = {"kind": "domain", "value": "example.com"}
        emulator.change_app(APP.client_key, properties=[owned])
        here = f"http://127.0.0.1:{server.server_port}"
        emulator.settings(pull_stand_ins={"media.example.com": here})
        yield
        server.shutdown()


def blocks(page: Path, emulator: Running) -> list[str]:
    """The Python of a page, pointed at this emulator."""
    code = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [block.replace(PRINTED, emulator.base_url) for block in code]


@pytest.fixture
def folder(video: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples are run: next to clip.mp4."""
    (tmp_path / "clip.mp4").write_bytes(video)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_of_a_page_runs(
    page: Path, emulator: Running, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.video("demo", title="Seen before", view_count=7)
    names: dict[str, Any] = {
        "here": Endpoints.at(emulator.base_url),
        "app": APP,
        "grant": granted(emulator),
        "input": browse,
        "__name__": page.stem,
        "__builtins__": builtins,
    }
    with media(emulator):
        for block in blocks(page, emulator):
            exec(compile(block, str(page), "exec"), names)  # noqa: S102  # our own page
    check_what_was_said(page.stem, capsys.readouterr().out, emulator)


def check_what_was_said(page: str, said: str, emulator: Running) -> None:
    """What the examples of a page print, and leave behind."""
    expected: dict[str, Callable[[], bool]] = {
        "README": lambda: True,
        "oauth": lambda: "Demo Creator" in said and "video.publish" in said,
        "posting": lambda: (
            # The upload by hand is asked about at once: it may be out already, or not yet.
            said.count("PUBLISH_COMPLETE") in {2, 3}
            and "SEND_TO_USER_INBOX" in said
            and {post["title"] for post in emulator.posts()} >= {"First light #fox", "Two foxes"}
        ),
        "display": lambda: "Seen before 7" in said and "demo" in said,
        "webhooks": lambda: "is gone: DISCONNECTED" in said,
        "errors-and-limits": lambda: "access_token_invalid" in said and "user_info 200 ok" in said,
    }
    assert expected[page](), said


@pytest.mark.slow
def test_the_quickstart_is_a_program_that_posts(emulator: Running, folder: Path) -> None:
    (folder / "quickstart.py").write_text("".join(blocks(README, emulator)), encoding="utf-8")
    command = [sys.executable, "-u", "-W", "error", "quickstart.py"]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        asked = program.stdout.readline()
        program.stdin.write(browse(asked) + "\n")
        program.stdin.flush()
        said, _ = program.communicate(timeout=60)
    assert program.returncode == 0
    assert said.count("PUBLISH_COMPLETE") >= 2
    assert [post["title"] for post in emulator.posts()] == ["Hello #fox", "Hello #fox"]


def test_the_quickstart_posts_in_five_lines() -> None:
    posting = BLOCK.findall(README.read_text(encoding="utf-8"))[1]
    assert len(posting.splitlines()) == 5


def test_every_public_name_is_on_the_page_of_names() -> None:
    page = (ROOT / "docs" / "reference" / "client.md").read_text(encoding="utf-8")
    told = {*re.findall(r"^### `(?:webhooks\.)?(\w+)`", page, re.MULTILINE)}
    told |= {*re.findall(r"^\| `(\w+)` \| `(?:Async|Token)", page, re.MULTILINE)}
    modules = {"webhooks", "limits"}
    assert {*tiktok_client.__all__} - modules - told == set()
    assert {*webhooks.__all__} - told == {"SIGNATURE_HEADER"} & ({*webhooks.__all__} - told)
    assert all(f"from tiktok_client import {module}" in page for module in modules)


def test_every_family_has_a_page_that_the_readme_names() -> None:
    readme = README.read_text(encoding="utf-8")
    assert [page.name for page in PAGES if page.name not in readme and page.stem != "README"] == []
