"""What goes wrong when a file is mended."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from postwright.errors import BadInput, Misconfigured


class FixFailed(BadInput):
    """The file could not be mended; nothing of the attempt was kept.

    Args:
        path: the file.
        why: what went wrong, in a sentence.
        rules: those for which it has to be mended, as far as they are known.
    """

    code: ClassVar[str] = "media_fix_failed"

    def __init__(self, path: Path, why: str, *, rules: Sequence[str] = ()) -> None:
        named = f" [{', '.join(dict.fromkeys(rules))}]" if rules else ""
        super().__init__(
            f"{path.name} could not be mended.{named}",
            why=why,
            fix="Export it again from the program that made it, as MP4 or JPEG.",
        )
        self.path = path
        self.rules = tuple(dict.fromkeys(rules))

    def to_dict(self) -> dict[str, Any]:
        """The error with its rules."""
        return {**super().to_dict(), "rules": self.rules}


class FixUnusable(Misconfigured):
    """The programs that mend files do not start; the file has nothing to do with it."""

    code: ClassVar[str] = "media_fix_unusable"

    def __init__(self, program: str, status: int | None) -> None:
        super().__init__(
            "No file can be mended on this machine.",
            why=f"{program} does not start by itself (status {status}).",
            fix="Install Postwright again with a Python that runs without help.",
        )
