"""One server per data folder, whoever asks for it first starts it."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg

from postwright.db.embedded import postmaster
from postwright.db.embedded.cluster import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    Passwords,
    prepare,
    read_passwords,
    write_settings,
)
from postwright.db.embedded.errors import EmbeddedDatabaseError
from postwright.db.embedded.folder import SOCKET_PORT, Folder, locked, socket_folder

_READY_S = 60.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server.

    Both addresses are SQLAlchemy's (`postgresql+psycopg://…`) and carry a password. They also
    carry this process's name, by which `other_clients` knows who is who: let each process get its
    own from `ensure_running` instead of passing them on.
    """

    app_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    data_dir: Path
    pid: int


def ensure_running(data_dir: Path) -> EmbeddedServer:
    """Start the server of this folder, unless it runs; make the database on first use.

    Blocks: about a second on first use, a quarter of one for a start. Several processes may call
    it at once. It also gets over a server that was killed in any way.

    Raises:
        EmbeddedDatabaseError: the folder cannot be used, its data are of another PostgreSQL, or
            the server does not start.
    """
    with locked(data_dir) as folder:
        deadline = time.monotonic() + _READY_S
        while True:
            process = postmaster.find_postmaster(folder.cluster)
            if process is None:
                postmaster.clear_traces(folder)
                prepare(folder)
                write_settings(folder)
                postmaster.start(folder)
                continue
            socket = postmaster.recorded_socket_folder(folder.cluster)
            if socket is not None and postmaster.ready(socket):
                passwords = read_passwords(folder) or _locked_out(folder)
                return _server(folder, passwords, socket, process.pid)
            # Either it is recovering, or it was killed and has not quite gone yet.
            if time.monotonic() > deadline:
                raise _unreachable(folder, process.pid)
            time.sleep(_POLL_S)


def stop(data_dir: Path, *, mode: postmaster.StopMode = "fast") -> None:
    """Stop the server of this folder and wait until it has; nothing to do if it does not run.

    Args:
        data_dir: the folder given to `ensure_running`.
        mode: 'fast' ends its clients' transactions, 'smart' waits for the clients to leave,
            'immediate' leaves recovery to the next start.

    Raises:
        EmbeddedDatabaseError: it does not stop within a minute.
    """
    if not (data_dir.expanduser().resolve() / "cluster").exists():
        return
    with locked(data_dir) as folder:
        postmaster.stop(folder, mode)


def is_running(data_dir: Path) -> bool:
    """Say whether the server process of this folder lives. It may still be starting."""
    return postmaster.find_postmaster(data_dir.expanduser().resolve() / "cluster") is not None


def other_clients(server: EmbeddedServer) -> int:
    """Count the connections to the server that other processes than this one hold open.

    Raises:
        EmbeddedDatabaseError: the server cannot be asked.
    """
    # Two questions, since a role that is no superuser sees the names of its own connections only.
    query = """
        SELECT count(*) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND usename = current_user
          AND split_part(application_name, ' ', 1) <> current_setting('application_name')
    """
    count = 0
    try:
        for url in (server.app_url, server.owner_url):
            with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=5) as connection:
                row = connection.execute(query).fetchone()
                count += row[0] if row else 0
    except psycopg.OperationalError as error:
        raise EmbeddedDatabaseError(
            f"The database in {server.data_dir} cannot be asked who uses it.",
            why=str(error).strip(),
            fix="Start it again.",
        ) from None
    return count


def _server(folder: Folder, passwords: Passwords, socket: Path, pid: int) -> EmbeddedServer:
    return EmbeddedServer(
        app_url=_url(APP_ROLE, passwords.app, socket),
        owner_url=_url(OWNER_ROLE, passwords.owner, socket),
        data_dir=folder.data_dir,
        pid=pid,
    )


def _url(role: str, password: str, socket: Path) -> str:
    place = {
        "host": str(socket),
        "port": str(SOCKET_PORT),
        "application_name": f"postwright-{os.getpid()}",
    }
    query = urlencode(place, quote_via=quote, safe="/")
    return f"postgresql+psycopg://{role}:{quote(password)}@/{DATABASE}?{query}"


def _locked_out(folder: Folder) -> Passwords:
    raise EmbeddedDatabaseError(
        f"The database in {folder.data_dir} runs, but its passwords are lost.",
        why=f"{folder.passwords} is missing.",
        fix="Stop all of Postwright, the database too, and start again: new ones are made then. "
        f"To stop the database: kill -INT $(head -1 {folder.cluster / 'postmaster.pid'})",
    )


def _unreachable(folder: Folder, pid: int) -> EmbeddedDatabaseError:
    socket = postmaster.recorded_socket_folder(folder.cluster) or socket_folder(folder.data_dir)
    return EmbeddedDatabaseError(
        f"The database in {folder.data_dir} runs (process {pid}), but does not answer.",
        why=f"No answer at its socket in {socket} for {_READY_S:.0f} s; it may have been removed, "
        "or the database is still recovering.",
        fix=f"Wait, or stop it with kill -INT {pid} and start again.",
        log=postmaster.log_tail(folder),
    )
