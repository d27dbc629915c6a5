"""What commands are given besides options with a few values: files, kept files, words."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

_KEPT = re.compile(r"media_[0-9a-z]{12}")


@dataclass(frozen=True, slots=True)
class KeptId:
    """The id of a file that is kept already."""

    id: str


class File(click.ParamType[Path]):
    """A path. What is wrong with it is said by the probe, in the words of all other errors."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002  # click's signature
        path = Path(value)
        return path if path.name.strip(".") else path.resolve()  # "." has no name to speak of


class _FileOrKept(click.ParamType[Path | KeptId]):
    """A path, or the id of a kept file; a file that has such a name is meant first."""

    name = "file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | KeptId:
        if isinstance(value, KeptId):
            return value
        path = File().convert(value, param, ctx)
        if _KEPT.fullmatch(str(value)) and not path.exists():
            return KeptId(str(value))
        return path


class Words(click.ParamType[str]):
    """What people write, as text that can be stored.

    Args:
        longest: characters; None for no limit here.
    """

    name = "text"

    def __init__(self, *, longest: int | None = None) -> None:
        self._longest = longest

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            self.fail("it is not text in UTF-8.", param, ctx)
        if self._longest is not None and not text.strip():
            self.fail("it is empty; leave the option out, or say something.", param, ctx)
        if self._longest is not None and len(text) > self._longest:
            self.fail(f"it has {len(text):,} characters; {self._longest} are allowed.", param, ctx)
        return text


files_argument = click.argument("files", type=File(), metavar="FILE...", nargs=-1, required=True)
given_argument = click.argument(
    "given", type=_FileOrKept(), metavar="FILE...", nargs=-1, required=True
)
