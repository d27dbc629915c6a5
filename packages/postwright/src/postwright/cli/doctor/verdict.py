"""What a look at one thing found."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from postwright.config import Settings
from postwright.db.database import Database


class Light(StrEnum):
    """How bad it is."""

    GREEN = "green"
    AMBER = "amber"  # something does not work, or soon will not; the rest does
    RED = "red"  # somebody has to do something before posts go out as planned


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the doctor's.

    Attributes:
        about: what was looked at, one or two words.
        light: how bad it is.
        says: what was found, whole sentences without secrets.
        do: what to do about it; empty if it is green.
    """

    about: str
    light: Light
    says: str
    do: str = ""

    def to_dict(self) -> dict[str, str]:
        """The shape of `--json`."""
        return {"about": self.about, "light": self.light, "says": self.says, "do": self.do}


@dataclass(frozen=True, slots=True)
class Scene:
    """What the doctor has in hand.

    Attributes:
        settings: in force.
        database: None if it cannot be used.
        trouble: then, what it said.
        workspace_id: empty without a database.
        connect_to: `host:port` to connect to in place of others, as curl's option of that name.
        authorities: file with certificates to trust; None: those of this machine.
    """

    settings: Settings
    database: Database | None = None
    trouble: Verdict | None = None
    workspace_id: str = ""
    connect_to: dict[str, str] = field(default_factory=dict[str, str])
    authorities: Path | None = None


Check = Callable[[Scene], Awaitable[Sequence[Verdict]]]


def green(about: str, says: str) -> Verdict:
    """All is well."""
    return Verdict(about, Light.GREEN, says)


def amber(about: str, says: str, do: str) -> Verdict:
    """Something to know."""
    return Verdict(about, Light.AMBER, says, do)


def red(about: str, says: str, do: str) -> Verdict:
    """Something to mend."""
    return Verdict(about, Light.RED, says, do)


def by_error(about: str, error: Any) -> Verdict:
    """An AppError as a verdict."""
    return red(about, f"{error.what} {error.why}".strip(), error.fix)
