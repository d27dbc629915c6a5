import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postwright.db.embedded import ensure_running, stop


@pytest.fixture
def data_dir() -> Generator[Path]:
    # Not tmp_path: the name of the test would make the path too long for a socket.
    parent = Path(tempfile.mkdtemp(prefix="pw-"))
    yield parent / "database"
    stop(parent / "database")
    shutil.rmtree(parent)


@pytest.fixture(scope="module")
def running() -> Generator[Path]:
    """A data folder whose server runs, for the tests that only look."""
    parent = Path(tempfile.mkdtemp(prefix="pw-"))
    ensure_running(parent / "database")
    yield parent / "database"
    stop(parent / "database")
    shutil.rmtree(parent)


Connect = Callable[..., psycopg.Connection]


@pytest.fixture
def connect() -> Generator[Connect]:
    """Open connections that are closed after the test, whatever became of the server."""
    opened: list[psycopg.Connection] = []

    def open_one(url: str, **changes: Any) -> psycopg.Connection:
        connection = psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True, **changes)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()
