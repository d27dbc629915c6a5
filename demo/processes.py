"""The demonstration's own world: a temporary folder, settings of its own, real processes in it."""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from postwright.db import embedded

_READY_S = 120.0
_LEAVE_S = 15.0


class Failed(Exception):
    """A step of the demonstration did not work; the message is for a person."""


@dataclass(slots=True)
class Stage:
    """Where the demonstration takes place. Everything in it is gone afterwards."""

    folder: Path
    environ: dict[str, str]
    processes: list[asyncio.subprocess.Process] = field(
        default_factory=list[asyncio.subprocess.Process]
    )

    async def start(self, module: str, *words: str, until: str) -> str:
        """Start a process that goes on; the first line it prints that begins with `until`.

        Raises:
            Failed: it ended, or said nothing in time; with the last of what it logged.
        """
        log = self.folder / f"{module}.log"
        with log.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", module, *words),
                env=self.environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=file,
                start_new_session=True,  # a Ctrl-C is for us; we stop it in good order
            )
        self.processes.append(process)
        assert process.stdout is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_READY_S):
                while line := (await process.stdout.readline()).decode().strip():
                    if line.startswith(until):
                        return line
        tail = log.read_text(errors="replace").splitlines()[-12:]
        raise Failed(f"{module} {' '.join(words)} did not start.\n" + "\n".join(tail))

    async def run(self, *words: str) -> int:
        """Run a `postwright` command in sight; its exit code."""
        sys.stdout.flush()
        process = await asyncio.create_subprocess_exec(*_postwright(words), env=self.environ)
        try:
            return await process.wait()
        finally:
            await _stop(process)

    async def ask(self, *words: str) -> dict[str, Any]:
        """Run a `postwright` command with `--json`; its answer, an error included.

        Raises:
            Failed: it ended without an answer.
        """
        process = await asyncio.create_subprocess_exec(
            *_postwright((*words, "--json")),
            env=self.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            output, _ = await process.communicate()
        finally:
            await _stop(process)
        try:
            answer: dict[str, Any] = json.loads(output)
        except ValueError:
            raise Failed(
                f"postwright {' '.join(words)} ended with {process.returncode} and said nothing."
            ) from None
        return answer

    async def close(self) -> None:
        """Stop what runs, last started first, the database too, and remove the folder."""
        for process in reversed(self.processes):
            await _stop(process)
        database = self.folder / "data" / "postgres"
        if database.exists() and embedded.is_running(database):
            await asyncio.to_thread(embedded.stop, database, mode="immediate")
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)


@asynccontextmanager
async def stage() -> AsyncGenerator[Stage]:
    """A world that is gone when the block ends, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix="postwright-demo-"))
    here = Stage(folder, _environ(folder))
    try:
        yield here
    finally:
        await here.close()


def _environ(folder: Path) -> dict[str, str]:
    """Our environment without anybody's settings. Bytecode is kept: many processes start here."""
    kept = os.environ.items()  # noqa: TID251  # handed on to child processes, not read
    environ = {
        name: value
        for name, value in kept
        if not name.startswith("POSTWRIGHT_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return {
        **environ,
        "POSTWRIGHT_DATA_DIR": str(folder / "data"),
        "POSTWRIGHT_KEY_FILE": str(folder / "key"),
        "POSTWRIGHT_WEB__PORT": "0",
    }


def _postwright(words: Sequence[str]) -> tuple[str, ...]:
    return (sys.executable, "-m", "postwright.cli", *words)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_LEAVE_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def http(
    url: str,
    body: Any = None,
    *,
    method: str | None = None,
    read: Callable[[Any], Any] = lambda answer: answer.read(),
) -> Any:
    """One request; redirects are followed, as a browser would. `read` gets the open answer."""

    def ask() -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310  # addresses on this machine only
            url, data, {"Content-Type": "application/json"}, method=method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return read(answer)

    try:
        return await asyncio.to_thread(ask)
    except urllib.error.URLError as error:
        raise Failed(f"{url.partition('?')[0]}: {error}") from None
