"""The OS account of the server, where it matters: PostgreSQL refuses to run as root.

As an ordinary user the server simply runs as that user, and nothing here does anything. As root
it runs as a system account of its own, `postwright`, so that no other daemon shares its files
(as it would with `nobody`). That account must reach the data folder and the programs:

- On the way to the data folder, each folder that is closed to it gets an access control entry
  with the single right to pass through, for this one account. `/root` or a folder of mktemp stay
  closed to everybody else, which `chmod o+x` would not keep.
- The programs, if they lie where it cannot run them, are copied into the data folder (20 MB).
  Opening somebody's whole Python environment would be the larger change.
"""

import logging
import os
import pwd
import shutil
import stat
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from errno import ENODATA, ENOTSUP
from pathlib import Path

from postwright.db.embedded.errors import EmbeddedDatabaseError

_log = logging.getLogger(__name__)

_NAME = "postwright"
_ELSE = ("postgres", "nobody")
_SBIN = "/usr/sbin:/sbin:/usr/bin:/bin"
_CREATE = (
    ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"],
    ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin"],
)

# Linux' on-disk form of an access control list: a version, then (tag, rights, id) each.
_ACL = "system.posix_acl_access"
_ACL_VERSION = struct.pack("<I", 2)
_ACL_ENTRY = struct.Struct("<HHI")
_USER_OBJ, _USER, _GROUP_OBJ, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_PASS = 1


@dataclass(frozen=True, slots=True)
class Account:
    """An OS account to run the server as."""

    name: str
    uid: int
    gid: int


def account_for(cluster: Path) -> Account | None:
    """Say who the server of this cluster runs as; None means: whoever we are.

    As root: the owner of the cluster if there is one already, else the account `postwright`,
    which is created if it is missing.

    Raises:
        EmbeddedDatabaseError: the owner has no account, or none could be created or found.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (uid := cluster.stat().st_uid) != 0:
        try:
            return _account(pwd.getpwuid(uid))
        except KeyError:
            raise EmbeddedDatabaseError(
                f"The database in {cluster} belongs to the OS user number {uid}, who is unknown.",
                why="As root, PostgreSQL is run as the owner of its files.",
                fix=f"Create that user, or give the files to one: chown -R <user> {cluster}",
            ) from None
    return _known(_NAME) or _created() or _first(_ELSE)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _known(name: str) -> Account | None:
    try:
        return _account(pwd.getpwnam(name))
    except KeyError:
        return None


def _created() -> Account | None:
    for program, *arguments in _CREATE:
        path = shutil.which(program, path=_SBIN)
        if path is None:
            continue
        # Another process may create it at the same moment and hold the lock of the user database.
        for _ in range(10):
            subprocess.run([path, *arguments, _NAME], check=False, capture_output=True, cwd="/")  # noqa: S603  # fixed argv, no shell
            if account := _known(_NAME):
                return account
            time.sleep(0.1)
    return None


def _first(names: tuple[str, ...]) -> Account:
    for name in names:
        if account := _known(name):
            _log.warning("no OS account %s could be made; the database runs as %s", _NAME, name)
            return account
    raise EmbeddedDatabaseError(
        "PostgreSQL does not run as root, and there is no other OS account for it.",
        why=f"The account {_NAME} could not be created.",
        fix=f"Create it (useradd --system {_NAME}), or run Postwright as an ordinary user.",
    )


def let_pass(folder: Path, account: Account) -> None:
    """Let `account` pass through `folder` and each folder above it. Needs root; repeatable.

    Raises:
        EmbeddedDatabaseError: a folder does not allow it (a network drive, a read-only one).
    """
    for part in (folder, *folder.parents):
        if _may_pass(part.stat(), account):
            continue
        try:
            _grant_pass(part, account)
        except OSError as error:
            raise EmbeddedDatabaseError(
                f"The database's OS account {account.name} cannot reach {folder}.",
                why=f"{part} is closed to it, and cannot be opened: {error.strerror}.",
                fix="Use a data folder such as /var/lib/postwright (POSTWRIGHT_DATA_DIR), "
                "or run Postwright as an ordinary user.",
            ) from None


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _grant_pass(folder: Path, account: Account) -> None:
    if sys.platform == "linux":
        try:
            _set_entry(folder, account.uid)
        except OSError as error:
            if error.errno != ENOTSUP:
                raise
        else:
            return
    # No access control lists here: passing through, still without listing, for everybody.
    _log.warning("opening %s for passing through, for the database's OS account", folder)
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)


def _set_entry(folder: Path, uid: int) -> None:
    mode = folder.stat().st_mode
    try:
        entries = list(_ACL_ENTRY.iter_unpack(os.getxattr(folder, _ACL)[len(_ACL_VERSION) :]))
    except OSError as error:
        if error.errno != ENODATA:
            raise
        entries = [
            (_USER_OBJ, mode >> 6 & 7, _NO_ID),
            (_GROUP_OBJ, mode >> 3 & 7, _NO_ID),
            (_MASK, mode >> 3 & 7, _NO_ID),
            (_OTHER, mode & 7, _NO_ID),
        ]
    if all(tag != _MASK for tag, _, _ in entries):
        entries.append((_MASK, mode >> 3 & 7, _NO_ID))
    rights = {(tag, owner): right for tag, right, owner in entries}
    rights[_USER, uid] = rights.get((_USER, uid), 0) | _PASS
    rights[_MASK, _NO_ID] |= _PASS
    packed = b"".join(
        _ACL_ENTRY.pack(tag, rights[tag, owner], owner) for tag, owner in sorted(rights)
    )
    os.setxattr(folder, _ACL, _ACL_VERSION + packed)


def own(path: Path, account: Account | None) -> None:
    """Give `path` to the account; nothing to do if the server runs as ourselves."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
