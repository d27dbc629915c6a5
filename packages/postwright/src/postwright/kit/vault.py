"""Seals secrets for storage: AES-256-GCM, bound to the place where they are kept."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from postwright.errors import Misconfigured
from postwright.kit.keys import MasterKeys

# What sealed texts begin with: their version, and a byte that no text of ours begins with.
MARK = b"\x01"
_NONCE_BYTES = 12


class Vault:
    """Seals and opens short texts with the master key.

    A sealed text carries a version byte and a fresh nonce. `context` says where it belongs (table,
    row, column); a text that is moved to another place does not open there. While the key is being
    changed the new one seals, and both open.
    """

    __slots__ = ("_ciphers", "_keys")

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys
        self._ciphers: dict[bytes, AESGCM] = {}

    def seal(self, text: str, context: str) -> bytes:
        """Encrypt `text` for `context`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = self._cipher(self._keys.first)
        return MARK + nonce + cipher.encrypt(nonce, text.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt what `seal` made for the same `context`.

        Raises:
            Misconfigured: it was sealed with another key, or is damaged.
        """
        return self.opened(sealed, context)[0]

    def opened(self, sealed: bytes, context: str) -> tuple[str, bool]:
        """The text, and whether the key that seals now had sealed it.

        Raises:
            Misconfigured: as `open` does.
        """
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] == MARK:
            for place, key in enumerate(self._keys.all):
                try:
                    text = self._cipher(key).decrypt(nonce, body, context.encode())
                except (InvalidTag, ValueError):  # of a nonce that is too short
                    continue
                return text.decode(), place == 0
        raise Misconfigured(
            "The stored secrets cannot be read with this master key.",
            why="They were sealed with another key, or the data is damaged.",
            fix="Give the old key (POSTWRIGHT_KEY or the key file), or connect the accounts again.",
        )

    def _cipher(self, key: bytes) -> AESGCM:
        if key not in self._ciphers:
            self._ciphers[key] = AESGCM(key)
        return self._ciphers[key]
