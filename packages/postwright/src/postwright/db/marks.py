"""What tells the files of an embedded database from copies of them.

A copy made by a program has other file numbers, and lies elsewhere or on another machine. A clone
of a whole disk has all of it in common with the original, down to the machine's id: only what
`memory` keeps elsewhere can tell, and not always.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# A container's first folder is put together from layers; its machine id is its image's, or none.
_LAYERED = frozenset({"overlay", "aufs", "fuse.fuse-overlayfs"})


def host_marks(cluster: Path, root: Path = Path("/")) -> dict[str, Any] | None:
    """Where PostgreSQL's files are: machine, folder, and the number of one that never changes.

    Args:
        cluster: the folder with PG_VERSION.
        root: of this machine's files.

    Returns:
        None if the files are out of reach.
    """
    try:
        number = (cluster / "PG_VERSION").stat().st_ino
    except OSError:
        return None
    return {"machine": machine_mark(root), "folder": str(cluster.resolve()), "file": number}


def machine_mark(root: Path = Path("/")) -> str:
    """This machine, as long as its system is not set up anew; empty in a container.

    A container that is made anew over the same volume is no other machine.
    """
    if _is_container(root):
        return ""
    for name in ("etc/machine-id", "var/lib/dbus/machine-id"):
        try:
            found = (root / name).read_bytes().strip()
        except OSError:
            continue
        if found:
            # The id itself is not to be told to others, nor into the database.
            return hashlib.sha256(b"postwright:" + found).hexdigest()[:16]
    return ""


def _is_container(root: Path) -> bool:
    if (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        return True
    try:
        mounts = (root / "proc/self/mounts").read_text(errors="replace").splitlines()
    except OSError:
        return False
    places = [line.split() for line in mounts]
    return any(place[1:2] == ["/"] and place[2] in _LAYERED for place in places if len(place) > 2)


def differences(
    known: Mapping[str, Any], server: Mapping[str, Any], host: Mapping[str, Any] | None
) -> list[str]:
    """What does not fit, in sentences. Pure.

    Args:
        known: what was noted, in `server` and `host`.
        server: what the server tells of itself.
        host: what its files tell; None where they are out of reach.
    """
    said = list[str]()
    before = known["server"]
    if server.get("cluster") != before.get("cluster"):
        said.append("It is in another database server than before.")
    elif server.get("database") != before.get("database"):
        said.append("It is another database of the same server, made as a copy.")
    elif server.get("timeline") != before.get("timeline"):
        said.append("The server was restored to an earlier time, or a stand-by took its place.")
    noted = known.get("host")
    if host is None or noted is None:
        return said
    if host["machine"] != noted["machine"]:
        said.append("The database's files are on another machine than before.")
    if host["folder"] != noted["folder"]:
        said.append(f"They are in {host['folder']} and were in {noted['folder']}.")
    elif host["file"] != noted["file"]:
        said.append(f"The files in {host['folder']} are copies of those that were there.")
    return said
