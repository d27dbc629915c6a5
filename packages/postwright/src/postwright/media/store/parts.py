"""Files that are being written: locked by their writer, swept when that has died."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from postwright.media.errors import StorageFull

_PART = ".part-"


def open_part(folder: Path) -> tuple[BinaryIO, Path]:
    """Make a part, locked until it is closed. Its maker removes or renames it."""
    while True:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=_PART)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if Path(name).exists():
            return os.fdopen(descriptor, "wb"), Path(name)
        os.close(descriptor)  # swept between being made and being locked


def sweep_parts(folder: Path) -> int:
    """Remove the parts of writers that have died; how many."""
    swept = 0
    for leftover in folder.glob(f"{_PART}*"):
        with suppress(OSError), leftover.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()
            swept += 1
    return swept


def check_room(folder: Path, size_bytes: int, reserve_bytes: int) -> None:
    """See to it that there is room for so much, beside what is to stay free.

    Raises:
        StorageFull: there is not.
    """
    needed = size_bytes + reserve_bytes
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StorageFull(folder, needed_bytes=needed, free_bytes=free)
