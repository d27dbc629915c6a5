"""What the program answers instead of what is in a file."""


class Refused(Exception):
    """The file is no video or photo that can be used; says why in a sentence."""
