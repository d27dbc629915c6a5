"""Ids that a person can read out and type, and keys that nobody has to."""

import secrets
import time
from uuid import UUID

# No i, l, o, u: nothing to confuse with 1 and 0, and fewer accidental words.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """A fresh id such as `post_7k3m9x2q4d1f`: 60 random bits after the prefix."""
    # All bits at once: each question to the system's source costs more than the rest.
    bits = secrets.randbits(60)
    return prefix + "_" + "".join([_ALPHABET[bits >> at & 31] for at in range(0, 60, 5)])


def new_key() -> UUID:
    """A fresh key that sorts by the time it was made, so that an index grows at its end.

    Source: RFC 9562, section 5.7 (version 7).
    """
    made_at_ms = time.time_ns() // 1_000_000
    return UUID(
        int=made_at_ms << 80
        | 7 << 76
        | secrets.randbits(12) << 64
        | 0b10 << 62
        | secrets.randbits(62)
    )
