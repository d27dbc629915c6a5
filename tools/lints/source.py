"""What a rule is given, and what it answers with."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

EXCUSE = re.compile(r"(?:#|--|//)\s*lint: (?P<rule>[a-z-]+)(?: - (?P<reason>\S.*))?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: its line, counted from 1, and what to do about it.

    `end` is the last line of what is wrong, if it has several: an excuse fits on any of them.
    """

    line: int
    message: str
    end: int = 0


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, with forward slashes, and its text.

    `tree` is parsed once however many rules ask. It raises SyntaxError on broken Python.
    """

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    def under(self, *folders: str) -> bool:
        """True if the file lies in one of these folders, given from the root."""
        return any(self.path.is_relative_to(folder) for folder in folders)

    def comments(self) -> Iterator[tuple[int, str]]:
        """The comments as (line, text). Strings of Python and words of a page are none."""
        if not self.is_python:
            opening = "<!--" if self.path.suffix == ".md" else ""
            for number, line in enumerate(self.text.splitlines(), start=1):
                if opening in line:
                    yield number, line[line.index(opening) :]
            return
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
