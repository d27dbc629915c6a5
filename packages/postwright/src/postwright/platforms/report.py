"""What people are told: what becomes of a setting, and what a network's code means. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from postwright.errors import Advice


class Outcome(StrEnum):
    """What becomes of a setting."""

    APPLIED = "applied"
    IGNORED = "ignored"  # the network takes it and does nothing with it
    CHANGED = "changed"  # the network makes something else of it


@dataclass(frozen=True, slots=True)
class Reported:
    """One setting of a post: what was asked, what becomes of it, and why if it is not applied."""

    setting: str
    asked: Any
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """A code of the network in words for people, and what to do about it."""

    says: str
    advice: Advice
