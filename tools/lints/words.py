"""The project works on any machine, so it mentions no folder of one and no package index."""

import re
from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "words"

MACHINE = re.compile(r"(?<![\w.~*}-])/(?:root|work|home/\w+|Users/\w+)/")
INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-links|\bregistry\s*=\s*\{?\s*\"https?:|^\s*index-url\s*="
)
LOCK = "requirements.lock"
SAMPLES = {"tools/lints/words.py", "tests/tools/test_words.py"}  # must spell what they look for


def check(source: Source) -> Iterator[Finding]:
    """Refuse both in every kind of file: code, pages, settings, the lock."""
    if str(source.path) in SAMPLES:
        return
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := MACHINE.search(line):
            yield Finding(number, f"{found[0]!r} is a folder of one machine")
        named = INDEX.search(line) or (source.path.name == LOCK and "://" in line)
        if named:
            yield Finding(number, "this names a package index: a mirror must do as well")
