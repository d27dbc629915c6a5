"""What goes wrong when a file is mended."""

from pathlib import Path
from typing import ClassVar

from postwright.errors import BadInput, Misconfigured


class FixFailed(BadInput):
    """The file could not be mended; nothing of the attempt was kept."""

    code: ClassVar[str] = "media_fix_failed"

    def __init__(self, path: Path, why: str, *, fix: str = "") -> None:
        super().__init__(
            f"{path.name} could not be mended.",
            why=why,
            fix=fix or "Export it again from the program that made it, as MP4 or JPEG.",
        )
        self.path = path


class FixUnusable(Misconfigured):
    """The programs that mend files do not start; the file has nothing to do with it."""

    code: ClassVar[str] = "media_fix_unusable"

    def __init__(self, program: str, status: int | None) -> None:
        super().__init__(
            "No file can be mended on this machine.",
            why=f"{program} does not start by itself (status {status}).",
            fix="Install Postwright again with a Python that runs without help.",
        )
