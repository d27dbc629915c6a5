"""A folder for what is not finished: thrown away with everything in it, also after a crash."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from postwright.media.errors import StorageUnusable

_PREFIX = ".fixing-"
_LOCK = "lock"


@contextmanager
def workshop(scratch: Path) -> Generator[Path]:
    """A new folder in `scratch`, gone when the block ends.

    It is locked as long as this process lives; what killed processes have left is swept by the
    next one that comes. Blocks for the time of a few file operations.

    Raises:
        StorageUnusable: `scratch` cannot be made or written.
    """
    try:
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(scratch)
        folder, descriptor = _locked(scratch)
    except OSError as error:
        raise StorageUnusable(scratch, error) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _locked(scratch: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=scratch))
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if (folder / _LOCK).exists():
            return folder, descriptor
        os.close(descriptor)  # swept between being made and being locked


def sweep(scratch: Path) -> int:
    """Remove the folders of processes that are gone; how many there were."""
    swept = 0
    for folder in scratch.glob(f"{_PREFIX}*"):
        with suppress(OSError), (folder / _LOCK).open("rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept
