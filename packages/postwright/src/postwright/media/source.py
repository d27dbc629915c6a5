"""Open the file that somebody named, or say plainly why not."""

import stat
from pathlib import Path
from typing import BinaryIO

from postwright.media.errors import MediaNotFound, MediaUnreadable


def open_source(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it is no regular file, or not ours to read.
    """
    try:
        # Looked at before it is opened: opening a pipe waits for a writer.
        if stat.S_ISREG(path.stat().st_mode):
            return path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        raise MediaNotFound(path) from None
    except PermissionError:
        raise MediaUnreadable(
            path,
            "It may not be read by this user.",
            fix=f"Give yourself the right to read it: chmod u+r {path}",
        ) from None
    except OSError as error:
        raise MediaUnreadable(path, f"Opening it failed: {error.strerror}.") from None
    kind = "a folder" if path.is_dir() else "not a regular file"
    raise MediaUnreadable(path, f"It is {kind}.", fix="Name a video or photo file.")
