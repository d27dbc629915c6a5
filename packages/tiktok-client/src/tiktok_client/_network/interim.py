"""Interim answers, such as `100 Continue`: a server may send any number before the answer."""

import re

__all__ = ["is_interim", "without_interim"]

# 101 is none: with it the connection becomes another one.
WHOLE = re.compile(rb"HTTP/1\.[01] 1(?!01)\d\d[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n")
BEGUN = b"HTTP/1.1 1"


def without_interim(heard: bytes) -> bytes:
    """What is left when interim answers that are whole are taken away from the beginning."""
    while whole := WHOLE.match(heard):
        heard = heard[whole.end() :]
    return heard


def is_interim(heard: bytes) -> bool:
    """Whether this is nothing, or may become an interim answer when more of it comes."""
    begun = heard[: len(BEGUN)].replace(b"/1.0", b"/1.1")
    return BEGUN.startswith(begun) and heard[9:12] != b"101"
