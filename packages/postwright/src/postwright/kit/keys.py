"""The master keys: where they come from, and how a new one takes the place of an old one.

There is one key, but while it is being changed there are several: the first seals, all of them
open. They are the lines of the key file, or what is between the commas of POSTWRIGHT_KEY.
"""

import base64
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from postwright.errors import Misconfigured

KEY_BYTES = 32
MAKE_ONE = "Make one with: head -c 32 /dev/urandom | base64"


class MasterKeys:
    """The master keys of a process. If they are in a file, it is read again when it has changed.

    Args:
        keys: 32 bytes each; the first one seals.
        file: where they were read.

    Raises:
        Misconfigured: one has the wrong length.
    """

    __slots__ = ("_file", "_keys", "_seen")

    def __init__(self, *keys: bytes, file: Path | None = None) -> None:
        self._keys = _checked(keys, "It")
        self._file = file
        self._seen = None if file is None else _mark(file)

    @classmethod
    def load(cls, given: str | None, file: Path) -> "MasterKeys":
        """The keys of the setting, else of the file, which is made if it is missing.

        Args:
            given: 32 bytes in base64, or several with commas, or None.
            file: where the keys are kept; made with mode 0600 on first use.

        Raises:
            Misconfigured: a key is not base64 or too short, or the file cannot be read or made.
        """
        if given is not None:
            return cls(*_decoded(given.split(","), "POSTWRIGHT_KEY"))
        try:
            if not file.exists():
                write(file, [secrets.token_bytes(KEY_BYTES)], replacing=False)
            return cls(*read(file), file=file)
        except OSError as error:
            raise _unusable(file, error) from None

    @property
    def first(self) -> bytes:
        """The key that seals now."""
        return self.all[0]

    @property
    def all(self) -> tuple[bytes, ...]:
        """Every key that opens, the one that seals first."""
        if self._file is not None:
            mark = _mark(self._file)
            if mark is not None and mark != self._seen:
                # What cannot be read leaves the keys as they were: they were good a moment ago.
                with suppress(OSError, Misconfigured):
                    self._keys = _checked(read(self._file), str(self._file))
                    self._seen = mark
        return self._keys


def derived(key: bytes, purpose: str) -> bytes:
    """A key of 32 bytes from the master key, for one purpose and good for no other."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def as_text(key: bytes) -> str:
    """A key as it is written."""
    return base64.b64encode(key).decode()


def read(file: Path) -> list[bytes]:
    """The keys in a file, in their order.

    Raises:
        Misconfigured: a line is not base64.
        OSError: it cannot be read.
    """
    lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    return _decoded(lines or [b""], str(file))


def write(file: Path, keys: Sequence[bytes], *, replacing: bool = True) -> None:
    """Write a key file: whole or not at all, on the disk when this returns, for its owner only.

    Without `replacing` a file that is there stays: two first runs at once end up with one key.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write("".join(f"{as_text(key)}\n" for key in keys).encode())
            handle.flush()
            os.fsync(handle.fileno())
        if replacing:
            aside.replace(file)
        else:
            with suppress(FileExistsError):
                os.link(aside, file)
    finally:
        aside.unlink(missing_ok=True)
    _settle(file.parent)


def _settle(folder: Path) -> None:
    """See to it that a name in a folder outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mark(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _checked(keys: Sequence[bytes], where: str) -> tuple[bytes, ...]:
    for key in keys:
        if len(key) != KEY_BYTES:
            raise Misconfigured(
                "The master key has the wrong length.",
                why=f"{where} must be {KEY_BYTES} bytes in base64; this is {len(key)}.",
                fix=MAKE_ONE,
            )
    return tuple(dict.fromkeys(keys))


def _decoded(texts: Sequence[str | bytes], where: str) -> list[bytes]:
    try:
        return [base64.b64decode(text.strip(), validate=True) for text in texts]
    except ValueError:
        raise Misconfigured(
            f"The master key in {where} is not base64.",
            why=f"It must be {KEY_BYTES} random bytes, base64-encoded.",
            fix=MAKE_ONE,
        ) from None


def _unusable(file: Path, error: OSError) -> Misconfigured:
    return Misconfigured(
        f"The key file {file} cannot be used.",
        why=error.strerror or str(error),
        fix="Make it readable for this user, or set POSTWRIGHT_KEY.",
    )
