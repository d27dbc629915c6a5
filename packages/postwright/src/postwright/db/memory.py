"""What a machine remembers of installations, in a file that lies apart from their data.

It tells when the data go back in time in their place: a backup was put over them. Nothing depends
on the file: without it one sign less is looked at.
"""

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

log = logging.getLogger(__name__)

_MOST = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """How an installation was when it was last seen. `position` is of its server's log."""

    epoch: int
    cluster: str
    timeline: str
    position: int


@dataclass(frozen=True, slots=True)
class Memory:
    """The file, which is made on first use, for this user only."""

    file: Path

    def recall(self, installation_id: str) -> Seen | None:
        """What is remembered of an installation, if anything is."""
        try:
            return Seen(**self._read()[installation_id])
        except (KeyError, TypeError):
            return None

    def note(self, installation_id: str, seen: Seen) -> None:
        """Remember it; the one that was not seen for longest makes room."""
        known = self._read()
        known.pop(installation_id, None)
        known[installation_id] = {
            "epoch": seen.epoch,
            "cluster": seen.cluster,
            "timeline": seen.timeline,
            "position": seen.position,
        }
        try:
            self._write(dict(list(known.items())[-_MOST:]))
        except OSError as error:
            log.debug("%s: %s", self.file, error)

    def _read(self) -> dict[str, Any]:
        try:
            found: Any = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def _write(self, known: dict[str, Any]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(known, file)
        aside.replace(self.file)


def went_back(known: Seen, now: Seen) -> str:
    """Why `now` is before what is known, in a sentence; empty if it is not. Pure."""
    if known.epoch > now.epoch:
        return "A later copy of it was confirmed on this machine."
    same = (known.epoch, known.cluster, known.timeline) == (now.epoch, now.cluster, now.timeline)
    if same and now.position < known.position:
        return "It has gone back in time: this machine has seen it further on."
    return ""
