"""Makes what strangers wrote fit to be stored and shown."""

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
