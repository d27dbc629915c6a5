"""The command `postwright` as tests give it, and the emulator that it then speaks to."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from postwright.cli import main
from postwright.cli.boundary import guarded
from tests.factories.interrupts import interruptible

READY_S = 60
SCREEN_LINES = 24
APP = ("demo-desktop-key", "demo-desktop-secret")

# A browser that fetches the address and nothing else.
BROWSER = f"{sys.executable} -c 'import sys,urllib.request as r;r.urlopen(sys.argv[1])' %s"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def json_lines(self) -> list[dict[str, Any]]:
        """All objects on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(slots=True)
class Commandline:
    """Runs commands: in this process, or in one of their own. Knows its emulator."""

    capture: pytest.CaptureFixture[str]
    environ: dict[str, str]
    data_dir: Path
    emulator: str = ""
    processes: list[subprocess.Popen[str]] = field(default_factory=list[subprocess.Popen[str]])

    def __call__(self, *words: object) -> Ran:
        """Run a command here."""
        self.capture.readouterr()
        with pytest.raises(SystemExit) as end:
            guarded(main, [str(word) for word in words])
        printed = self.capture.readouterr()
        assert isinstance(end.value.code, int)
        return Ran(end.value.code, printed.out, printed.err)

    def refused(self, code: int, *words: object) -> str:
        """Run a command that must fail, with one screen of words; these, on one line."""
        ran = self(*words)
        assert ran.code == code, ran
        assert "Traceback" not in ran.err
        assert len(ran.err.splitlines()) < SCREEN_LINES
        return " ".join(ran.err.split())

    def publish(self, file: Path, **options: object) -> tuple[object, ...]:
        """The words of a `publish` command; None leaves an option out, True is a flag."""
        given = {"account": "@demo", "privacy": "public", **options}
        words: list[object] = ["publish", file]
        for name, value in given.items():
            if value is not None:
                words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
        return tuple(words)

    def start(self, *words: object, until: str, say: bool = False) -> subprocess.Popen[str]:
        """Start a command in a process of its own, and wait for a line that has `until` in it.

        With `say` its standard input is a pipe.
        """
        with interruptible():
            process = subprocess.Popen(
                [sys.executable, "-m", "postwright.cli", *map(str, words)],
                stdin=subprocess.PIPE if say else None,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=self.environ,
                start_new_session=True,
            )
        self.processes.append(process)
        read_until(process, until)
        return process

    def serve(self) -> str:
        """Start `web` in a process of its own; where it answers."""
        self.environ["POSTWRIGHT_WEB__PORT"] = "0"
        with interruptible():
            process = subprocess.Popen(
                [sys.executable, "-m", "postwright.cli", "web", "--json"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=self.environ,
                start_new_session=True,
            )
        self.processes.append(process)
        return str(json.loads(read_until(process, "ready"))["address"])

    def stop(self, process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
        """Send it a signal and wait; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        process.communicate(timeout=READY_S)
        return process.returncode

    def until(self, post: str, state: str) -> dict[str, Any]:
        """Wait until a post is in this state; its status."""
        ends = time.monotonic() + READY_S
        while (seen := self("status", post, "--json").json)["state"] != state:
            assert time.monotonic() < ends, seen
            time.sleep(0.1)
        return seen

    def control(self, path: str, body: Any = None, *, method: str | None = None) -> Any:
        """One request to the emulator's control plane."""
        return ask(f"{self.emulator}/_control/{path}", body, method=method)

    def connect(self, username: str = "demo", *, purposes: Sequence[str] = ()) -> Ran:
        """Connect a creator through the whole consent, for some purposes or the usual ones."""
        consent = {"client_key": APP[0], "username": username, "decision": "accept", "count": 1}
        self.control("consent", consent)
        wishes = [word for purpose in purposes for word in ("--for", purpose)]
        ran = self("connect", "tiktok", "--timeout", READY_S, *wishes)
        assert ran.code == 0, ran
        return ran

    def nothing_was_stored(self) -> bool:
        """Whether no post and no file is there."""
        media = self.data_dir / "media"
        files = [path for path in media.rglob("*") if path.is_file()] if media.exists() else []
        return self("posts", "--json").json["posts"] == [] and files == []


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """The first line with `text` in it."""
    assert process.stdout is not None
    seen = list[str]()
    for line in process.stdout:
        seen.append(line)
        if text in line:
            return line
    raise AssertionError(f"it ended without {text!r}:\n{''.join(seen)}")


def ask(url: str, body: Any = None, *, method: str | None = None) -> Any:
    """One request with JSON, on this machine."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310  # our own address
    with urllib.request.urlopen(request, timeout=READY_S) as answer:  # noqa: S310  # as above
        return json.loads(answer.read() or b"null")


@contextmanager
def running_emulator() -> Generator[str]:
    """An emulator in a process of its own; its address."""
    words = (sys.executable, "-m", "tiktok_emulator", "serve", "--port", "0", "--demo")
    process: subprocess.Popen[str] = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        yield read_until(process, "ready").split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=READY_S)


def clean_environ(**given: object) -> dict[str, str]:
    """This process's environment, without anybody's settings and with those that are given."""
    kept: dict[str, str] = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  # handed on to child processes
        if not name.startswith(("POSTWRIGHT_", "DISPLAY", "WAYLAND"))
    }
    return {**kept, "BROWSER": BROWSER, **{name: str(value) for name, value in given.items()}}


def stop_all(processes: list[subprocess.Popen[str]]) -> None:
    """End what a test has left running, so that it tidies up after itself, and close its pipes."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.communicate(timeout=READY_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
