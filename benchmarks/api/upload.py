"""A presigned PUT of 1 GB into a served API, beside what the same bytes cost without it.

The API runs in a process of its own, over the embedded database, with media in a folder. What is
timed is from the connection to the answer: the file is then hashed, looked into, on the disk to
stay, and in the database. Beside it, in the same round on the same disk:

- a plain copy: `shutil.copyfileobj` with a sha256 of every block and an fsync at its end;
- a plain receive: the same bytes go over a connection of this machine to a bare process that
  hashes, writes and syncs them, and knows neither HTTP nor videos;
- the disk alone: as many bytes are written from memory and synced.

The last one says what no server on this machine can exceed. A disk that is slower than the goal
cannot show it: then it is not judged, and not met. `TMPDIR=/dev/shm` takes the disk away, and
leaves the service. Each upload is of other bytes, and removed when it was measured.
"""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import click
import httpx2

from benchmarks.parts import Part
from demo.video import make_video
from postwright.cli.opening import opened
from postwright.config import load
from postwright.workspaces import api_keys
from postwright.workspaces.models import Scope

MB = 1_000_000
BLOCK_BYTES = 1 << 20
GOALS: dict[str, float] = {"upload_mb_s": 400, "upload_memory_grew_mb": 32}

# As little as can be done: blocks from a socket into a hash and a file, one after the other.
_RECEIVER = """
import hashlib, os, socket, sys
with socket.create_server(("127.0.0.1", 0)) as listener, open(sys.argv[1], "wb") as out:
    print(listener.getsockname()[1], flush=True)
    line, _ = listener.accept()
    digest, block = hashlib.sha256(), bytearray(1 << 20)
    while count := line.recv_into(block):
        piece = memoryview(block)[:count]
        digest.update(piece)
        out.write(piece)
    out.flush()
    os.fsync(out.fileno())
    line.sendall(b"done")
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One upload, and what is beside it, in seconds."""

    upload_s: float
    cpu_s: float
    copy_s: float
    plain_s: float
    disk_s: float


@dataclass(frozen=True, slots=True)
class Served:
    """A process that serves the API."""

    url: str
    pid: int
    key: str
    media: Path

    def memory_mb(self) -> float:
        """The most memory that it ever had."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / MB

    def cpu_s(self) -> float:
        """The processor time that it had until now."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def forget(self) -> None:
        """Remove the files it has, so that each finds the same room."""
        for path in self.media.glob("*/*/*"):
            path.unlink()


def measure(*, rounds: int, small: bool) -> Part:
    """Upload and copy in turns."""
    size_mb, rounds = (20, 1) if small else (1_000, rounds)
    with tempfile.TemporaryDirectory(prefix="pw-bench-") as given:
        folder = Path(given)
        clip = _large(make_video(folder / "clip.mp4", width=540, height=960), size_mb * MB)
        with served(folder) as api:
            _upload(api, _tiny(folder))  # what is loaded at first use is not measured
            before_mb = api.memory_mb()
            done = list[Round]()
            for number in range(rounds):
                _change(clip, number)
                done.append(_round(api, clip, folder / "beside"))
            grown_mb = api.memory_mb() - before_mb
        size = clip.stat().st_size / MB
    told = _figures(done, size) | {"upload_memory_grew_mb": round(grown_mb, 1)}
    for name, value in told.items():
        click.echo(f"{name:<32}{value:>10}")
    met = told["upload_mb_s"] >= GOALS["upload_mb_s"]
    if not met and (disk := told["disk_mb_s"]) < GOALS["upload_mb_s"]:
        told["upload_not_judged"] = f"this disk takes {disk:.0f} MB/s, whoever writes to it"
        click.echo(f"upload_mb_s is not judged: {told['upload_not_judged']}")
    return Part(told, GOALS, met and grown_mb <= GOALS["upload_memory_grew_mb"])


def _round(api: Served, clip: Path, beside: Path) -> Round:
    plain_s = _send_plain(clip, beside)
    before_s = api.cpu_s()
    upload_s = _upload(api, clip)
    cpu_s = api.cpu_s() - before_s
    api.forget()
    disk_s = _write(clip.stat().st_size, beside)
    return Round(upload_s, cpu_s, _copy(clip, beside), plain_s, disk_s)


def _figures(done: list[Round], size: float) -> dict[str, Any]:
    speeds = sorted(round(size / each.upload_s) for each in done)
    return {
        "upload_size_mb": round(size),
        "upload_mb_s": round(median(size / each.upload_s for each in done)),
        "upload_mb_s_worst": speeds[0],
        "upload_mb_s_best": speeds[-1],
        "upload_cpu_s_per_gb": round(median(each.cpu_s for each in done) * 1000 / size, 2),
        "plain_copy_mb_s": round(median(size / each.copy_s for each in done)),
        "plain_receive_mb_s": round(median(size / each.plain_s for each in done)),
        "disk_mb_s": round(median(size / each.disk_s for each in done)),
        "upload_ratio_to_plain_copy": round(
            median(each.copy_s / each.upload_s for each in done), 2
        ),
        "upload_ratio_to_plain_receive": round(
            median(each.plain_s / each.upload_s for each in done), 2
        ),
        "upload_ratio_to_disk": round(median(each.disk_s / each.upload_s for each in done), 2),
    }


@contextmanager
def served(folder: Path) -> Generator[Served]:
    """`postwright web` with a data folder of its own."""
    environment = {
        "POSTWRIGHT_DATA_DIR": str(folder / "data"),
        "POSTWRIGHT_KEY_FILE": str(folder / "key"),
        "POSTWRIGHT_MEDIA__FOLDER": str(folder / "media"),
        "POSTWRIGHT_WEB__PORT": "0",
    }
    command = [sys.executable, "-m", "postwright.cli", "web", "--json"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},  # noqa: TID251  # for a process
    ) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            key = asyncio.run(_key(environment))
            yield Served(told["address"], process.pid, key, folder / "media")
        finally:
            process.send_signal(signal.SIGTERM)


async def _key(environment: dict[str, str]) -> str:
    settings = load(
        {},
        data_dir=Path(environment["POSTWRIGHT_DATA_DIR"]),
        key_file=Path(environment["POSTWRIGHT_KEY_FILE"]),
    )
    async with opened(settings) as desk, desk.database.transaction() as session:
        made = await api_keys.create_key(
            session, desk.workspace_id, name="bench", scope=Scope.PUBLISH, profile_ids=None,
            days=None, actor="bench",
        )  # fmt: skip
    return made.text


def _tiny(folder: Path) -> Path:
    return make_video(folder / "tiny.mp4", width=360, height=640, duration_s=1)


def _large(clip: Path, size_bytes: int) -> Path:
    """Add to an MP4 what players skip, until it has this size."""
    left = size_bytes - clip.stat().st_size
    block = os.urandom(BLOCK_BYTES)
    with clip.open("ab") as file:
        file.write(left.to_bytes(4, "big") + b"free")
        for at in range(8, left, BLOCK_BYTES):
            file.write(block[: left - at])
    return clip


def _change(clip: Path, number: int) -> None:
    """Make other bytes of it, where nobody looks: in its padding."""
    with clip.open("r+b") as file:
        file.seek(-8, os.SEEK_END)
        file.write(number.to_bytes(8, "big"))


def _upload(api: Served, clip: Path) -> float:
    size = clip.stat().st_size
    answer = httpx2.post(
        f"{api.url}/v1/media/presign",
        json={"filename": clip.name, "contentType": "video/mp4", "size": size},
        headers={"Authorization": f"Bearer {api.key}"},
    ).raise_for_status()
    parts = urlsplit(str(answer.json()["uploadUrl"]))
    head = f"PUT {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {size}\r\n\r\n"
    began = time.perf_counter()
    with socket.create_connection((parts.hostname, parts.port)) as line, clip.open("rb") as file:
        line.sendall(head.encode())
        line.sendfile(file)
        said = line.recv(64)
    took = time.perf_counter() - began
    assert said.startswith(b"HTTP/1.1 200"), said
    return took


def _send_plain(clip: Path, to: Path) -> float:
    """The same over a connection of this machine to a process that writes, hashes and syncs."""
    with subprocess.Popen(
        [sys.executable, "-c", _RECEIVER, str(to)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port)) as line, clip.open("rb") as file:
            line.sendfile(file)
            line.shutdown(socket.SHUT_WR)
            assert line.recv(64) == b"done"
        took = time.perf_counter() - began
    to.unlink()
    return took


def _copy(clip: Path, to: Path) -> float:
    began = time.perf_counter()
    digest = hashlib.sha256()

    class Hashing:
        """Writes and hashes."""

        def write(self, block: bytes) -> int:
            digest.update(block)
            return out.write(block)

    with clip.open("rb") as file, to.open("wb") as out:
        shutil.copyfileobj(file, Hashing(), BLOCK_BYTES)
        out.flush()
        os.fsync(out.fileno())
    took = time.perf_counter() - began
    to.unlink()
    return took


def _write(size_bytes: int, to: Path) -> float:
    """As many bytes from memory to the disk, synced; nothing is read or hashed for it."""
    block = os.urandom(BLOCK_BYTES)
    began = time.perf_counter()
    with to.open("wb", buffering=0) as out:
        for at in range(0, size_bytes, BLOCK_BYTES):
            out.write(block[: size_bytes - at])
        os.fsync(out.fileno())
    took = time.perf_counter() - began
    to.unlink()
    return took
