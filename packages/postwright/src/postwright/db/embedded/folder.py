"""What lies where in the data folder of an embedded server, and who owns it.

cluster/        PostgreSQL's own files, 0700, owned by whom the server runs as
run/            the socket, 0700 (elsewhere if this path is too long for a socket)
passwords.json  of the two roles, 0600, ours
lock            held while the server is made, started or stopped
"""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from postwright.db.embedded.account import Account, account_for, let_pass, own
from postwright.db.embedded.errors import EmbeddedDatabaseError
from postwright.db.embedded.programs import find_programs

SOCKET_PORT = 5432

# 108 bytes on Linux and 104 on macOS, with the zero byte at the end.
_SOCKET_PATH_BYTES = 103
# pg_ctl puts paths between double quotes for a shell, and does not escape what is in them.
_UNQUOTABLE = frozenset('"$`\\\n')
_LOCK_WAIT_S = 120
_LOCK_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Folder:
    """A data folder, who its server runs as, and the programs that account can run."""

    data_dir: Path
    account: Account | None
    programs: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own files."""
        return self.data_dir / "cluster"

    @property
    def passwords(self) -> Path:
        """The passwords of the two roles."""
        return self.data_dir / "passwords.json"

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.cluster / "server.log"


@contextmanager
def locked(data_dir: Path) -> Generator[Folder]:
    """Hold the lock of a data folder, which is made (0700) if it is missing.

    Raises:
        EmbeddedDatabaseError: not ours to write, not a path that can be used, or another process
            keeps the lock for minutes.
    """
    data_dir = data_dir.expanduser().resolve()
    if bad := _UNQUOTABLE.intersection(str(data_dir)):
        raise EmbeddedDatabaseError(
            f"The database cannot live in {data_dir}.",
            why=f"PostgreSQL's starter cannot handle {' '.join(sorted(bad))} in a path.",
            fix="Set POSTWRIGHT_DATA_DIR to a folder without such characters.",
        )
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"The database folder {data_dir} cannot be used.",
            why=f"{error.filename}: {error.strerror}.",
            fix="Make it writable for this user, or set POSTWRIGHT_DATA_DIR to another folder.",
        ) from None
    try:
        _wait_for(lock, data_dir)
        account = account_for(data_dir / "cluster")
        if account is not None:
            let_pass(data_dir, account)
        yield Folder(data_dir, account, find_programs(data_dir, account))
    finally:
        os.close(lock)


def _wait_for(lock: int, data_dir: Path) -> None:
    deadline = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise EmbeddedDatabaseError(
                    f"Another process has kept {data_dir / 'lock'} for {_LOCK_WAIT_S} s.",
                    why="It starts or stops the same database and does not come to an end.",
                    fix="End that process and try again.",
                ) from None
            time.sleep(_LOCK_POLL_S)
        else:
            return


def socket_folder(data_dir: Path) -> Path:
    """Say where the socket goes: into the data folder, or a short place derived from its path."""
    near = data_dir / "run"
    name = f"postwright-{os.geteuid()}-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}"
    for folder in (near, Path(tempfile.gettempdir()) / name):
        if len(os.fsencode(folder / f".s.PGSQL.{SOCKET_PORT}")) <= _SOCKET_PATH_BYTES:
            return folder
    return Path("/tmp") / name  # noqa: S108  # 0700, and its owner is checked in make_private


def make_private(folder: Path, account: Account | None) -> None:
    """Make a folder 0700 for the account, or see that it is one already.

    Raises:
        EmbeddedDatabaseError: the name is taken by a link, a file, or somebody else's folder.
    """
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in {owner, os.geteuid()}:
            raise EmbeddedDatabaseError(
                f"{folder} is not a folder of ours.",
                why="The database's socket must lie where nobody else can put one.",
                fix=f"See who made it, and remove it: rm -r {folder}",
            ) from None
    own(folder, account)
    folder.chmod(0o700)
    if account is not None:
        let_pass(folder.parent, account)


def write_private(path: Path, text: str, account: Account | None) -> None:
    """Write a file at once and for good: 0600, replaced by renaming, synced to disk."""
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        own(Path(part), account)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftover(folder: Path) -> None:
    """Remove what an interrupted first start has left."""
    if folder.exists():
        shutil.rmtree(folder)
