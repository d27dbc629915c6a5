"""The server process: is it there, start it, stop it, and get over one that was killed."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal

import psutil
from psycopg import pq

from postwright.db.embedded.cluster import APP_ROLE, DATABASE
from postwright.db.embedded.errors import EmbeddedDatabaseError
from postwright.db.embedded.folder import SOCKET_PORT, Folder, socket_folder, write_private
from postwright.db.embedded.programs import run

StopMode = Literal["fast", "smart", "immediate"]

_RECOVER_S = 10.0
_START_S = 120
_POLL_S = 0.05
_LOG_LINES = 12
_LOG_BYTES = 10_000_000

# Larger than any process number of any system we run on.
_NOBODY = 2_147_483_647

# What PostgreSQL says when it finds traces of a predecessor that has not quite gone yet.
_NOT_YET = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')


def find_postmaster(cluster: Path) -> psutil.Process | None:
    """Find the live server of this cluster.

    Neither a zombie is one, nor a stranger who got the number of a dead server.
    """
    pid = _recorded_pid(cluster)
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        command = process.cmdline()
    except psutil.Error:
        return None
    return process if "postgres" in command[0] and str(cluster) in command else None


def recorded_socket_folder(cluster: Path) -> Path | None:
    """Read where the running server has its socket."""
    lines = _pid_file(cluster)
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _recorded_pid(cluster: Path) -> int | None:
    lines = _pid_file(cluster)
    with suppress(ValueError, IndexError):
        # Single-user mode records its number as a negative one.
        return abs(int(lines[0]))
    return None


def ready(socket: Path) -> bool:
    """Ask whether the server accepts connections; needs no password."""
    # With a role and a database that may connect, or each question would be logged as refused.
    who = f"user={APP_ROLE} dbname={DATABASE} connect_timeout=5"
    conninfo = f"host='{_quoted(socket)}' port={SOCKET_PORT} {who}"
    return pq.PGconn.ping(os.fsencode(conninfo)) == pq.Ping.OK


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "\\'")


def start(folder: Folder) -> None:
    """Start the server and return when it accepts connections. The caller holds the lock.

    After a kill -9 of its predecessor this takes as long as the kernel needs to clear away what
    that one held, up to ten seconds.

    Raises:
        EmbeddedDatabaseError: it does not start; with the last lines of its log.
    """
    _turn_log(folder)
    deadline = time.monotonic() + _RECOVER_S
    while True:
        clear_traces(folder)
        before = folder.log.stat().st_size if folder.log.exists() else 0
        done = run(
            folder.programs,
            folder.account,
            "pg_ctl",
            *("start", "--wait", f"--timeout={_START_S}", "--silent"),
            *(f"--pgdata={folder.cluster}", f"--log={folder.log}"),
            timeout_s=_START_S + 10,
        )
        if done.returncode == 0:
            return
        log = log_tail(folder, since=before) or done.stderr.strip()
        if time.monotonic() > deadline or not any(sign in log for sign in _NOT_YET):
            raise EmbeddedDatabaseError(
                f"The database in {folder.data_dir} does not start.",
                why="PostgreSQL says:",
                fix=f"Mend what it says and start again. All of it is in {folder.log}.",
                log=log,
            )
        time.sleep(_POLL_S)


def stop(folder: Folder, mode: StopMode) -> None:
    """Stop the server and wait until it has; nothing to do if it is not running.

    Raises:
        EmbeddedDatabaseError: it does not stop within a minute.
    """
    if find_postmaster(folder.cluster) is None:
        return
    done = run(
        folder.programs,
        folder.account,
        "pg_ctl",
        *("stop", "--wait", "--timeout=60", "--silent"),
        *(f"--mode={mode}", f"--pgdata={folder.cluster}"),
    )
    if done.returncode != 0 and find_postmaster(folder.cluster) is not None:
        raise EmbeddedDatabaseError(
            f"The database in {folder.data_dir} does not stop.",
            why=done.stderr.strip(),
            fix="Close the programs that use it. In mode 'smart' it waits for all of them.",
            log=log_tail(folder),
        )


def clear_traces(folder: Folder) -> None:
    """Clear away what keeps a dead server's successor from starting; a live one's is left alone.

    PostgreSQL refuses to start while the process number in its lock files is in use. It is, when
    the dead server is a zombie that nobody waits for (in a container without an init, for ever),
    or when the number went to another process after a reboot. postmaster.pid stays, without the
    number: from its other lines PostgreSQL sees whether children of the dead server still hold
    its memory, and refuses rather than letting two servers at the same files.
    """
    lines = _pid_file(folder.cluster)
    pid = _recorded_pid(folder.cluster)
    if pid is None or find_postmaster(folder.cluster) is not None:
        return
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    _end_orphans(folder.cluster)
    if psutil.pid_exists(pid):
        text = "\n".join([str(_NOBODY), *lines[1:], ""])
        write_private(folder.cluster / "postmaster.pid", text, folder.account)
        for socket in _socket_folders(folder, pid):
            (socket / f".s.PGSQL.{SOCKET_PORT}.lock").unlink(missing_ok=True)


def _socket_folders(folder: Folder, pid: int) -> set[Path]:
    """Where a dead server's socket was. In a copy, its original is named, which may be alive."""
    ours = socket_folder(folder.data_dir)
    recorded = recorded_socket_folder(folder.cluster)
    with suppress(psutil.Error):
        if recorded is not None and psutil.Process(pid).name() != "postgres":
            return {ours, recorded}
    return {ours}


def _end_orphans(cluster: Path) -> None:
    # Most of a dead server's children notice and leave at once, but not one in a long query: it
    # would work on for a client that is gone, and keep the memory that the successor waits for.
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if process.info["name"] == "postgres" and process.cwd() == str(cluster):
                process.kill()


def _turn_log(folder: Folder) -> None:
    if folder.log.exists() and folder.log.stat().st_size > _LOG_BYTES:
        folder.log.replace(folder.log.with_suffix(".log.1"))


def log_tail(folder: Folder, *, since: int = 0) -> str:
    """Read the last lines that the server has logged, from byte `since` on."""
    try:
        with folder.log.open("rb") as file:
            file.seek(max(since, folder.log.stat().st_size - 20_000))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-_LOG_LINES:])
