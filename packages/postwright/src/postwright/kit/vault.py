"""Seals secrets for storage: AES-256-GCM, bound to the place where they are kept."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from postwright.errors import Misconfigured

_VERSION = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class Vault:
    """Seals and opens short texts with one master key.

    A sealed text carries a version byte and a fresh nonce. `context` says where it belongs (table,
    row, column); a text that is moved to another place does not open there.
    """

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise Misconfigured(
                "The master key has the wrong length.",
                why=f"It must be {_KEY_BYTES} bytes in base64; this is {len(key)}.",
                fix="Make one with: head -c 32 /dev/urandom | base64",
            )
        self._cipher = AESGCM(key)

    def seal(self, text: str, context: str) -> bytes:
        """Encrypt `text` for `context`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), context.encode())
        return _VERSION + nonce + sealed

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt what `seal` made for the same `context`.

        Raises:
            Misconfigured: it was sealed with another key, or is damaged.
        """
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _VERSION:
            raise _unreadable()
        try:
            return self._cipher.decrypt(nonce, body, context.encode()).decode()
        except InvalidTag:
            raise _unreadable() from None


def _unreadable() -> Misconfigured:
    return Misconfigured(
        "The stored secrets cannot be read with this master key.",
        why="They were sealed with another key, or the data is damaged.",
        fix="Give the old key (POSTWRIGHT_KEY or the key file), or connect the accounts again.",
    )


def load_key(given: str | None, file: Path) -> bytes:
    """The master key: from the setting, else from the file, which is made if it is missing.

    Args:
        given: 32 bytes in base64, or None.
        file: where the key is kept; made with mode 0600 on first use.

    Raises:
        Misconfigured: the key is not base64, or the file cannot be read or made.
    """
    if given is not None:
        return _decode(given, "POSTWRIGHT_KEY")
    try:
        if not file.exists():
            _make(file)
        return _decode(file.read_bytes(), str(file))
    except OSError as error:
        raise Misconfigured(
            f"The key file {file} cannot be used.",
            why=error.strerror or str(error),
            fix="Make it readable for this user, or set POSTWRIGHT_KEY.",
        ) from None


def derived(key: bytes, purpose: str) -> bytes:
    """A key of 32 bytes from the master key, for one purpose and good for no other."""
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n"
    # Written aside and linked into place: two first runs at once end up with one key.
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(aside, file)
        except FileExistsError:
            return
    finally:
        aside.unlink()


def _decode(text: str | bytes, where: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except ValueError:
        raise Misconfigured(
            f"The master key in {where} is not base64.",
            why="It must be 32 random bytes, base64-encoded.",
            fix="Make one with: head -c 32 /dev/urandom | base64",
        ) from None
