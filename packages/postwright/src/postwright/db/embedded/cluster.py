"""Make the database: its files, its two roles, who may connect and how.

- `postwright_owner` owns the database and its tables; migrations run as it.
- `postwright` is the application: no superuser, creates neither roles nor databases, and may do
  what the migrations grant it.
- The superuser has no password and no line in pg_hba.conf, so nobody can log in as it. What it
  has to do, it does here, in PostgreSQL's single-user mode, while the server is not running.
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import Final

from postwright.db.embedded.account import own
from postwright.db.embedded.errors import EmbeddedDatabaseError
from postwright.db.embedded.folder import (
    SOCKET_PORT,
    Folder,
    make_private,
    remove_leftover,
    socket_folder,
    sync_folder,
    write_private,
)
from postwright.db.embedded.programs import MAJOR, run

DATABASE: Final = "postwright"
APP_ROLE: Final = "postwright"
OWNER_ROLE: Final = "postwright_owner"

_PLAIN = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"

_HBA = f"""\
# Written by Postwright. Everybody and everything else is refused.
local {DATABASE} {APP_ROLE},{OWNER_ROLE} scram-sha-256
"""

# For a small server. Durability is not for sale: fsync and synchronous_commit stay on.
_CONF = """\
# Written by Postwright at every start; put your own settings into local.conf beside it.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = 100
shared_buffers = 64MB
max_wal_size = 512MB
max_wal_senders = 0
io_method = sync
jit = off
fsync = on
synchronous_commit = on
full_page_writes = on
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_min_messages = warning
log_checkpoints = off
include = 'local.conf'
"""


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of the two roles."""

    app: str = field(repr=False)
    owner: str = field(repr=False)


def prepare(folder: Folder) -> None:
    """See that there is a database of the right version, made anew if there is none.

    The caller holds the lock and the server is not running. A first start that is interrupted
    leaves nothing that the next one would take for a database.

    Raises:
        EmbeddedDatabaseError: the files are of another PostgreSQL, or could not be made.
    """
    made = (folder.cluster / "PG_VERSION").exists()
    if made:
        _check_version(folder)
    known = read_passwords(folder)
    passwords = known or _new_passwords(folder)
    if not made:
        _make(folder, passwords)
    elif known is None:
        # The file was lost: whoever owns the server's files may set new passwords.
        _as_superuser(folder, "cluster", _set_passwords(passwords))


def read_passwords(folder: Folder) -> Passwords | None:
    """Read the passwords; None if the file is not there.

    Raises:
        EmbeddedDatabaseError: the file is not ours to read, or not what we wrote.
    """
    try:
        found = json.loads(folder.passwords.read_text())
        return Passwords(app=found["app"], owner=found["owner"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EmbeddedDatabaseError(
            f"The database's passwords in {folder.passwords} cannot be read.",
            why=error.strerror or "" if isinstance(error, OSError) else "The file is damaged.",
            fix="Run as the user who owns the file. If it is damaged, stop Postwright, remove the "
            "file and start again: new passwords are made.",
        ) from None


def write_settings(folder: Folder) -> None:
    """Write the server's settings and access rules, and make the folder for its socket."""
    socket = socket_folder(folder.data_dir)
    make_private(socket, folder.account)
    _write_settings(folder, "cluster", str(socket))


def _write_settings(folder: Folder, name: str, socket: str) -> None:
    quoted = socket.replace("'", "''")
    conf = _CONF.format(port=SOCKET_PORT, socket_folder=quoted)
    write_private(folder.data_dir / name / "postgresql.conf", conf, folder.account)
    write_private(folder.data_dir / name / "pg_hba.conf", _HBA, folder.account)
    if not (folder.data_dir / name / "local.conf").exists():
        write_private(folder.data_dir / name / "local.conf", "", folder.account)


def _check_version(folder: Folder) -> None:
    found = (folder.cluster / "PG_VERSION").read_text().strip()
    if found != str(MAJOR):
        raise EmbeddedDatabaseError(
            f"The database in {folder.cluster} was made by PostgreSQL {found}.",
            why=f"This release of Postwright runs PostgreSQL {MAJOR}, which cannot read it.",
            fix="Either start the release that made it, save its data with pg_dump, move the "
            "folder away and load them with this release; or serve the folder with "
            f"PostgreSQL {found} yourself and set POSTWRIGHT_DATABASE_URL to it.",
        )


def _new_passwords(folder: Folder) -> Passwords:
    passwords = Passwords(app=secrets.token_urlsafe(32), owner=secrets.token_urlsafe(32))
    text = json.dumps({"app": passwords.app, "owner": passwords.owner})
    write_private(folder.passwords, text + "\n", None)
    return passwords


def _make(folder: Folder, passwords: Passwords) -> None:
    part = folder.data_dir / "cluster.part"
    remove_leftover(part)
    part.mkdir(mode=0o700)
    own(part, folder.account)
    # The locale is PostgreSQL's own: sorting, and with it every index on text, does not change
    # when the system's C library does. Trust holds only until pg_hba.conf is replaced below; no
    # server runs until then.
    _initdb(
        folder,
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        "--no-sync",
        f"--pgdata={part}",
    )
    _write_settings(folder, part.name, "")
    roles = (
        f"CREATE ROLE {OWNER_ROLE} {_PLAIN}",
        f"CREATE ROLE {APP_ROLE} {_PLAIN}",
        *_set_passwords(passwords),
        f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}",
        f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP_ROLE}",
    )
    _as_superuser(folder, part.name, roles)
    # Everything to disk, and only then under the name that the next start looks for.
    _initdb(folder, "--sync-only", f"--pgdata={part}")
    part.rename(folder.cluster)
    sync_folder(folder.data_dir)


def _set_passwords(passwords: Passwords) -> tuple[str, ...]:
    return (
        f"ALTER ROLE {OWNER_ROLE} PASSWORD '{passwords.owner}'",
        f"ALTER ROLE {APP_ROLE} PASSWORD '{passwords.app}'",
    )


def _initdb(folder: Folder, *arguments: str) -> None:
    done = run(folder.programs, folder.account, "initdb", *arguments)
    if done.returncode != 0:
        raise EmbeddedDatabaseError(
            f"The database could not be made in {folder.data_dir}.",
            why="initdb has failed.",
            fix="Mend what it says (space on the disk, permissions) and start again.",
            log="\n".join(done.stderr.strip().splitlines()[-10:]),
        )


def _as_superuser(folder: Folder, name: str, statements: tuple[str, ...]) -> None:
    done = run(
        folder.programs,
        folder.account,
        "postgres",
        "--single",
        "-D",
        str(folder.data_dir / name),
        "postgres",
        text="".join(f"{statement};\n" for statement in statements),
    )
    # Single-user mode goes on after an error, and ends with 0. Its text quotes the statement,
    # password and all, so only the errors themselves are passed on.
    lines = done.stderr.splitlines()
    errors = [
        line for line in lines if any(word in line for word in ("ERROR:", "FATAL:", "PANIC:"))
    ]
    if done.returncode != 0 or errors:
        raise EmbeddedDatabaseError(
            f"The roles of the database in {folder.data_dir} could not be set up.",
            why="PostgreSQL has refused it in single-user mode.",
            fix="Mend what it says (space on the disk, permissions) and start again.",
            log="\n".join(errors[-10:]),
        )
