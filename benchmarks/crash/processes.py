"""The processes of a run. Each is ended by its number, and none outlives the run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_READY_S = 30
_READY = "tiktok-emulator ready at "
_POLITE_S = 10
_WORDS = 3_000


class ProcessFailed(Exception):
    """A process did not come up, or ended by itself."""


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Our own environment without settings of Postwright's, and with these instead."""
    ours = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  # handed on, not read
        if not name.startswith("POSTWRIGHT_")
    }
    return ours | dict(settings)


def start(command: Sequence[str], env: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Start a process whose output goes to `log`; Ctrl-C reaches only us, and we end it."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill it, also when it is stopped, and wait until it is gone."""
    process.kill()
    process.wait()


@contextmanager
def emulator(folder: Path, *options: str) -> Generator[tuple[str, int]]:
    """A TikTok of its own: its base URL and process number."""
    log = folder / "emulator.log"
    command = [_program("tiktok-emulator"), "serve", "--port", "0", "--demo"]
    spool = ["--spool", str(folder / "spool")]
    process = start([*command, *spool, *options], environment({}), log)
    try:
        yield _address(process, log), process.pid
    finally:
        process.terminate()
        try:
            process.wait(_POLITE_S)
        except subprocess.TimeoutExpired:
            kill(process)


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        for line in log.read_text().splitlines():
            if line.startswith(_READY):
                return line.removeprefix(_READY).strip()
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise ProcessFailed(f"the emulator did not start:\n{log.read_text()[-2000:]}")


@dataclass(eq=False, slots=True)
class Worker:
    """One process of Postwright's: a worker, or the web part."""

    process: "subprocess.Popen[bytes]"
    stopped: bool = False

    @property
    def pid(self) -> int:
        """Its process number, by which it signs the lanes that it holds."""
        return self.process.pid

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None


@dataclass(slots=True)
class Fleet:
    """Processes of one kind, replaced when they are killed.

    `deaths` are those that ended by themselves, `last_words` what their log ended with then.
    """

    env: Mapping[str, str]
    log: Path
    kind: str = "worker"
    workers: list[Worker] = field(default_factory=list[Worker])
    deaths: int = 0
    last_words: list[str] = field(default_factory=list[str])

    def start(self, count: int = 1) -> None:
        """Start some."""
        command = (_program("postwright"), self.kind)
        for _ in range(count):
            self.workers.append(Worker(start(command, environment(self.env), self.log)))

    @property
    def running(self) -> list[Worker]:
        """Those that live and are not stopped. Those that have ended are replaced."""
        for worker in [worker for worker in self.workers if not worker.lives]:
            self.deaths += 1
            said = self.log.read_text(errors="replace")[-_WORDS:]
            self.last_words.append(f"{self.kind} ended with {worker.process.returncode}:\n{said}")
            self.workers.remove(worker)
            self.start()
        return [worker for worker in self.workers if not worker.stopped]

    def kill(self, worker: Worker) -> None:
        """End it with kill -9. It is gone, and another one starting, when this returns."""
        kill(worker.process)
        self.workers.remove(worker)
        self.start()

    def stop(self, worker: Worker) -> None:
        """SIGSTOP."""
        worker.stopped = True
        os.kill(worker.pid, signal.SIGSTOP)

    def go_on(self, worker: Worker) -> None:
        """SIGCONT, if it still lives."""
        if worker.lives:
            os.kill(worker.pid, signal.SIGCONT)
        worker.stopped = False

    def close(self) -> None:
        """End all of them."""
        for worker in self.workers:
            kill(worker.process)
        self.workers.clear()
