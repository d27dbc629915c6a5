"""A made-up file under a signed address, with which `doctor` looks for what stands in between.

Its first bytes are new each time, so that a cache gives itself away; the rest follows from its
address, so that whatever was changed on the way is seen.
"""

import hashlib
import secrets

from postwright.media.host.signing import Signer

FRESH_BYTES = 16
SIZE_BYTES = 65_536
NAME = "1.jpg"  # caches and optimisers act on endings like this one

_PREFIX = "probe_"


def sample_path(signer: Signer) -> str:
    """A new path of a sample."""
    return signer.path(f"{_PREFIX}{secrets.token_hex(12)}", NAME, 0)


def is_sample(address_id: str) -> bool:
    """Whether this is the address of a sample: there is no row for it."""
    return address_id.startswith(_PREFIX)


def sample_bytes(path: str) -> bytes:
    """The sample at a path, as it is this time."""
    settled = hashlib.shake_256(path.encode()).digest(SIZE_BYTES - FRESH_BYTES)
    return secrets.token_bytes(FRESH_BYTES) + settled
