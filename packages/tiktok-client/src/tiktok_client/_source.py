"""Where the bytes of an upload come from: a file, bytes in memory, or anything with `read`."""

import threading
from pathlib import Path
from typing import Protocol

from .errors import SourceError

__all__ = ["ByteSource", "Source", "open_source", "size_of"]


class ByteSource(Protocol):
    """Bytes that can be read anywhere. The async client calls `read` in a worker thread."""

    def read(self, offset: int, size: int, /) -> bytes:
        """Return exactly `size` bytes from `offset`; fewer mean that the source has changed."""
        ...


Source = Path | bytes | ByteSource


class FileSource:
    """An open file, read piece by piece."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._lock = threading.Lock()

    def read(self, offset: int, size: int, /) -> bytes:
        """Read `size` bytes from `offset`, fewer at the end of the file."""
        with self._lock:
            self._file.seek(offset)
            piece = self._file.read(size)
            while 0 < len(piece) < size:  # unbuffered, so the system may give less than is there
                more = self._file.read(size - len(piece))
                if not more:
                    break
                piece += more
            return piece

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class BytesSource:
    """Bytes in memory."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)

    def read(self, offset: int, size: int, /) -> bytes:
        """Read `size` bytes from `offset`, fewer at the end."""
        return bytes(self._content[offset : offset + size])


def open_source(source: Source, total_bytes: int) -> ByteSource:
    """Make `source` readable; the size of a file or of bytes must be the planned one.

    Raises SourceError if the file cannot be opened or has another size than the plan was made for.
    """
    match source:
        case Path():
            try:
                size = source.stat().st_size
                opened = FileSource(source)
            except OSError as error:
                raise SourceError(
                    f"{source.name} cannot be read: {error.strerror}", operation="upload"
                ) from error
            try:
                check_size(size, total_bytes)
            except SourceError:
                opened.close()
                raise
            return opened
        case bytes():
            check_size(len(source), total_bytes)
            return BytesSource(source)
        case _:
            return source


def size_of(source: Source, size_bytes: int | None) -> int:
    """Return how many bytes there are: what was said, or what the file or the bytes have.

    Raises SourceError for a file that is not there, ValueError for a source that cannot tell.
    """
    match source:
        case _ if size_bytes is not None:
            return size_bytes
        case Path():
            try:
                return source.stat().st_size
            except OSError as error:
                raise SourceError(
                    f"{source.name} cannot be read: {error.strerror}", operation="upload"
                ) from error
        case bytes():
            return len(source)
        case _:
            raise ValueError("a source of your own needs size_bytes")


def check_size(size: int, planned: int) -> None:
    """Raise SourceError unless the sizes agree."""
    if size != planned:
        raise SourceError(
            f"the video has {size} bytes, but the upload was planned for {planned}",
            operation="upload",
        )


def read_piece(source: ByteSource, offset: int, size: int) -> bytes:
    """Read exactly `size` bytes. Raises SourceError if the source cannot give them."""
    try:
        piece = source.read(offset, size)
    except OSError as error:
        raise SourceError(
            f"the video cannot be read at byte {offset}: {error.strerror}", operation="upload"
        ) from error
    if len(piece) != size:
        raise SourceError(
            f"the video ended at byte {offset + len(piece)}; it has changed since the upload began",
            operation="upload",
        )
    return piece


def close_source(source: ByteSource) -> None:
    """Close what `open_source` opened; what the caller made stays the caller's."""
    if isinstance(source, FileSource):
        source.close()
