"""Data folders with a database of their own, as a person finds, copies and restores them."""

import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from postwright.db import embedded
from postwright.db.embedded import EmbeddedServer
from postwright.db.embedded.postmaster import StopMode
from postwright.db.embedded.programs import find_programs
from postwright.db.migrate import migrate


@contextmanager
def made_once() -> Generator[Path]:
    """A data folder with this version's tables and nothing in them, stopped: to be copied."""
    with tempfile.TemporaryDirectory(prefix="pw-made-") as name:
        start(Path(name) / "data")
        stop(Path(name) / "data")
        yield Path(name) / "data"


@contextmanager
def place_of_copies(made: Path) -> Generator[Path]:
    """A folder with a fresh `data` in it, in a short path; whatever was started there is stopped.

    Databases' sockets are in it.
    """
    with tempfile.TemporaryDirectory(prefix="pw-copy-") as name:
        copy(made, Path(name) / "data")
        yield Path(name)
        for data_dir in Path(name).iterdir():
            if (data_dir / "postgres").is_dir():
                stop(data_dir, mode="immediate")


def start(data_dir: Path) -> EmbeddedServer:
    """The server of a data folder, with this version's tables."""
    server = embedded.ensure_running(data_dir / "postgres")
    migrate(server.owner_url, app_role=make_url(server.app_url).username)
    return server


def stop(data_dir: Path, *, mode: StopMode = "fast") -> None:
    """Stop the server of a data folder."""
    embedded.stop(data_dir / "postgres", mode=mode)


def copy(source: Path, to: Path) -> None:
    """As people do: the files keep their owner."""
    subprocess.run(["/bin/cp", "-a", source, to], check=True)


def program(data_dir: Path, name: str, url: str, *words: str, given: bytes = b"") -> bytes:
    """Run one of PostgreSQL's programs on a database; what it prints."""
    path = find_programs(data_dir / "postgres", None) / name
    address = f"--dbname={url.replace('+psycopg', '', 1)}"
    done = subprocess.run([path, *words, address], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
