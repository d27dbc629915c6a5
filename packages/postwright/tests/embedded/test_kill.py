import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from postwright.db.embedded import EmbeddedServer, ensure_running, is_running, stop
from postwright.db.embedded.cluster import read_passwords
from postwright.db.embedded.folder import locked

from .conftest import Connect

pytestmark = pytest.mark.slow

# Starts the server as the process that inherits its orphans, kills it, and does not wait for it:
# the dead server stays a zombie until this program is told to end.
_ZOMBIE_KEEPER = """
import ctypes, os, signal, sys
from collections.abc import Callable
from pathlib import Path
import psutil
from postwright.db.embedded import ensure_running
ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)
server = psutil.Process(ensure_running(Path(sys.argv[1])).pid)
server.kill()
while server.status() != psutil.STATUS_ZOMBIE:
    pass
print(server.pid, flush=True)
sys.stdin.read()
"""


def _kill(server: EmbeddedServer) -> None:
    os.kill(server.pid, signal.SIGKILL)


def test_kill_9_loses_no_committed_row(data_dir: Path, connect: Connect) -> None:
    server = ensure_running(data_dir)
    client = connect(server.owner_url)
    client.execute("CREATE TABLE things (number int)")
    for round_number in range(3):
        client.execute("INSERT INTO things VALUES (%s)", (round_number,))
        _kill(server)
        again = ensure_running(data_dir)
        assert again.pid != server.pid
        server, client = again, connect(again.owner_url)

    rows = client.execute("SELECT number FROM things ORDER BY number").fetchall()
    assert rows == [(0,), (1,), (2,)]


def test_a_client_in_a_long_query_does_not_keep_a_killed_server_from_coming_back(
    data_dir: Path, connect: Connect
) -> None:
    server = ensure_running(data_dir)
    busy = connect(server.app_url)
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 10000000000)")
    busy.pgconn.flush()
    postmaster = psutil.Process(server.pid)
    backend = psutil.Process(busy.info.backend_pid)
    _poll(lambda: backend.cpu_times().user > 0.02)
    assert backend in postmaster.children()

    _kill(server)
    ensure_running(data_dir)

    assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE


def test_a_dead_server_that_stays_a_zombie_is_replaced(data_dir: Path) -> None:
    with subprocess.Popen(  # our own program
        [sys.executable, "-c", _ZOMBIE_KEEPER, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as keeper:
        assert keeper.stdout is not None
        dead = int(keeper.stdout.readline())
        assert psutil.Process(dead).status() == psutil.STATUS_ZOMBIE
        assert not is_running(data_dir)

        server = ensure_running(data_dir)

        assert psutil.Process(dead).status() == psutil.STATUS_ZOMBIE
        assert server.pid != dead
        keeper.communicate("")


def test_a_stale_pid_file_that_names_a_stranger_is_no_obstacle(data_dir: Path) -> None:
    server = ensure_running(data_dir)
    pid_file = data_dir / "cluster" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    stop(data_dir, mode="immediate")
    owner = (data_dir / "cluster").stat()
    # As after a reboot: the number in the file now belongs to a process that is no server.
    with subprocess.Popen(
        ["/bin/sleep", "60"], user=owner.st_uid if os.geteuid() == 0 else None
    ) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        try:
            assert not is_running(data_dir)
            assert ensure_running(data_dir).pid not in {server.pid, stranger.pid}
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_lost_passwords_are_made_anew_at_the_next_start(data_dir: Path, connect: Connect) -> None:
    old = ensure_running(data_dir)
    stop(data_dir)
    (data_dir / "passwords.json").unlink()

    new = ensure_running(data_dir)

    assert new.app_url != old.app_url
    assert connect(new.app_url).execute("SELECT 1").fetchone() == (1,)
    with locked(data_dir) as folder:
        assert read_passwords(folder) is not None


def _poll(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
