"""What every part of this benchmark gives."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one part; its table is printed already.

    Attributes:
        told: figures for the last line, as JSON can hold them.
        goals: what was to be reached.
        met: whether all of it was.
    """

    told: dict[str, Any]
    goals: dict[str, float]
    met: bool


class Missing(Exception):
    """A program to compare with is not installed; says which, and how to get it."""
