"""What a store of media can do, whatever is behind it."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # it makes what this describes
    from postwright.media.store.arriving import Arrival

_HASH = re.compile(r"[0-9a-f]{64}")
_WORKSPACE = re.compile(r"[A-Za-z0-9_-]{1,64}")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A file in the store: never written to again."""

    sha256: str
    size_bytes: int


Announce = Callable[[StoredMedia], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Held:
    """What lies in a store, as a listing shows it."""

    workspace_id: str
    sha256: str
    size_bytes: int
    kept_at: datetime


class ByteSource(Protocol):
    """A kept file, as those who send it on read it: anywhere, in their own thread."""

    def read(self, offset: int, size: int, /) -> bytes:
        """Read `size` bytes from `offset`, fewer at the end of the file. Blocks."""
        ...


class MediaStore(Protocol):
    """Files by workspace and SHA-256. Every call but `read` runs beside the event loop.

    All of them raise StorageTrouble when the store cannot be used: `StorageAway` when trying again
    may help, `StorageRefused` or `StorageUnusable` when somebody has to mend something first.
    """

    async def keep(
        self,
        workspace_id: str,
        path: Path,
        on_progress: Progress | None = None,
        *,
        announce: Announce | None = None,
    ) -> StoredMedia:
        """Copy a file into the store; when it returns, the copy is there to stay.

        Read in blocks; never a half file is to be seen. When it raises or is cancelled nothing is
        left; when the process is killed, `sweep` removes what is.

        Args:
            workspace_id: whose it is.
            path: a regular file.
            on_progress: called with (bytes done, bytes in all), from a thread.
            announce: awaited once the hash is known, before it is looked whether the same bytes
                are there already. What it raises ends the keeping.

        Raises:
            MediaNotFound: there is no such file.
            MediaUnreadable: it is no regular file, or not ours to read.
            MediaChanged: somebody wrote to it in the meantime.
            StorageFull: no room, counting the reserve.
        """
        ...

    def receiving(self, size_bytes: int) -> "AbstractAsyncContextManager[Arrival]":
        """Give a file on this machine for bytes that come from elsewhere; gone when the block ends.

        Args:
            size_bytes: how many may come: room for them is looked for at once.

        Raises:
            StorageFull: there is none, counting the reserve.
        """
        ...

    async def take(
        self, workspace_id: str, arrival: "Arrival", *, announce: Announce | None = None
    ) -> StoredMedia:
        """Keep what has arrived and is finished. See `keep`; a folder copies nothing for it."""
        ...

    async def size(self, workspace_id: str, sha256: str) -> int | None:
        """How many bytes a file has; None if it is not there."""
        ...

    async def exists(self, workspace_id: str, sha256: str) -> bool:
        """Whether a file is there."""
        ...

    def read(self, workspace_id: str, sha256: str, offset: int, size: int) -> bytes:
        """Read `size` bytes from `offset`, fewer at the end of the file. Blocks.

        Raises:
            MediaMissing: it is not there.
        """
        ...

    def source(self, workspace_id: str, sha256: str) -> ByteSource:
        """Give a file for sending it on from start to end; its `read` is the one above."""
        ...

    def stream(
        self, workspace_id: str, sha256: str, *, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes]:
        """Give a file, or `size` bytes of it from `offset`, in pieces of at most some MiB.

        Raises:
            MediaMissing: it is not there.
        """
        ...

    def local(self, workspace_id: str, sha256: str) -> AbstractAsyncContextManager[Path]:
        """Give a file on this machine for reading: the kept one itself, or a verified copy.

        Raises:
            MediaMissing: it is not there.
            MediaDamaged: its bytes are not the ones that were kept.
        """
        ...

    async def delete(self, workspace_id: str, sha256: str) -> None:
        """Remove a file. Quiet if it is not there."""
        ...

    def list(self, workspace_id: str | None = None) -> AsyncIterator[Held]:
        """Everything that is kept, of one workspace or of all, in no particular order."""
        ...

    async def sweep(self) -> int:
        """Remove what killed writers have left behind; how many pieces that were."""
        ...


def key_of(workspace_id: str, sha256: str) -> str:
    """Say where a file lies in a store, like <workspace>/ab/cdef.

    Raises:
        ValueError: no workspace's id, or not 64 hex digits in lower case.
    """
    if not _HASH.fullmatch(sha256):
        message = f"not a SHA-256 in hex: {sha256!r}"
        raise ValueError(message)
    return f"{folder_of(workspace_id)}/{sha256[:2]}/{sha256[2:]}"


def folder_of(workspace_id: str) -> str:
    """The first part of all keys of a workspace.

    Raises:
        ValueError: no workspace's id.
    """
    if not _WORKSPACE.fullmatch(workspace_id):
        message = f"not the id of a workspace: {workspace_id!r}"
        raise ValueError(message)
    return workspace_id


def named_by(key: str) -> tuple[str, str] | None:
    """Workspace and hash of a key; None if something else lies there."""
    match key.split("/"):
        case [workspace_id, first, rest] if _WORKSPACE.fullmatch(workspace_id):
            sha256 = first + rest
            return (workspace_id, sha256) if len(first) == 2 and _HASH.fullmatch(sha256) else None
        case _:
            return None
