"""The commands that speak to a running emulator, and the documents it publishes."""

import json
import socket
import threading
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner, Result

from tiktok_emulator import Running
from tiktok_emulator.cli import main
from tiktok_emulator.operations import ENDPOINTS
from tiktok_emulator.scenarios import SCENARIOS


def _run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=given)


def test_the_log_says_why_which_rule_and_where_it_is_from(tiktok: Running) -> None:
    with httpx2.Client(base_url=tiktok.base_url, verify=False) as http:
        http.post("/v2/post/publish/status/fetch/")
    out = _run("log", "--url", tiktok.base_url).output
    assert " 401 status access_token_invalid" in out
    for word in ("why:", "rule:   error.access_token_invalid", "source: "):
        assert word in out
    lines = _run("log", "--url", tiktok.base_url, "--json").output.splitlines()
    assert json.loads(lines[0])["operation"] == "status"


def test_a_running_emulator_can_be_seeded_from_a_file_or_stdin(
    tiktok: Running, tmp_path: Path
) -> None:
    file = tmp_path / "seed.json"
    file.write_text('{"creators": [{"username": "zoe"}]}')
    assert "zoe" in _run("seed", "--url", tiktok.base_url, str(file)).output
    second = _run("seed", "--url", tiktok.base_url, "-", given='{"creators":[{"username":"yan"}]}')
    assert "zoe, yan" in second.output
    bad = _run("seed", "--url", tiktok.base_url, "-", given='{"creators": [{"age": 3}]}')
    assert bad.exit_code == 2
    assert "creators.0" in bad.stderr


def test_scenarios_are_listed_shown_and_set(tiktok: Running) -> None:
    listed = _run("scenario", "list").output
    assert all(f"{name} " in listed for name in SCENARIOS)
    assert "A good client:" in _run("scenario", "show", "outage").output
    assert _run("scenario", "set", "--url", tiktok.base_url, "outage").exit_code == 0
    with httpx2.Client(base_url=tiktok.base_url, verify=False) as http:
        assert http.post("/v2/post/publish/status/fetch/").status_code == 503
    unknown = _run("scenario", "set", "--url", tiktok.base_url, "storm")
    assert (unknown.exit_code, "flaky" in unknown.stderr) == (2, True)


@pytest.mark.parametrize(
    "arguments", [("log",), ("seed", "-"), ("scenario", "set", "calm")], ids=lambda each: each[0]
)
def test_where_nothing_answers_is_said_in_a_line(arguments: tuple[str, ...]) -> None:
    done = _run(*arguments, "--url", "http://127.0.0.1:9", given="{}")
    assert done.exit_code == 2
    assert "nothing answers" in done.stderr


def test_the_emulated_surface_is_published_as_openapi(tiktok: Running) -> None:
    with httpx2.Client(base_url=tiktok.base_url, verify=False) as http:
        document = http.get("/_control/tiktok-openapi.json").json()
        control = http.get("/_control/openapi.json").json()
        index = http.get("/_control/").json()["endpoints"]
    assert document["openapi"] == control["openapi"] == "3.1.0"
    assert set(document["paths"]) == {endpoint.path for endpoint in ENDPOINTS}
    asked = sum(len(methods) for methods in control["paths"].values())
    assert asked == len(index)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("localhost", "is no address"),
        ("http://127.0.0.1:x", "is no address"),
        ("http://[::1", "is no address"),
        ("http://no-such-host.invalid", "tiktok-emulator: "),
    ],
)
def test_an_address_that_leads_nowhere_is_a_message_and_status_2(url: str, words: str) -> None:
    done = _run("log", "--url", url)
    assert done.exit_code == 2
    assert words in done.output
    assert "spool" not in done.output


@pytest.mark.parametrize("answer", [b"hello\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n<html>"])
def test_what_is_no_emulator_is_a_message_and_status_2(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer_once() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        answering = threading.Thread(target=answer_once)
        answering.start()
        done = _run("log", "--url", f"http://127.0.0.1:{port}")
        answering.join()
    assert done.exit_code == 2
    assert "is no emulator" in done.output
