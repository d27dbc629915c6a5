"""Where the bytes of an upload come from: a file, bytes in memory, or anything with `read`."""

import io
import threading
from pathlib import Path
from tempfile import TemporaryFile
from typing import Protocol, cast, runtime_checkable

from .errors import SourceError

__all__ = [
    "BinaryFile",
    "ByteSource",
    "HeldChunk",
    "Source",
    "broken_at",
    "close_source",
    "is_near",
    "open_source",
    "read_piece",
    "size_of",
]


class ByteSource(Protocol):
    """Bytes that can be read anywhere. The async client calls `read` in a worker thread."""

    def read(self, offset: int, size: int, /) -> bytes:
        """Return exactly `size` bytes from `offset`; fewer mean that the source has changed."""
        ...


@runtime_checkable
class BinaryFile(Protocol):
    """A file opened for reading bytes, as `open(path, "rb")` gives it; it must be able to seek."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go somewhere."""
        ...

    def tell(self) -> int:
        """Say where it is."""
        ...


Source = Path | str | bytes | BinaryFile | ByteSource


class FileSource:
    """An open file, read piece by piece. `first` is where in the video the file begins."""

    def __init__(self, file: BinaryFile, first: int = 0) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.first = first

    def read(self, offset: int, size: int, /) -> bytes:
        """Read `size` bytes from `offset`, fewer at the end of the file."""
        with self._lock:
            self._file.seek(offset - self.first)
            piece = self._file.read(size)
            while 0 < len(piece) < size:  # unbuffered, so the system may give less than is there
                more = self._file.read(size - len(piece))
                if not more:
                    break
                piece += more
            return piece


class OwnFileSource(FileSource):
    """A file that we opened, so we close it."""

    def __init__(self, path: Path) -> None:
        self._own = path.open("rb", buffering=0)
        super().__init__(cast("BinaryFile", self._own))

    def close(self) -> None:
        """Close the file, after a read that is under way."""
        with self._lock:
            self._own.close()


class HeldChunk(FileSource):
    """A part of a stream, kept in an unnamed temporary file to be read again: bytes first to end.

    So a stream costs the disk one chunk, and the memory none.
    """

    def __init__(self, first: int) -> None:
        self._held = TemporaryFile()  # noqa: SIM115  # closed by close
        super().__init__(self._held, first)
        self.end = first

    def restart(self, first: int) -> None:
        """Forget what was held; go on from `first`."""
        with self._lock:
            self._held.seek(0)
            self._held.truncate()
            self.first = self.end = first

    def append(self, piece: memoryview) -> None:
        """Hold these bytes too."""
        with self._lock:
            self._held.seek(self.end - self.first)
            self._held.write(piece)
            self.end += len(piece)

    def close(self) -> None:
        """Give the disk back, after a read or write that is under way."""
        with self._lock:
            self._held.close()


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
        case str() | Path():
            path = _path(source)
            try:
                opened = OwnFileSource(path)
            except OSError as error:
                raise _unreadable(path, error) from error
            try:
                _check_size(size_of(source, None), total_bytes)
            except SourceError:
                opened.close()
                raise
            return opened
        case bytes():
            _check_size(len(source), total_bytes)
            return BytesSource(source)
        case BinaryFile():
            _check_size(size_of(source, None), total_bytes)
            return FileSource(source)
        case _:
            return source


def size_of(source: object, size_bytes: int | None) -> int:
    """Return how many bytes there are: what was said, or what the file or the bytes have.

    Raises SourceError for a file that is not there or cannot seek, ValueError for text, for an
    address of the web and for a source that cannot tell.
    """
    if isinstance(source, io.TextIOBase):
        raise ValueError("the video must be opened in binary mode")  # noqa: TRY004  # as all wrong input
    path = _path(source) if isinstance(source, str | Path) else None
    match source:
        case _ if size_bytes is not None:
            return size_bytes
        case _ if path is not None:
            try:
                return path.stat().st_size
            except OSError as error:
                raise _unreadable(path, error) from error
        case bytes():
            return len(source)
        case BinaryFile():
            try:
                return source.seek(0, io.SEEK_END)
            except (OSError, ValueError) as error:
                why = "an open file that cannot seek is no source; give its bytes as an iterator"
                raise SourceError(why, operation="upload") from error
        case _:
            raise ValueError("an iterator or a source of your own needs size_bytes")


def read_piece(source: ByteSource, offset: int, size: int) -> bytes:
    """Read exactly `size` bytes. Raises SourceError if the source cannot give them."""
    try:
        piece = source.read(offset, size)
    except Exception as error:
        # Somebody else's code may raise anything; whatever it is, the bytes are not there.
        raise broken_at(offset, error) from error
    if len(piece) != size:
        raise SourceError(
            f"the video ended at byte {offset + len(piece)}; it has changed since the upload began",
            operation="upload",
        )
    return piece


def is_near(source: ByteSource) -> bool:
    """Whether this is a file of ours or memory, where a read costs next to nothing."""
    return isinstance(source, OwnFileSource | HeldChunk | BytesSource)


def close_source(source: ByteSource) -> None:
    """Close what `open_source` opened; what the caller made stays the caller's."""
    if isinstance(source, OwnFileSource):
        source.close()


def broken_at(offset: int, error: Exception) -> SourceError:
    """Make the error for bytes that could not be read.

    It has the system's words for what failed, or the error's name: never the text of an error of
    somebody else's, which may hold an address with a secret in it.
    """
    system = error.strerror if isinstance(error, OSError) else None
    why = system or type(error).__name__
    return SourceError(f"the video cannot be read at byte {offset}: {why}", operation="upload")


def _path(source: str | Path) -> Path:
    if isinstance(source, str) and "://" in source:
        # Not repeated: it may hold a secret.
        raise ValueError("the video is an address; there are calls ..._from_url for these")
    return Path(source)


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(f"{path.name} cannot be read: {error.strerror}", operation="upload")


def _check_size(size: int, planned: int) -> None:
    if size != planned:
        raise SourceError(
            f"the video has {size} bytes, but the upload was planned for {planned}",
            operation="upload",
        )
