"""An exception to a rule names the rule and says why, in the same line."""

import re
from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "reasons"

SILENCER = re.compile(r"\b(noqa|type: ignore|pyright: ?\w+|pragma: ?\w+)")
NAMED = {
    "noqa": re.compile(r"noqa: ?[A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*"),
    "type": re.compile(r"type: ignore\[[\w, -]+\]"),
    "pyright": re.compile(r"pyright: ?(?:ignore\[\w+(?:, ?\w+)*\]|\w+ ?= ?\w+|(?!ignore)\w+)"),
    "pragma": re.compile(r"pragma: ?(?:no \w+|\w+)"),
}
REASON = re.compile(r"\s*(?:#|-|\()\s*\w.*\w")


def check(source: Source) -> Iterator[Finding]:
    """Refuse silencing comments without a rule name, or without words after it."""
    if not (source.is_python and SILENCER.search(source.text)):
        return
    for line, comment in source.comments():
        for silencer in SILENCER.finditer(comment):
            kind = re.split(r"\W", silencer[0])[0]
            named = NAMED[kind].match(comment, silencer.start())
            if not named:
                yield Finding(line, f"{silencer[0]!r} names no rule")
            elif not REASON.match(comment, named.end()):
                yield Finding(line, f"{named[0]!r} gives no reason: write  # {named[0]}  # why")
