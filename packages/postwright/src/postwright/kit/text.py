"""Texts: what strangers wrote made fit to be stored and shown, half sentences made whole."""

_LONGEST = 500


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


def sentence(text: str) -> str:
    """Half a sentence as a whole one."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) or not text else f"{text}."
