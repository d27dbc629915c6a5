"""Texts: what strangers wrote made fit to be stored and shown, half sentences made whole."""

import re

_LONGEST = 500
# What a terminal obeys, besides line ends and tabs; and what turns the direction of reading.
_ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def storable(text: str) -> str:
    """The text without what a database or a terminal trips over, at most 500 characters of it.

    Half characters and control characters become a replacement mark; line ends become spaces.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    shown = "".join(
        " " if letter in "\r\n\t" else letter if letter.isprintable() else "\ufffd"
        for letter in whole[:_LONGEST]
    )
    return shown.strip()


def harmless(text: str) -> str:
    """The text without what a terminal would obey: a caption may be anybody's."""
    return _ORDERS.sub("\ufffd", text)


def sentence(text: str) -> str:
    """Half a sentence as a whole one."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) or not text else f"{text}."
