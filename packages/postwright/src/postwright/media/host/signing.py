"""Addresses that only we can make: the path carries its end and a signature over all of it.

    /m/<address>/<signature>/<file name>
    /v1/media/uploads/<upload>/<signature>/<file name>

What does not fit is told apart without a look at the database, and without saying why.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from postwright.kit.keys import MasterKeys, derived

FOLDER = "/m/"
UPLOADS = "/v1/media/uploads/"

_PURPOSES = {FOLDER: "postwright media address 1", UPLOADS: "postwright upload address 1"}
_ENDS_BYTES = 5
_MAC_BYTES = 22  # with the end 27 bytes, which are 36 letters and no filling
_PATH = re.compile(
    r"(?P<id>[a-z]+_[0-9a-z]{12,32})/(?P<signature>[A-Za-z0-9_-]{36})/(?P<name>[0-9a-z.-]{1,40})"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a path says that was made here."""

    address_id: str
    name: str


class Signer:
    """Makes and reads paths, with a key that is good for nothing else.

    While the master key is being changed, paths that were made with the old one can be read.

    Args:
        keys: the master keys, or the only one.
        folder: what all its paths begin with: where files are fetched, or where they are sent.
    """

    __slots__ = ("_derived", "_folder", "_keys")

    def __init__(self, keys: MasterKeys | bytes, *, folder: str = FOLDER) -> None:
        self._folder = folder
        self._keys = MasterKeys(keys) if isinstance(keys, bytes) else keys
        self._derived: dict[bytes, bytes] = {}

    def path(self, address_id: str, name: str, ends_s: int) -> str:
        """The path of an address.

        Args:
            address_id: the address.
            name: of the file as those who fetch it see it.
            ends_s: when the address ends, in seconds since 1970.
        """
        ends = ends_s.to_bytes(_ENDS_BYTES, "big")
        mac = self._mac(self._keys.first, address_id, name, ends)
        signature = base64.urlsafe_b64encode(ends + mac).decode()
        return f"{self._folder}{address_id}/{signature}/{name}"

    def read(self, path: str) -> Signed | None:
        """What a path says; None if it was not made with our key, letter by letter."""
        found = _PATH.fullmatch(path.removeprefix(self._folder))
        if found is None or not path.startswith(self._folder):
            return None
        given = base64.urlsafe_b64decode(found["signature"])
        ends, mac = given[:_ENDS_BYTES], given[_ENDS_BYTES:]
        for key in self._keys.all:
            if hmac.compare_digest(mac, self._mac(key, found["id"], found["name"], ends)):
                return Signed(found["id"], found["name"])
        return None

    def proof(self, nonce: str) -> str:
        """What only a holder of the key can answer to a nonce."""
        key = self._for_addresses(self._keys.first)
        return hmac.new(key, f"proof\n{nonce}".encode(), hashlib.sha256).hexdigest()

    def _mac(self, key: bytes, address_id: str, name: str, ends: bytes) -> bytes:
        said = b"address\n" + ends + f"\n{address_id}\n{name}".encode()
        return hmac.digest(self._for_addresses(key), said, "sha256")[:_MAC_BYTES]

    def _for_addresses(self, key: bytes) -> bytes:
        if key not in self._derived:
            self._derived[key] = derived(key, _PURPOSES[self._folder])
        return self._derived[key]
