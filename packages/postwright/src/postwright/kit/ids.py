"""Ids that a person can read out and type: a prefix and twelve letters and digits."""

import secrets

# No i, l, o, u: nothing to confuse with 1 and 0, and fewer accidental words.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """A fresh id such as `post_7k3m9x2q4d1f`: 60 random bits after the prefix."""
    return prefix + "_" + "".join(secrets.choice(_ALPHABET) for _ in range(12))
