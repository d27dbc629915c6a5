"""The command, as a process of its own."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.factories.interrupts import interruptible

pytestmark = pytest.mark.slow


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tiktok_emulator", "serve", *arguments]


@contextmanager
def _serving(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    with interruptible():
        process = subprocess.Popen(  # our own program
            _command("--port", "0", *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert process.stdout
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()  # killed, it would leave its spool behind
        process.communicate(timeout=20)


def _refused(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # our own program
        _command(*arguments), capture_output=True, text=True, check=False, timeout=20
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_serves_and_ends_cleanly(
    number: signal.Signals, tmp_path: Path
) -> None:
    with _serving("--demo", "--spool", str(tmp_path)) as (process, line):
        assert line.startswith("tiktok-emulator ready at http://127.0.0.1:")
        url = line.rpartition(" ")[2]
        assert "@demo" in httpx2.get(url, verify=False).text
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")
        assert list(tmp_path.iterdir()) == []


def test_it_ends_at_once_in_the_middle_of_slow_uploads_and_long_delays() -> None:
    with _serving("--demo", "--intake-bytes-per-second", "1000") as (process, line):
        url = httpx2.URL(line.rpartition(" ")[2])
        order = {"operation": "status", "kind": "delay_before", "delay_s": 600}
        httpx2.post(url.join("/_control/faults"), json=order, verify=False)
        slow = f"POST /v2/post/publish/status/fetch/ HTTP/1.1\r\nHost: {url.host}\r\n\r\n"
        with socket.create_connection((url.host, url.port or 0)) as connection:
            connection.sendall(slow.encode())
            _wait_until_taken(url)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=2)
        assert (process.returncode, out, err) == (0, "", "")


def test_an_end_in_the_middle_of_a_body_is_a_broken_connection() -> None:
    with _serving("--demo") as (process, line):
        url = httpx2.URL(line.rpartition(" ")[2])
        with socket.create_connection((url.host, url.port or 0)) as connection:
            head = "PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue"
            connection.sendall(f"{head}\r\n\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100")  # it waits for the body now
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=2)
            assert connection.recv(100) == b""
        assert (process.returncode, out, err) == (0, "", "")


def _wait_until_taken(url: httpx2.URL) -> None:
    """Return when the ordered fault was used up, so that somebody is waiting."""
    while httpx2.get(url.join("/_control/faults"), verify=False).json()["faults"]:
        pass


def test_a_taken_port_is_a_message_and_status_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _refused("--port", str(port))
    assert done.returncode == 2
    assert done.stderr == (
        f"tiktok-emulator: port {port} on 127.0.0.1 is taken; stop what runs there or choose "
        "--port 0\n"
    )
    assert done.stdout == ""


def test_a_seed_file_is_there_from_the_start_and_json_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text(json.dumps({"creators": [{"username": "zoe", "private": True}]}))
    with _serving("--seed-file", str(file), "--json") as (_, line):
        ready = json.loads(line)
        state = httpx2.get(ready["base_url"] + "/_control/state", verify=False).json()
        assert [creator["username"] for creator in state["creators"]] == ["zoe"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot read"),
        ("{", "Expecting"),
        ('{"creators": [{"username": "zoe", "age": 3}]}', "creators.0.age"),
        ('{"apps": [{"client_key": "k"}]}', "client_secret"),
    ],
)
def test_a_bad_seed_file_is_a_message_and_status_2(
    tmp_path: Path, text: str | None, words: str
) -> None:
    file = tmp_path / "seed.json"
    if text is not None:
        file.write_text(text)
    done = _refused("--port", "0", "--seed-file", str(file))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_spool_that_is_a_file_is_a_message_and_status_2(tmp_path: Path) -> None:
    file = tmp_path / "spool"
    file.touch()
    done = _refused("--port", "0", "--spool", str(file / "below"))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_empty_host_is_refused_and_does_not_mean_every_address() -> None:
    done = _refused("--port", "0", "--host", "")
    assert (done.returncode, done.stdout) == (2, "")
    assert "host to listen on is empty" in done.stderr


def test_whoever_lets_other_machines_in_is_told_what_that_means() -> None:
    with _serving("--host", "0.0.0.0") as (process, line):  # noqa: S104  # that is the test
        assert line.startswith("tiktok-emulator ready at http://0.0.0.0:")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
    assert "it has no passwords" in err


def test_an_interrupt_before_it_is_ready_is_no_traceback() -> None:
    code = (
        "import os, signal, sys; from tiktok_emulator.cli import main\n"
        "class Asked:\n"
        "  def find_spec(self, name, *rest):\n"
        "    if name == 'tiktok_emulator.serving': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Asked()); main(['serve', '--port', '0'])"
    )
    with interruptible():
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=20
        )
    assert done.returncode == 1
    assert done.stderr.strip() == "Aborted!"


def test_with_tls_it_prints_how_to_get_there_and_keeps_its_authority(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    ports = ("--tls-port", "0", "--proxy-port", "0")
    authorities: list[bytes] = []
    for _ in range(2):
        with _serving("--tls", "--tls-folder", str(folder), *ports, "--json") as (_, line):
            environment = json.loads(line)["environment"]
            assert environment["HTTPS_PROXY"].startswith("http://127.0.0.1:")
            authorities.append(Path(environment["NODE_EXTRA_CA_CERTS"]).read_bytes())
    assert authorities[0] == authorities[1]


def test_a_scenario_can_be_played_from_the_start() -> None:
    with _serving("--scenario", "outage") as (_, line):
        url = line.rpartition(" ")[2]
        answer = httpx2.post(f"{url}/v2/post/publish/status/fetch/", verify=False)
        assert answer.status_code == 503
    assert "no scenario 'storm'" in _refused("--port", "0", "--scenario", "storm").stderr


def test_the_log_can_be_followed_until_interrupted() -> None:
    with _serving() as (_, line):
        url = line.rpartition(" ")[2]
        command = [sys.executable, "-m", "tiktok_emulator", "log", "--follow", "--url", url]
        with interruptible():
            following = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        with following:
            assert following.stdout
            httpx2.post(f"{url}/v2/post/publish/status/fetch/", verify=False)
            assert "401 status access_token_invalid" in following.stdout.readline()
            following.send_signal(signal.SIGINT)
            assert following.wait(timeout=10) == 0
